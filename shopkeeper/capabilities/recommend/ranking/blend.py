"""The plain mix of retrievers: a weight for what each gives, chosen so that what was chosen stands high.

Weights are those of a conditional logit (McFadden, 1974; as a loss of lists: ListNet, Cao et al., 2007), none negative: a list
is never held against the products it names. Each retriever speaks through its score and its rank, each plain and bent, since
how fast evidence fades along a list differs by retriever.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.ranking.examples import Examples
from shopkeeper.numerics.compiling import Array

PENALTY = 1e-3  # on squared weights: what keeps the weights of retrievers that agree finite
FLOOR = 0.005  # 1 / rank of a product at place 200: beyond it, and not named at all, are the same


def spoken(features: Array, n_sources: int) -> Array:
    """float32 [candidates, 4 * sources]: score, rank, root of the score, logarithm of the rank, from 0 (not named) up to 1."""
    score, rank = features[:, :n_sources], features[:, n_sources : 2 * n_sources]
    bent = 1.0 + np.log(np.maximum(rank, FLOOR)) / -np.log(FLOOR)
    result: Array = np.concatenate((score, rank, np.sqrt(score), bent), axis=1).astype(np.float32)
    return result


@dataclass(frozen=True)
class Blend:
    """Weights float64 [4 * sources] of what `spoken` gives."""

    weight: Array

    def scores(self, features: Array) -> Array:
        """float64 [candidates]: higher is better; differences are log odds."""
        result: Array = spoken(features, len(self.weight) // 4) @ self.weight
        return result


def single(source: int, n_sources: int) -> Blend:
    """The order of one retriever; what it does not name comes after, as the others' ranks say."""
    weight = np.zeros(4 * n_sources)
    weight[3 * n_sources : 4 * n_sources] = 1e-3 / n_sources
    weight[n_sources + source] = 1.0
    return Blend(weight)


def learn_blend(examples: Examples, n_sources: int) -> Blend:
    """The weights for which what was chosen is most likely, as a share of what each question gained."""
    from scipy.optimize import minimize

    if len(examples) == 0:
        return Blend(np.concatenate((np.zeros(3 * n_sources), np.ones(n_sources))))
    starts = examples.group[:-1]
    question = np.repeat(np.arange(len(examples)), np.diff(examples.group))
    given = spoken(examples.features, n_sources)
    wanted = (examples.label / np.add.reduceat(examples.label, starts)[question]).astype(np.float32)

    def loss(weight: Array) -> tuple[float, Array]:
        score = given @ weight.astype(np.float32)
        score -= np.maximum.reduceat(score, starts)[question]
        odds = np.exp(score)
        total = np.add.reduceat(odds, starts)[question]
        missed = -float((wanted * (score - np.log(total))).sum(dtype=np.float64)) / len(examples)
        slope = ((odds / total - wanted) @ given).astype(np.float64) / len(examples)
        return missed + PENALTY * float(weight @ weight), slope + 2.0 * PENALTY * weight

    start = np.full(4 * n_sources, 0.1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(start), options={"maxiter": 40})
    return Blend(np.asarray(found.x, np.float64))
