"""What another policy would have earned, from a log of what was chosen with which probability (off-policy evaluation).

One row is one slot of one decision; a value is the expected reward of a whole decision: the sum over its slots. ``weight`` is
the other policy's probability of what stood there over the logged one's; in a list, that of all that stood there up to this
slot (`along_lists`): what a slot earns may depend on what stands above it and not on what stands below (the cascade; McInerney
et al. 2020). Each estimator gives with its value an influence of every decision, from which come the interval and that of a
difference.

- `ips`: inverse propensity scores (Horvitz & Thompson 1952; Dudik, Langford & Li 2011, eq. 2): unbiased, wide.
- `snips`: the same divided by the mean weight of each position (Swaminathan & Joachims 2015): a little bias, much less width.
- `dm`: the direct method (Dudik et al., eq. 1): what a reward model says; narrow, and as wrong as the model is.
- `dr`: doubly robust (Dudik et al., eq. 3): the model, and the weighted rest of what it missed.

The terms are those of the Open Bandit Pipeline (Saito et al. 2020), whose estimators treat positions in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Array

BOOTSTRAP_DECISIONS = 5_000
"""From as many decisions on, a normal interval: the bootstrap's is the same and takes seconds."""
NORMAL_DEVIATE = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """What a policy would have earned a decision.

    ``influence`` float64 [decisions]: the value is its mean. ``effective_n``: how many decisions' worth of rows the weights
    leave (Kish: sum squared over sum of squares, over the rows of a decision). ``largest_weight``: how much one row rules.
    """

    value: float
    influence: Array
    effective_n: float
    largest_weight: float


@dataclass(frozen=True)
class Slots:
    """The rows that an evaluation stands on.

    ``decision`` int64 [rows] in [0, n_decisions), ``position`` int64 [rows] from 0, ``reward`` and ``weight`` float64 [rows].
    """

    decision: Array
    position: Array
    reward: Array
    weight: Array
    n_decisions: int


def along_lists(ratio: Array, slot_starts: Array) -> tuple[Array, Array]:
    """(weight, before) float64 [rows]: the product of a list's ratios up to and with each slot, and up to the slot before.

    ``ratio`` float64 [rows] is the other policy's probability over the logged one's, both given what stands before; the lists'
    slots are ``[slot_starts[d], slot_starts[d + 1])``.
    """
    weight, before = np.array(ratio, np.float64), np.ones(len(ratio))
    sizes = np.diff(slot_starts)
    for slot in range(1, int(sizes.max(initial=0))):
        row = slot_starts[:-1][sizes > slot] + slot
        before[row] = weight[row - 1]
        weight[row] *= before[row]
    return weight, before


def clipped(weight: Array, limit: float) -> Array:
    """float64 [rows]: weights of at most ``limit`` (Bottou et al. 2013): less width for some bias; no limit at or below 0."""
    return np.minimum(weight, limit) if limit > 0 else np.asarray(weight, np.float64)


def effective_n(weight: Array) -> float:
    """How many unweighted rows are as good as these weighted ones: (sum w)^2 / sum w^2; 0 where all weights are 0."""
    squares = float(np.square(weight).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def ips(slots: Slots) -> Estimate:
    """Inverse propensity scores: the mean over decisions of the weighted rewards of their slots."""
    return _estimate(slots, slots.weight * slots.reward)


def snips(slots: Slots) -> Estimate:
    """Self-normalized inverse propensity scores: each position's weighted rewards over its weights.

    A position whose weights are all 0 tells nothing and counts as the mean over all positions.
    """
    size = int(slots.position.max()) + 1 if len(slots.position) else 0
    rows = np.bincount(slots.position, minlength=size).astype(np.float64)
    weights = np.bincount(slots.position, weights=slots.weight, minlength=size)
    earned = np.bincount(slots.position, weights=slots.weight * slots.reward, minlength=size)
    everywhere = earned.sum() / weights.sum() if weights.sum() > 0 else 0.0
    seen = weights > 0
    value = np.where(seen, earned / np.where(seen, weights, 1.0), everywhere)[slots.position]
    mean_weight = np.where(seen, weights / np.maximum(rows, 1.0), 1.0)[slots.position]
    return _estimate(slots, value + slots.weight * (slots.reward - value) / mean_weight)


def dm(slots: Slots, *, predicted: Array, expected: Array, leverage: Array) -> Estimate:
    """The direct method: what the reward model expects of the other policy.

    ``expected`` float64 [rows]: the model's reward under the other policy in that slot; ``predicted``: of what stood there.
    ``leverage``: by how much the sum of all expected rewards grows with that row's reward; it carries the model's own
    uncertainty into the interval. What the model cannot express is not in the interval.
    """
    value = _by_decision(slots, expected)
    noise = _by_decision(slots, leverage * (slots.reward - predicted))
    return _described(slots, _mean(value), value + noise - _mean(noise))


def dr(slots: Slots, *, predicted: Array, expected: Array, before: Array | None = None, own: Array | None = None) -> Estimate:
    """Doubly robust: the model's expectation plus the weighted rest; right where the weights or the model are.

    ``predicted`` and ``expected`` as in `dm`, from a model that did not see these rows (learn it on other folds). In lists
    (Kiyohara et al. 2022, with the model of a slot's own reward): ``expected`` is given what stood before, ``before`` the weight
    up to the slot before, and ``own`` what the model expects where the other policy also chose what stands before.
    """
    if before is None or own is None:
        each = expected + slots.weight * (slots.reward - predicted)
    else:
        each = own + before * (expected - own) + slots.weight * (slots.reward - predicted)
    return _estimate(slots, each)


def interval(influence: Array, *, seed: int, confidence: float = 0.95) -> tuple[float, float]:
    """(low, high) of the mean of ``influence``: percentile bootstrap over decisions, from 5,000 of them on the normal one.

    Give the difference of two influences for the interval of a difference. NaN where there are no decisions.
    """
    n = len(influence)
    if n < BOOTSTRAP_DECISIONS:
        low, high = mean_interval(influence, seed=seed, confidence=confidence)
        return (low, high) if n == 0 else (min(low, _mean(influence)), max(high, _mean(influence)))
    from scipy.special import ndtri

    reach = float(ndtri(0.5 + confidence / 2.0)) * float(influence.std(ddof=1)) / n**0.5
    return _mean(influence) - reach, _mean(influence) + reach


def _estimate(slots: Slots, each: Array) -> Estimate:
    influence = _by_decision(slots, each)
    return _described(slots, _mean(influence), influence)


def _described(slots: Slots, value: float, influence: Array) -> Estimate:
    rows_each = max(len(slots.decision) / max(slots.n_decisions, 1), 1.0)
    return Estimate(value, influence, effective_n(slots.weight) / rows_each, float(slots.weight.max(initial=0.0)))


def _by_decision(slots: Slots, each: Array) -> Array:
    return np.bincount(slots.decision, weights=each, minlength=slots.n_decisions)


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else 0.0
