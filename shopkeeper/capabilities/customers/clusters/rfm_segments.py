"""The named RFM segments: their borders in scores, what each means, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RfmSegment:
    """A segment by its field's name: a rectangle of recency and frequency scores, both ends inclusive."""

    name: str
    recency: tuple[int, int]
    frequency: tuple[int, int]
    meaning: str
    advice: str


SEGMENTS: tuple[RfmSegment, ...] = (
    RfmSegment("champions", (5, 5), (4, 5), "Bought just now and more often than most.",
               "Thank them, show them new products first, ask them for reviews; do not discount."),
    RfmSegment("loyal", (3, 4), (4, 5), "Buy often, the last time not long ago.",
               "Offer what goes with their last orders and a reward for the next one."),
    RfmSegment("potential_loyal", (4, 5), (2, 3), "Bought recently and more than once.",
               "Recommend from their categories and invite them to a loyalty program."),
    RfmSegment("new", (5, 5), (1, 1), "Their first order was just now.",
               "Welcome them, help with the first order, and make a second one easy soon."),
    RfmSegment("promising", (4, 4), (1, 1), "One order, quite recently.",
               "Remind them of the shop with what others bought next."),
    RfmSegment("needs_attention", (3, 3), (3, 3), "Average in everything, and no longer fresh.",
               "Make a limited offer based on what they bought."),
    RfmSegment("about_to_sleep", (3, 3), (1, 2), "Few orders, the last one some time ago.",
               "Show popular products and new arrivals before they forget the shop."),
    RfmSegment("at_risk", (1, 2), (3, 4), "Bought often, but not for a long time.",
               "Write personally, bring back their favorites, ask what went wrong."),
    RfmSegment("cannot_lose", (1, 2), (5, 5), "Were among the best customers, and have stopped.",
               "Call or write by hand; win them back with your best offer."),
    RfmSegment("hibernating", (2, 2), (1, 2), "Few orders, long ago.",
               "Send an occasional offer at low cost."),
    RfmSegment("lost", (1, 1), (1, 2), "Few orders, and none for the longest time.",
               "Try once to win them back, then stop spending on them."),
)  # fmt: skip
"""Every pair of scores belongs to exactly one segment; a test counts them."""

NAMES: tuple[str, ...] = tuple(segment.name for segment in SEGMENTS)
ADVICE: dict[str, str] = {segment.name: segment.advice for segment in SEGMENTS}
"""What to do about each, in one sentence."""
MEANING: dict[str, str] = {segment.name: segment.meaning for segment in SEGMENTS}


def _grid() -> np.ndarray:
    grid = np.zeros((6, 6), np.int64)
    for place, segment in enumerate(SEGMENTS):
        (low, high), (least, most) = segment.recency, segment.frequency
        grid[low : high + 1, least : most + 1] = place
    return grid


_PLACE = _grid()


def segment_places(recency_score: np.ndarray, frequency_score: np.ndarray) -> np.ndarray:
    """int64 [customers]: the place in `SEGMENTS` of customers with these scores, 1 to 5."""
    return np.asarray(_PLACE[recency_score, frequency_score])
