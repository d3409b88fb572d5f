"""Which order of candidates is best: learned from some questions, chosen on others, then learned again from all.

From the plainest: each retriever's own order, the mix of all (`blend`), trees on top of the mix (`lambda_rank`) or one of the
networks of `deep`. A less plain one must be better by more than a standard error on questions that none of them has seen: a
shop without signals keeps the plain list.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from shopkeeper.capabilities.recommend.ranking.blend import learn_blend, single
from shopkeeper.capabilities.recommend.ranking.examples import Examples
from shopkeeper.capabilities.recommend.ranking.lambda_rank import learn_trees
from shopkeeper.capabilities.recommend.ranking.ranker import LearnedRanker
from shopkeeper.core.errors import unknown
from shopkeeper.numerics.candidates.order import ndcg_of_groups
from shopkeeper.numerics.compiling import Array, Tell, quiet

BLEND, LAMBDA_RANK = "blend", "lambda_rank"
NETWORKS = ("fm", "wide_deep", "deepfm", "ncf")
RANKERS = (LAMBDA_RANK, BLEND, *NETWORKS)
N_TREES = 150
K = 10  # products in a judged list
FEWEST = 60  # questions with a choice among their candidates; below, no more than the mix is learned
SHARES = (0.6, 0.8)  # of the questions: up to here learned from, up to here told when to stop, the others choose


def learn_ranker(
    examples: Examples, sources: tuple[str, ...], kind: str = LAMBDA_RANK, *, seed: int = 0, tell: Tell = quiet
) -> LearnedRanker:
    """The best order on questions kept back: a retriever's own, the mix's or that of ``kind``, learned again from all.

    ``sources`` name the first columns of the examples' features; ``kind`` is one of `RANKERS`. Raises UnknownName for another.
    """
    if kind not in RANKERS:
        raise unknown("ranker", kind, RANKERS)
    place = np.random.default_rng(seed).permutation(len(examples)) / max(1, len(examples))
    learned, stop, judged = (
        examples.only((place >= low) & (place < high)) for low, high in zip((0.0, *SHARES), (*SHARES, 1.0), strict=True)
    )  # fmt: skip
    named = examples.features[:, : len(sources)].max(axis=0, initial=0.0)  # own products are named only where repeats count
    plain = {
        name: LearnedRanker(sources, name, single(column, len(sources)))
        for column, name in enumerate(sources)
        if named[column] > 0.0
    }
    mix = LearnedRanker(sources, BLEND, learn_blend(learned, len(sources)))
    tried = {**plain, BLEND: mix}
    if kind != BLEND and len(examples) >= FEWEST:
        richer = _with(kind, mix, learned, stop, seed, tell)
        tried.update({} if richer is None else {kind: richer})
    reached = {name: gains(ranker, judged) for name, ranker in tried.items()}
    chosen = choose(reached)
    found = tried[chosen]
    if chosen not in plain:
        mix = LearnedRanker(sources, BLEND, learn_blend(examples, len(sources)))
        found = mix if chosen == BLEND else _again(found, mix, examples, seed, tell)
    means = {name: float(each.mean()) if len(each) else 0.0 for name, each in reached.items()}
    return dataclasses.replace(found, reached=means, n_judged=len(judged))


def _with(kind: str, mix: LearnedRanker, learned: Examples, stop: Examples, seed: int, tell: Tell) -> LearnedRanker | None:
    """The mix with trees, or a network; None where the network cannot be learned here."""
    if kind == LAMBDA_RANK:
        stopping = (stop, mix.blend.scores(stop.features))
        first = mix.blend.scores(learned.features)
        trees = learn_trees(learned, first, n_trees=N_TREES, stop=stopping, seed=seed, tell=tell)
        return dataclasses.replace(mix, kind=kind, trees=trees)
    from shopkeeper.capabilities.recommend.deep.rankers import RANKERS as DEEP

    if DEEP[kind].against(learned):
        return None
    return dataclasses.replace(mix, kind=kind, network=DEEP[kind].fit(learned, seed, tell))


def _again(found: LearnedRanker, mix: LearnedRanker, examples: Examples, seed: int, tell: Tell) -> LearnedRanker:
    """The same learned from all examples: as many trees as were right, or the network anew."""
    if found.network is not None:
        from shopkeeper.capabilities.recommend.deep.rankers import RANKERS as DEEP

        return dataclasses.replace(mix, kind=found.kind, network=DEEP[found.kind].fit(examples, seed, tell))
    first = mix.blend.scores(examples.features)
    trees = learn_trees(examples, first, n_trees=len(found.trees), seed=seed, tell=tell)
    return dataclasses.replace(mix, kind=found.kind, trees=trees)


def gains(ranker: LearnedRanker, examples: Examples) -> Array:
    """float64 [questions]: NDCG@10 of the ranker's order, by what choosing gained."""
    codes = (examples.customer, examples.product, examples.category, examples.brand)
    return ndcg_of_groups(examples.group, examples.product, ranker.scores(examples.features, codes), examples.label, K)


def choose(reached: Mapping[str, Array]) -> str:
    """The name of the best order; those after the single retrievers (`blend`, then richer) only where that is no accident."""
    richer = [name for name in (BLEND, *RANKERS) if name in reached]
    plain = [name for name in reached if name not in richer]
    if not plain or len(reached[plain[0]]) < 2:
        return BLEND
    best = max(plain, key=lambda name: float(reached[name].mean()))
    for name in dict.fromkeys(richer):
        better = reached[name] - reached[best]
        if better.mean() > better.std() / np.sqrt(len(better)):
            best = name
    return best
