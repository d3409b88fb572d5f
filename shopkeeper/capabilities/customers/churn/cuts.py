"""At which moments the past is looked at as if it were today, and how far ahead from each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.churn.read import DAY, OrderDays
from shopkeeper.capabilities.customers.churn.rhythm import gaps_days, return_days
from shopkeeper.core.errors import NotEnoughData

FEWEST_CUTS, MOST_CUTS = 3, 4  # to learn from, to choose and calibrate on, to be judged on; one more to do it twice
SPARE_CUTS = 2
ALIKE = 1.5  # horizons that differ by less share their moments: what was known at each is then worked out once
LARGE = 100_000  # customers from whom on every moment costs so much that moments are always shared, and there are three
FIRST_ORDERS = 0.005  # share of the days of orders that may lie before the time that counts: stray old orders


@dataclass(frozen=True)
class Question:
    """One question: will there be an order within ``horizon_days`` (``wants_order``), or none?

    ``asked_days``: the horizon that was wanted; longer where the shop's past is too short for it. ``spacing_days``: how far apart
    the moments are at which the past is looked at, at least the horizon.
    """

    target: str
    title: str
    wants_order: bool
    horizon_days: int
    asked_days: int
    spacing_days: int

    @property
    def is_shortened(self) -> bool:
        """Whether the shop's past is too short for the horizon that was wanted."""
        return self.horizon_days < self.asked_days


def history_days(orders: OrderDays, as_of: int) -> float:
    """For how many days the shop has orders, up to ``as_of`` microseconds; a few stray old ones aside."""
    if len(orders.first) == 0:
        return 0.0
    return max(0.0, (as_of - float(np.quantile(orders.first, FIRST_ORDERS))) / DAY)


def questions(orders: OrderDays, as_of: int, buys_within_days: int) -> tuple[Question, Question]:
    """Both questions with the longest horizons that fit; `NotEnoughData` where the shop is too young for any.

    "Will not come back": no order within the time in which 95 % of all returns happen in this shop.
    """
    history = history_days(orders, as_of)
    longest = int(history // (MOST_CUTS + 1))
    if longest < 1:
        raise NotEnoughData(
            "The shop is too young to learn who will buy again.",
            got=f"{history:.1f} days with orders of known customers",
            wanted=f"at least {MOST_CUTS + 1}",
            next="import older orders: `shopkeeper import orders.csv`",
            n_days=history,
        )
    returned = return_days(*gaps_days(orders, as_of))
    quiet = max(1, int(np.ceil(returned))) if np.isfinite(returned) else longest
    within, away = min(buys_within_days, longest), min(quiet, longest)
    widest = max(within, away)
    shared = widest <= ALIKE * min(within, away) or len(orders.customers) > LARGE
    return (
        Question("buys_within", f"an order within {within} days", True, within, buys_within_days, widest if shared else within),
        Question("will_not_return", f"no order within {away} days", False, away, quiet, widest if shared else away),
    )


def cut_moments(orders: OrderDays, as_of: int, question: Question) -> tuple[int, list[int]]:
    """(how many to take, moments in microseconds, the newest first): what comes after each is known, and does not overlap.

    There are a few more than are taken, for those at which there is nothing to learn.
    """
    n_cuts = FEWEST_CUTS if len(orders.customers) > LARGE else MOST_CUTS
    return n_cuts, [as_of - (number + 1) * question.spacing_days * DAY for number in range(n_cuts + SPARE_CUTS)]
