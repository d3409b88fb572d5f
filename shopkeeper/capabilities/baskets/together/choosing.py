"""Which parameters meet the baskets of a validation period best: one after the other, keeping what helps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.baskets.together.evidence import Evidence, evidence_of
from shopkeeper.capabilities.baskets.together.judge import MINIMUM_CASES, Questions, gains, listed, popular_half_life
from shopkeeper.capabilities.baskets.together.listing import background_of, popular_order, product_lists
from shopkeeper.capabilities.baskets.together.material import Material
from shopkeeper.capabilities.baskets.together.parameters import CHOICES, Parameters
from shopkeeper.numerics.compiling import Tell, quiet

WORTHWHILE, DOUBT = 0.003, 0.2  # share of NDCG to gain before the search moves, and how much more of it few questions ask for


@dataclass(frozen=True)
class Chosen:
    """What the search found, and how far it went: NDCG before and after, on the validation period."""

    parameters: Parameters
    half_life_days: float
    n_trials: int
    n_cases: int
    before: float
    after: float


def choose(at: Material, asked: Questions, *, n_trials: int, error_share: float, at_least: int, tell: Tell = quiet) -> Chosen:
    """The parameters with the best NDCG in at most ``n_trials`` trials; the defaults where there is too little to choose by."""
    if len(asked) < 2 * MINIMUM_CASES:
        return Chosen(Parameters(), 1e6, 0, len(asked), 0.0, 0.0)
    half_life = popular_half_life(at, asked)
    popular = popular_order(at, half_life)
    kept: dict[tuple[float, float], Evidence] = {}
    tried: dict[Parameters, float] = {}

    def reached(parameters: Parameters) -> float:
        if parameters not in tried:
            key = parameters.size_exponent, parameters.half_life_days
            if key not in kept:
                kept.clear()  # the search changes these two last; one such table may be large
                kept[key] = evidence_of(
                    at, size_exponent=key[0], half_life_days=key[1], error_share=error_share, at_least=at_least
                )
            graph = product_lists(at, kept[key], parameters).graph
            shown = listed(graph, asked, popular, background=background_of(at, parameters))
            tried[parameters] = float(gains(shown, asked).mean())
            tell(len(tried) / max(n_trials, 1))
        return tried[parameters]

    step = 1.0 + WORTHWHILE + DOUBT / np.sqrt(len(asked))
    best = Parameters()
    before = value = reached(best)
    for name, choices in CHOICES.items():
        for choice in _near_first(choices, getattr(best, name)):
            if len(tried) >= n_trials:
                break
            candidate = best.changed(name, choice)
            if reached(candidate) > value * step:
                best, value = candidate, tried[candidate]
    return Chosen(best, half_life, len(tried), len(asked), before, value)


def _near_first(choices: tuple[float, ...], now: float) -> list[float]:
    """The other choices, the nearest first."""
    here = choices.index(now)
    return [choices[place] for place in sorted(range(len(choices)), key=lambda place: abs(place - here)) if place != here]
