"""How long something lasts, where much of it has not ended yet: Kaplan and Meier's curve (1958)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class Lengths:
    """The curve of lengths that end: ``share`` float64 in (0, 1] of them has ended by ``length`` float64, both rising.

    ``ending_share`` is the share of all that ends at all, as far as was seen: the curve is told of those (a cure model in the
    sense of Maller and Zhou, 1992: whoever never comes back has no time between orders).
    """

    length: Array
    share: Array
    ending_share: float


def lengths(length: Array, ended: Array) -> Lengths:
    """The curve from each case's ``length`` so far (float64) and whether it has ``ended`` (bool); empty if none has.

    What has not ended counts as at risk for as long as it was seen. At the same length endings come first.
    """
    order = np.lexsort((~ended, length))
    sorted_length, sorted_ended = length[order], ended[order]
    at, first = np.unique(sorted_length, return_index=True)
    at_risk = len(length) - first
    n_ended = np.add.reduceat(sorted_ended.astype(np.int64), first) if len(first) else np.zeros(0, np.int64)
    share = 1.0 - np.cumprod(1.0 - n_ended / at_risk)
    rises = n_ended > 0
    if not rises.any():
        return Lengths(np.zeros(0), np.zeros(0), 0.0)
    ending_share = float(share[rises][-1])
    return Lengths(at[rises], share[rises] / ending_share, ending_share)


def length_at(curve: Lengths, share: float) -> float:
    """The length by which ``share`` (0-1) of those that end have ended; NaN for an empty curve."""
    if len(curve.length) == 0:
        return float("nan")
    # A hair less, so that shares that rounding has lifted above what was asked do not skip a length.
    place = int(np.searchsorted(curve.share, share - 1e-12, side="left"))
    return float(curve.length[min(place, len(curve.length) - 1)])


def longer_share(curve: Lengths, length: Array) -> Array:
    """float64: the share of those that end which last longer than each ``length``; 1 for an empty curve."""
    place = np.searchsorted(curve.length, length, side="right")
    share = np.concatenate(([0.0], curve.share))[place]
    result: Array = np.clip(1.0 - share, 0.0, 1.0)
    return result
