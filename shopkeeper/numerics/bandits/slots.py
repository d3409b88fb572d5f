"""A list with some slots left to a bandit: what stands in each slot, and with which probability given the slots before it.

In each slot a coin of probability ``share`` decides: heads, the bandit chooses among the candidates that are left; tails, the
best candidate that is left stands there. So the probability of what stands in a slot, whatever the coin showed, is

    P(a | slots before) = (1 - share) * [a is the best left] + share * ((1 - floor) * P_bandit(a) + floor / number left)

The coin is summed out on purpose: every slot then tells something about every policy, not only the explored ones. The
probabilities of a list's slots multiply to the probability of the whole list (chain rule).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from shopkeeper.numerics.bandits.best import cells, share_of
from shopkeeper.numerics.compiling import Array, inlined, kernel


class Filled(NamedTuple):
    """What stands in each slot: candidate int64 [slots], probability float64 [slots], explored bool [slots]: the coin's side."""

    candidate: Array
    probability: Array
    explored: Array


@inlined
def _ready(belief, by_draw, is_left, weight):
    """What `_bandit` needs of those that are left: for Thompson sampling the cells (-1: they say nothing), else the highest."""
    if by_draw:
        return 0 if cells(belief, is_left, weight) else -1
    top = -1
    for candidate in range(len(is_left)):
        if is_left[candidate] and (top < 0 or belief[candidate, 0] > belief[top, 0]):
            top = candidate
    return top


@inlined
def _bandit(belief, by_draw, candidate, top, n_left, floor, weight):
    """The bandit's probability of ``candidate``, which is left."""
    if top < 0:
        share = 1.0 / n_left
    elif by_draw:
        share = share_of(belief, candidate, weight)
    else:
        share = 1.0 if candidate == top else 0.0
    return (1.0 - floor) * share + floor / n_left


@inlined
def _drawn(belief, by_draw, is_left, top, n_left, floor, weight, draw):
    """The candidate that the bandit chooses: where its probabilities, one after the other, reach ``draw``."""
    reached, last = 0.0, 0
    for candidate in range(len(is_left)):
        if is_left[candidate]:
            last = candidate
            reached += _bandit(belief, by_draw, candidate, top, n_left, floor, weight)
            if draw < reached:
                return candidate
    return last


@inlined
def _first(is_left):
    place = 0
    while not is_left[place]:
        place += 1
    return place


@kernel
def _fill(belief, by_draw, share, floor, draws, fixed, candidate, probability, explored):
    n_candidates = len(belief)
    is_left, weight = np.ones(n_candidates, np.uint8), np.empty(belief.shape[1])
    n_left = n_candidates
    for slot in range(len(candidate)):
        if fixed[slot]:
            is_left[slot] = 0
            candidate[slot], probability[slot], explored[slot] = slot, 1.0, False
            n_left -= 1
    for slot in range(len(candidate)):
        if fixed[slot]:
            continue
        best = _first(is_left)
        top = _ready(belief, by_draw, is_left, weight)
        here = best
        explored[slot] = draws[slot, 0] < share
        if explored[slot]:
            here = _drawn(belief, by_draw, is_left, top, n_left, floor, weight, draws[slot, 1])
        by_bandit = _bandit(belief, by_draw, here, top, n_left, floor, weight)
        candidate[slot] = here
        probability[slot] = share * by_bandit + (1.0 - share if here == best else 0.0)
        is_left[here] = 0
        n_left -= 1


def fill(belief: Array, *, by_draw: bool, share: float, floor: float, draws: Array, fixed: Array) -> Filled:
    """A list of ``len(draws)`` slots from candidates in order, the best first, of which there are at least as many.

    ``belief`` float64 [candidates, points]: ln F of each (`best.log_shares_of_betas`) with ``by_draw`` (Thompson sampling), else
    [candidates, 1] upper bounds of which the highest is chosen (LinUCB). ``share`` (0-1) of the slots is the bandit's, ``floor``
    (0-1) of these go by lot, so that no candidate is impossible. ``draws`` float64 [slots, 2] in [0, 1). ``fixed`` bool [slots]:
    slot i keeps candidate i.
    """
    n_slots = min(len(draws), len(belief))
    candidate, probability = np.empty(n_slots, np.int64), np.empty(n_slots)
    explored = np.empty(n_slots, np.bool_)
    if n_slots:
        _fill(belief, by_draw, share, floor, draws, fixed, candidate, probability, explored)
    return Filled(candidate, probability, explored)


@inlined
def walk(belief, by_draw, share, floor, standing, fixed, draws, found):
    """Fill ``found`` float64 [slots, candidates]; see `along`. With ``draws`` [slots] the policy goes its own way instead."""
    n_candidates, is_free = len(belief), len(draws) > 0
    is_left, weight = np.ones(n_candidates, np.uint8), np.empty(belief.shape[1])
    n_left = n_candidates
    for slot in range(len(standing)):
        if fixed[slot] and standing[slot] >= 0:
            is_left[standing[slot]] = 0
            n_left -= 1
            found[slot, standing[slot]] = 1.0
    for slot in range(len(standing)):
        if fixed[slot] or n_left == 0:
            continue
        here = standing[slot]
        best = _first(is_left)
        top = _ready(belief, by_draw, is_left, weight)
        reached, is_drawn = 0.0, False
        for candidate in range(n_candidates):
            if is_left[candidate]:
                by_bandit = _bandit(belief, by_draw, candidate, top, n_left, floor, weight)
                found[slot, candidate] = share * by_bandit + (1.0 - share if candidate == best else 0.0)
                reached += found[slot, candidate]
                if is_free and not is_drawn:
                    here, is_drawn = candidate, draws[slot] < reached
        if here >= 0 and is_left[here]:
            is_left[here] = 0
            n_left -= 1


@kernel
def _along(belief, by_draw, share, floor, standing, fixed, draws, found):
    walk(belief, by_draw, share, floor, standing, fixed, draws, found)


def along(belief: Array, standing: Array, fixed: Array, *, by_draw: bool, share: float = 1.0, floor: float = 0.0) -> Array:
    """float64 [slots, candidates]: the probability of each candidate in each slot of a list that is there.

    Given what stands before it: ``standing`` int64 [slots] is the candidate in each slot, -1 for one that is no candidate. The
    rest as in `fill`. Each row sums to 1 while candidates are left.
    """
    found = np.zeros((len(standing), len(belief)))
    if len(belief) and len(standing):
        _along(belief, by_draw, share, floor, np.asarray(standing, np.int64), fixed, np.empty(0), found)
    return found
