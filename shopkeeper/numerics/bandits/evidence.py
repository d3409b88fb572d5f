"""What is known of candidates before they are shown, as a few features, learned row by row in the order of time.

Shows are counted by how likely their position is looked at (clicks over expected clicks; Zhang & Jones 2007): a product is
not worse because it stood further down.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel

N_FEATURES = 6
FURTHEST = 3.0
"""Bounds of the logarithm of an appeal: products are at most e^3 times as good or bad as the average, as far as a model sees."""
LOOKS_STRENGTH = 20.0
"""Expected rewards by which what positions' shares of looks are drawn to those of `looks_before`."""


@dataclass
class Evidence:
    """What was shown and earned so far; all arrays may grow, `replay` writes into copies.

    ``earned`` and ``shown`` float32 [places + 1, products]: rewards, and shows in units of a show in the first position; row 0 is
    all places together, row 1 + p place p. ``inverse`` and ``moment`` are those of a `Ridge` on the features.
    """

    earned: Array
    shown: Array
    inverse: Array
    moment: Array


def looks_before(n_positions: int) -> Array:
    """float64 [positions]: how likely each is looked at beside the first, before anything is known: 1 / log2(2 + position)."""
    found: Array = 1.0 / np.log2(2.0 + np.arange(n_positions))
    return found


def looks(position: Array, reward: Array, n_positions: int) -> Array:
    """float64 [positions]: each position's rewards a show, beside the first's, drawn to `looks_before`.

    ``position`` int [rows] and ``reward`` float [rows] of slots whose product was chosen by lot or nearly so: in others the best
    product stands first, and its appeal would be taken for the position's.
    """
    prior = looks_before(n_positions)
    inside = position < n_positions
    shows = np.bincount(position[inside], minlength=n_positions).astype(np.float64)
    earned = np.bincount(position[inside], weights=reward[inside], minlength=n_positions)
    expected = float(prior @ shows)
    rate = float(earned.sum()) / expected if expected > 0 else 0.0
    found = (earned + LOOKS_STRENGTH * prior) / (rate * shows + LOOKS_STRENGTH)
    return np.clip(found / found[0], 1e-3, 2.0) if n_positions else found


@inlined
def _features(rank, strength, earned, shown, popular, rate, prior, out):
    """Fill ``out``: 1, rank, score beside the best's, appeal, how little it was shown, popularity."""
    expected = shown * rate
    appeal = math.log((earned + prior) / (expected + prior))
    out[0] = 1.0
    out[1] = 1.0 / math.log2(rank + 2.0)
    out[2] = strength
    out[3] = min(max(appeal, -FURTHEST), FURTHEST)
    out[4] = 1.0 / math.sqrt(1.0 + expected)
    out[5] = math.log(popular)


@kernel
def _all_features(rank, strength, earned, shown, popular, rate, prior, found):
    for row in range(len(rank)):
        _features(rank[row], strength[row], earned[row], shown[row], popular[row], rate, prior, found[row])


def features(rank: Array, strength: Array, earned: Array, shown: Array, popular: Array, *, rate: float, prior: float) -> Array:
    """float64 [candidates, 6]: what is known of candidates.

    ``rank`` int [candidates]: place among the candidates, from 0. ``strength`` float [candidates]: the score beside the best
    one's (0-1). ``earned`` and ``shown`` as in `Evidence`, ``popular`` float: popularity beside the mean's, above 0. ``rate``:
    rewards a show in the first position; ``prior``: expected rewards that an average product counts before it was shown.
    """
    found = np.empty((len(rank), N_FEATURES))
    _all_features(rank, strength, earned, shown, popular, float(rate), float(prior), found)
    return found


@kernel
def _replay(starts, place, product, rank, strength, look, reward, rates, popular, prior, earned, shown, inverse, moment):
    x, along = np.empty(N_FEATURES), np.empty(N_FEATURES)
    for decision in range(len(starts) - 1):
        row = place[decision] + 1
        for slot in range(starts[decision], starts[decision + 1]):
            here = product[slot]
            if here < 0 or rank[slot] < 0:
                continue
            _features(rank[slot], strength[slot], earned[row, here], shown[row, here], popular[here], rates[row], prior, x)
            size = 1.0
            for one in range(N_FEATURES):
                x[one] *= look[slot]
            for one in range(N_FEATURES):
                along[one] = 0.0
                for other in range(N_FEATURES):
                    along[one] += inverse[one, other] * x[other]
                size += along[one] * x[one]
            for one in range(N_FEATURES):
                moment[one] += reward[slot] * x[one]
                for other in range(N_FEATURES):
                    inverse[one, other] -= along[one] * along[other] / size
        for slot in range(starts[decision], starts[decision + 1]):
            here = product[slot]
            if here >= 0:
                earned[0, here] += reward[slot]
                shown[0, here] += look[slot]
                if row > 0:
                    earned[row, here] += reward[slot]
                    shown[row, here] += look[slot]


def replay(
    start: Evidence,
    slot_starts: Array,
    place: Array,
    product: Array,
    *,
    rank: Array,
    strength: Array,
    look: Array,
    reward: Array,
    rates: Array,
    popular: Array,
    prior: float,
) -> Evidence:
    """What is known after decisions that follow ``start`` in the order of time; each was made with what was known before it.

    Decision d was made at ``place[d]`` and has the slots ``[slot_starts[d], slot_starts[d + 1])``, each with ``product`` (-1:
    none), ``rank`` among its candidates (-1: none of them: it is counted, and no features are learned), ``strength``, ``look``
    (float64: how likely its position is looked at) and ``reward`` (0 or 1). ``rates`` float64 [places + 1], ``popular``
    float64 [products], ``prior`` as in `features`.
    """
    after = Evidence(*(np.array(each) for each in (start.earned, start.shown, start.inverse, start.moment)))
    if len(product):
        _replay(
            slot_starts, place, product, rank, strength, look, reward, rates, popular, float(prior),
            after.earned, after.shown, after.inverse, after.moment,
        )  # fmt: skip
    return after
