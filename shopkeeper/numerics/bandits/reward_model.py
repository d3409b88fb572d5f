"""What a product will earn in a place, from what it earned: rates of places times the appeal of products, drawn to the mean.

    reward(place, product) ~ rate(place) * appeal(product),   appeal = (strength + rewards) / (strength + expected rewards)

The appeal is the mean of a Gamma posterior whose prior has mean 1 and is worth ``strength`` expected rewards (clicks over
expected clicks; the Gamma-Poisson shrinkage of DuMouchel 1999); the strength is the one that makes the counts most probable. It
is the regularized reward model of the direct method, and one pass over the rows learns it however many products there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

STRENGTHS = tuple(2.0**power for power in range(-2, 12))
N_ROUNDS = 6
RATE_STRENGTH = 1.0
"""How many rewards at the mean rate each place's rate begins with."""


@dataclass(frozen=True)
class RewardModel:
    """``rate`` float64 [places], ``appeal`` and ``expected`` (rewards of an average product) float64 [products], ``strength``."""

    rate: Array
    appeal: Array
    expected: Array
    strength: float

    def reward(self, place: Array, product: Array) -> Array:
        """float64: the expected reward of each product in each place; products that were never shown are average ones."""
        known = (product >= 0) & (product < len(self.appeal))
        appeal = np.where(known, self.appeal[np.where(known, product, 0)], 1.0) if len(self.appeal) else np.ones(len(product))
        found: Array = self.rate[place] * appeal
        return found


def learn_rewards(place: Array, product: Array, reward: Array, *, n_places: int, n_products: int) -> RewardModel:
    """The model of rows that say which product stood in which place and what it earned.

    ``place`` and ``product`` int [rows] (codes), ``reward`` float [rows], at least 0. Rates given the appeals and appeals given
    the rates, in turns.
    """
    mean, unit = float(reward.mean()) if len(reward) else 0.0, _unit(reward)
    if mean == 0.0:
        return RewardModel(np.zeros(n_places), np.ones(n_products), np.zeros(n_products), STRENGTHS[-1])
    earned = np.bincount(place, weights=reward, minlength=n_places)
    of_product = np.bincount(product, weights=reward, minlength=n_products)
    appeal: Array = np.ones(n_products)
    for _ in range(N_ROUNDS):
        rate = _rates(place, appeal[product], earned, RATE_STRENGTH * unit, mean)
        expected = np.bincount(product, weights=rate[place], minlength=n_products)
        strength = unit * most_probable_strength(of_product / unit, expected / unit)
        appeal = (strength + of_product) / (strength + expected)
    return RewardModel(_rates(place, appeal[product], earned, RATE_STRENGTH * unit, mean), appeal, expected, strength)


def _rates(place: Array, appeal: Array, earned: Array, worth: float, mean: float) -> Array:
    shown = np.bincount(place, weights=appeal, minlength=len(earned))
    found: Array = (earned + worth) / (shown + worth / mean)
    return found


def leverage(model: RewardModel, place: Array, product: Array, *, on_product: Array, on_place: Array) -> Array:
    """float64 [rows]: by how much the reward that the model expects of a policy, in all, grows with each row's reward.

    ``place`` and ``product`` are the rows that it was learned from. ``on_product`` float64 [products]: the rates of the places in
    which the policy puts each product, summed; ``on_place`` float64 [places]: the appeals of what it puts there. With r the rate
    and a the appeal, d value / d reward has a part through the product's appeal and one through the place's rate; the second is
    less what a higher rate takes from the appeals.
    """
    by_appeal = (on_product / (model.strength + model.expected))[product]
    taken = np.bincount(place, weights=by_appeal * model.appeal[product], minlength=len(model.rate))
    shown = np.bincount(place, weights=model.appeal[product], minlength=len(model.rate))
    by_rate = np.where(shown > 0, (on_place - taken) / np.where(shown > 0, shown, 1.0), 0.0)
    found: Array = by_appeal + by_rate[place]
    return found


def _unit(reward: Array) -> float:
    """What one reward is worth: 1 for clicks, the mean amount for money."""
    there = reward[reward > 0]
    return float(there.mean()) if len(there) else 1.0


def most_probable_strength(count: Array, expected: Array) -> float:
    """The prior strength under which counts (float [products]) beside expected ones are most probable (negative binomial)."""
    shown = expected > 0
    if not shown.any() or count.sum() <= 0:
        return STRENGTHS[-1]
    # Sorted, so that the sum of logarithms is the same for any order of products.
    order = np.lexsort((expected[shown], count[shown]))
    counts, expecteds = count[shown][order], expected[shown][order]
    reached = [_log_likelihood(counts, expecteds, strength) for strength in STRENGTHS]
    return STRENGTHS[int(np.argmax(reached))]


def _log_likelihood(count: Array, expected: Array, strength: float) -> float:
    rising = np.array([math.lgamma(strength + each) for each in count]) - math.lgamma(strength)
    total = rising + strength * np.log(strength / (strength + expected)) + count * np.log(expected / (strength + expected))
    return float(total.sum())
