"""What other policies would have earned in the lists of the log: the older half teaches them, the newer half judges them.

A policy chooses in the slots that the coin leaves to it, with the share that the list had; the others keep the best candidate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.exploring.belief import Belief, learn_belief
from shopkeeper.capabilities.recommend.exploring.read import Slates
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.numerics.bandits.off_policy import Estimate, Slots, along_lists, clipped, dm, dr, ips, snips
from shopkeeper.numerics.bandits.reward_model import RewardModel, learn_rewards, leverage
from shopkeeper.numerics.bandits.weighing import Lists, weigh
from shopkeeper.numerics.compiling import Array

POLICIES = ("no exploring", "popularity", "thompson", "lin_ucb")
ESTIMATORS = ("IPS", "SNIPS", "DM", "DR")
N_FOLDS = 5
N_POSITIONS = 50
SURE = 1.0 - 1e-6
"""A probability from which on a slot's product was given: pinned, or the only one left."""


@dataclass(frozen=True)
class Policy:
    """A way to choose among candidates: the highest ``score``, or with ``failure`` Thompson sampling; see `weighing.weigh`.

    ``explores``: in the share of the slots that the list had; else nowhere.
    """

    name: str
    score: Array
    failure: Array | None = None
    explores: bool = True
    floor: float = 0.0


@dataclass(frozen=True)
class Rewards:
    """What stands in each slot would earn by the model, and by one that did not see its decision: see `_models`."""

    stratum: Array
    model: RewardModel
    predicted: Array
    unseen_predicted: Array
    unseen_rate: Array
    appeals: Array


def halves(slates: Slates) -> tuple[Slates, Slates]:
    """(the older half, the newer half) of the decisions."""
    middle = slates.n_decisions // 2
    return slates.part(0, middle), slates.part(middle, slates.n_decisions)


def policies(older: Slates, newer: Slates, settings: RecommendSettings, popularity: Array) -> Iterator[Policy]:
    """The policies of `POLICIES` on the candidates of ``newer``, as they would have been after ``older``.

    ``popularity`` float64 [products]: how much each product was bought before.
    """
    belief = Belief(learn_belief(older, settings, popularity), settings)
    n = len(newer.candidate)
    of = np.repeat(np.arange(newer.n_decisions), np.diff(newer.candidate_starts))
    rank = np.arange(n) - newer.candidate_starts[of]
    success, failure, bound = np.empty(n), np.empty(n), np.empty(n)
    for number, place in enumerate(newer.places):
        here = newer.place[of] == number
        codes = newer.candidate[here]
        success[here], failure[here] = belief.posterior(codes, place)
        bound[here] = belief.bounds(codes, rank[here], newer.strength[here], place, settings.explore_confidence)
    yield Policy("no exploring", np.zeros(n), explores=False)
    yield Policy("popularity", popularity[newer.candidate])
    yield Policy("thompson", success, failure, floor=settings.explore_floor)
    yield Policy("lin_ucb", bound, floor=settings.explore_floor)


def logged(slates: Slates) -> Estimate:
    """What the log itself earned a decision."""
    one = np.ones(len(slates.reward))
    return ips(Slots(slates.decision, slates.position, slates.reward, one, slates.n_decisions))


def rewards(slates: Slates) -> Rewards:
    """The models of rewards by place, position and product, learned from ``slates``."""
    position = np.minimum(slates.position, N_POSITIONS - 1)
    stratum = slates.place[slates.decision] * N_POSITIONS + position
    n_places, n_products = len(slates.places) * N_POSITIONS, len(slates.products)
    fold = slates.decision % N_FOLDS
    of_candidate = np.repeat(np.arange(slates.n_decisions), np.diff(slates.candidate_starts)) % N_FOLDS
    model = learn_rewards(stratum, slates.product, slates.reward, n_places=n_places, n_products=n_products)
    appeals = np.empty((len(slates.candidate), 2))
    appeals[:, 0] = model.appeal[slates.candidate]
    unseen_predicted, unseen_rate = np.empty(len(stratum)), np.empty(len(stratum))
    for number in range(N_FOLDS):
        rest, own, candidates = fold != number, fold == number, of_candidate == number
        other = learn_rewards(stratum[rest], slates.product[rest], slates.reward[rest], n_places=n_places, n_products=n_products)
        appeals[candidates, 1] = other.appeal[slates.candidate[candidates]]
        unseen_rate[own] = other.rate[stratum[own]]
        unseen_predicted[own] = other.reward(stratum[own], slates.product[own])
    return Rewards(stratum, model, model.reward(stratum, slates.product), unseen_predicted, unseen_rate, appeals)


def evaluate(slates: Slates, policy: Policy, by: Rewards, *, weight_limit: float, seed: int) -> dict[str, Estimate]:
    """What ``policy`` would have earned a decision in ``slates``, by each of `ESTIMATORS`."""
    given = (slates.standing < 0) | (slates.probability >= SURE)
    outside = slates.standing < 0  # what is no candidate stands there whoever chooses
    rate = by.model.rate[by.stratum]
    found = weigh(
        Lists(slates.candidate_starts, slates.slot_starts, slates.standing, given), score=policy.score, failure=policy.failure,
        share=slates.share if policy.explores else np.zeros(slates.n_decisions), floor=policy.floor, appeals=by.appeals,
        rate=rate, seed=seed,
    )  # fmt: skip
    weight, before = along_lists(np.where(given, 1.0, found.probability / slates.probability), slates.slot_starts)
    weight, before = clipped(weight, weight_limit), clipped(before, weight_limit)
    slots = Slots(slates.decision, slates.position, slates.reward, weight, slates.n_decisions)
    own = np.where(outside, by.model.appeal[slates.product], found.own[:, 0])
    return {
        "IPS": ips(slots),
        "SNIPS": snips(slots),
        "DM": dm(slots, predicted=by.predicted, expected=rate * own, leverage=_pull(slates, by, found.rate, own, rate)),
        "DR": dr(
            slots, predicted=by.unseen_predicted, before=before,
            expected=np.where(outside, by.unseen_predicted, by.unseen_rate * found.given[:, 1]),
            own=np.where(outside, by.unseen_predicted, by.unseen_rate * found.own[:, 1]),
        ),
    }  # fmt: skip


def _pull(slates: Slates, by: Rewards, on_candidate: Array, own: Array, rate: Array) -> Array:
    """How much each reward of the log moves what the model expects of the policy."""
    n_products = len(by.model.appeal)
    outside = slates.standing < 0
    on_product = np.bincount(slates.candidate, weights=on_candidate, minlength=n_products)
    on_product += np.bincount(slates.product[outside], weights=rate[outside], minlength=n_products)
    on_place = np.bincount(by.stratum, weights=own, minlength=len(by.model.rate))
    return leverage(by.model, by.stratum, slates.product, on_product=on_product, on_place=on_place)
