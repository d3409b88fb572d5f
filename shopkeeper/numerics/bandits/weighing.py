"""What another policy would have put into the slots of a log: its probabilities of what stands there, and its own ways.

A policy is asked twice about every list: what it would have put into each slot given what really stood before (the weights of
importance sampling come from that), and, in a few lists of its own drawn for the same candidates, what it would have put there
given what it put before (what a reward model is asked about).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shopkeeper.numerics.bandits.best import log_shares_of_betas
from shopkeeper.numerics.bandits.slots import walk
from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges

N_OWN = 4
"""How many lists of its own a policy draws for each list of the log."""


@dataclass(frozen=True)
class Lists:
    """The lists of a log.

    List d has the candidates ``[candidate_starts[d], candidate_starts[d + 1])``, best first, and the slots ``[slot_starts[d],
    slot_starts[d + 1])``; ``standing`` int64 [slots] is the place of what stood there among its candidates (-1: none of them),
    ``fixed`` bool [slots] says where no policy may choose.
    """

    candidate_starts: Array
    slot_starts: Array
    standing: Array
    fixed: Array


class Weighed(NamedTuple):
    """A policy on a log. ``appeal``s are float64 [slots, models]: what it puts there, by each model of rewards.

    ``probability`` float64 [slots]: of what stands there. ``given``: the appeal given what stood before; ``own``: in lists of its
    own. ``rate`` float64 [candidates]: the rates of the slots in which lists of its own have each candidate, a list.
    """

    probability: Array
    given: Array
    own: Array
    rate: Array


@inlined
def _draw(seed, number):
    """A number in [0, 1) from two whole ones (SplitMix64: Steele, Lea & Flood 2014), in whatever order it is asked for."""
    z = np.uint64(seed) + (np.uint64(number) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


@inlined
def _add(found, appeals, first, share, slots, sums):
    """Add what ``found`` [slots, candidates] puts into each slot, ``share`` times."""
    for slot in range(len(found)):
        for place in range(found.shape[1]):
            if found[slot, place] > 0.0:
                for model in range(appeals.shape[1]):
                    sums[slots + slot, model] += share * found[slot, place] * appeals[first + place, model]


@kernel
def _weigh(low, high, lists, score, failure, by_draw, share, floor, appeals, rate, seed, probability, given, own, mass):
    candidate_starts, slot_starts, standing, fixed = lists
    for number in range(low, high):
        first, last = candidate_starts[number], candidate_starts[number + 1]
        begin, end = slot_starts[number], slot_starts[number + 1]
        if last == first:
            continue
        if by_draw:
            belief = log_shares_of_betas(score[first:last], failure[first:last])
        else:
            belief = np.empty((last - first, 1))
            belief[:, 0] = score[first:last]
        here, pinned = standing[begin:end], fixed[begin:end]
        found = np.zeros((end - begin, last - first))
        walk(belief, by_draw, share[number], floor, here, pinned, np.empty(0), found)
        for slot in range(begin, end):
            if standing[slot] >= 0:
                probability[slot] = found[slot - begin, standing[slot]]
        _add(found, appeals, first, 1.0, begin, given)
        draws = np.empty(end - begin)
        for time in range(N_OWN):
            for slot in range(end - begin):
                draws[slot] = _draw(seed, (begin + slot) * N_OWN + time)
            found[:] = 0.0
            walk(belief, by_draw, share[number], floor, here, pinned, draws, found)
            _add(found, appeals, first, 1.0 / N_OWN, begin, own)
            for slot in range(end - begin):
                for place in range(last - first):
                    mass[first + place] += found[slot, place] * rate[begin + slot] / N_OWN


def weigh(
    lists: Lists,
    *,
    score: Array,
    failure: Array | None = None,
    share: Array,
    floor: float = 0.0,
    appeals: Array,
    rate: Array,
    seed: int = 0,
) -> Weighed:
    """What a policy would have done in each slot of a log.

    ``score`` float64 [candidates] is the upper bound of which the highest is chosen (the first of equals); with ``failure`` both
    are a Beta's, and Thompson sampling chooses. ``share`` float64 [lists] and ``floor`` as in `slots.fill`. ``appeals`` float64
    [candidates, models] by each model of rewards, ``rate`` float64 [slots].
    """
    n_slots, n_models = len(lists.standing), appeals.shape[1]
    found = Weighed(np.zeros(n_slots), np.zeros((n_slots, n_models)), np.zeros((n_slots, n_models)), np.zeros(len(score)))
    values = np.maximum(np.asarray(score, np.float64), 1.0) if failure is not None else np.asarray(score, np.float64)
    misses = values if failure is None else np.maximum(np.asarray(failure, np.float64), 1.0)
    arrays = (lists.candidate_starts, lists.slot_starts, np.asarray(lists.standing, np.int64), lists.fixed)
    given = (arrays, values, misses, failure is not None, np.asarray(share, np.float64), float(floor), appeals, rate, seed)
    work = np.diff(lists.candidate_starts)
    in_threads(lambda low, high: _weigh(low, high, *given, *found), ranges(work, 4 * n_threads()))
    return found
