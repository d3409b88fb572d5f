"""Scores 1 to n by quantile in which equal values get equal scores, however many share one."""

from __future__ import annotations

from typing import Literal

import numpy as np

from shopkeeper.numerics.compiling import Array

Ties = Literal["middle", "lowest"]


def quantile_scores(values: Array, *, n_scores: int = 5, ties: Ties = "middle") -> Array:
    """int64 [cases], 1 to ``n_scores`` (the largest values): 1 + floor(n_scores * place), place in [0, 1).

    The place of a value is the share of the cases below it, and with ``ties="middle"`` half the share of those that have
    the very same value as well: without ties these are the quintiles (of five), and where all are alike all get the middle
    score. ``ties="lowest"`` counts only those below, so that the smallest value always has score 1, even where most have
    it. Values that are not known (NaN) get 0 and do not count.
    """
    known = ~np.isnan(values)
    scores = np.zeros(len(values), np.int64)
    distinct, place_of, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    if not len(distinct):
        return scores
    below = np.cumsum(counts) - counts
    # Whole numbers, so that a place of exactly 1/5 is no matter of rounding.
    place = 2 * below + counts if ties == "middle" else 2 * below
    scores[known] = np.minimum(1 + n_scores * place // (2 * int(counts.sum())), n_scores)[place_of]
    return scores


def score_borders(values: Array, scores: Array, *, n_scores: int = 5) -> Array:
    """float64 [n_scores]: the smallest value that has each score; NaN for a score that nobody has."""
    borders = np.full(n_scores, np.inf)
    known = scores > 0
    np.minimum.at(borders, scores[known] - 1, values[known].astype(np.float64))
    borders[np.isinf(borders)] = np.nan
    return borders
