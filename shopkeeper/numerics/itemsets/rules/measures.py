"""How strong a rule is, by the measures of the field; everything from three counts and the number of baskets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class Measures:
    """float64 [rules] each: of A -> C with P the share of the baskets.

    support P(A, C); confidence P(C | A) (Agrawal et al. 1993); lift P(A, C) / P(A) P(C); leverage P(A, C) - P(A) P(C)
    (Piatetsky-Shapiro 1991); conviction P(A) P(not C) / P(A, not C) (Brin et al. 1997), infinite where the rule has no
    exception; zhang from -1 (never together) to 1 (C never without A; Zhang 2000), 0 where A says nothing about C.
    """

    support: Array
    confidence: Array
    lift: Array
    leverage: Array
    conviction: Array
    zhang: Array


def measures(n_both: Array, n_antecedent: Array, n_consequent: Array, n_baskets: int) -> Measures:
    """The measures of rules in ``n_both`` of ``n_baskets``; all counts int64 [rules]. 0 / 0 is NaN, but 0 for zhang."""
    n = float(max(n_baskets, 1))
    support, of_left, of_right = (np.asarray(each, np.float64) / n for each in (n_both, n_antecedent, n_consequent))
    with np.errstate(divide="ignore", invalid="ignore"):
        confidence = support / of_left
        lift = confidence / of_right
        leverage = support - of_left * of_right
        conviction = (1.0 - of_right) / (1.0 - confidence)
        largest = np.maximum(support * (1.0 - of_left), of_left * (of_right - support))
        zhang = np.where(largest > 0.0, leverage / largest, 0.0)
    conviction = np.where(confidence >= 1.0, np.inf, conviction)
    return Measures(support, confidence, lift, leverage, conviction, zhang)
