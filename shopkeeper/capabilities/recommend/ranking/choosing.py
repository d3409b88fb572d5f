"""Which order of candidates is best: learned from some questions, chosen on others, then learned again from all.

From the plainest: each retriever's own order, the mix of all (`blend`), trees on top of the mix (`lambda_rank`). A less plain
one must be better by more than a standard error on questions that none of them has seen: a shop without signals keeps the plain
list. The networks of `deep` are learned as they are: whether one is better than these, the comparison of methods says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.ranking.blend import Blend, learn_blend, single
from shopkeeper.capabilities.recommend.ranking.examples import Examples
from shopkeeper.capabilities.recommend.ranking.lambda_rank import learn_trees, why_not
from shopkeeper.capabilities.recommend.ranking.ranker import LearnedRanker
from shopkeeper.core.errors import unknown
from shopkeeper.numerics.candidates.order import ndcg_of_groups
from shopkeeper.numerics.compiling import Array, Tell, quiet

BLEND, LAMBDA_RANK = "blend", "lambda_rank"
NETWORKS = ("fm", "wide_deep", "deepfm", "ncf")
RANKERS = (LAMBDA_RANK, BLEND, *NETWORKS)
N_TREES = (10, 20, 40, 80, 120)  # how many may be right
K = 10  # products in a judged list
FEWEST = 60  # questions with a choice among their candidates; below, no more than the mix is learned
FEWEST_FOR_A_NETWORK = 200  # below, too few are left to say when its learning has to end
FEW = 1500  # questions; below, each is judged by what was learned from the others
FOLDS = 4


def learn_ranker(
    examples: Examples, sources: tuple[str, ...], kind: str = LAMBDA_RANK, *, seed: int = 0, tell: Tell = quiet
) -> LearnedRanker:
    """The best order on questions kept back: a retriever's own, the mix's or that of ``kind``, learned again from all.

    ``sources`` name the first columns of the examples' features; ``kind`` is one of `RANKERS`. Raises UnknownName for another.
    A network is taken as it is where it can be learned, and else is as if trees had been asked for. Where LightGBM cannot be
    loaded, the mix is the richest order.
    """
    if kind not in RANKERS:
        raise unknown("ranker", kind, RANKERS)
    if kind in NETWORKS:
        if not no_network(examples):
            return _network(kind, examples, sources, seed, tell)
        kind = LAMBDA_RANK
    if kind == LAMBDA_RANK and why_not():
        kind = BLEND
    kind = kind if len(examples) >= FEWEST else BLEND
    named = examples.features[:, : len(sources)].max(axis=0, initial=0.0)  # own products are named only where repeats count
    plain = {
        name: LearnedRanker(sources, name, single(column, len(sources)))
        for column, name in enumerate(sources) if named[column] > 0.0
    }  # fmt: skip
    reached = _reached(examples, plain, sources, kind, seed, tell)
    chosen, gained = choose(reached)
    n_judged = len(next(iter(gained.values()), np.empty(0)))
    means = {name: float(each.mean()) if len(each) else 0.0 for name, each in gained.items()}
    found = plain.get(chosen)
    if found is None:
        mix = LearnedRanker(sources, BLEND, learn_blend(examples, len(sources)))
        kind, _, n_trees = chosen.partition(" ")
        found = mix if kind == BLEND else _with_trees(mix, examples, int(n_trees), seed, tell)
    return dataclasses.replace(found, reached=means, n_judged=n_judged)


def _reached(
    examples: Examples, plain: Mapping[str, LearnedRanker], sources: tuple[str, ...], kind: str, seed: int, tell: Tell
) -> dict[str, Array]:
    """NDCG of each order, one a question that it was not learned from; orders with trees are called by how many they have."""
    place = places(examples, seed)
    # A quarter tells enough where questions are many; where they are few, every quarter is judged by the other three.
    n_folds = FOLDS if len(examples) < FEW else 1
    parts: dict[str, list[Array]] = {}
    for fold in range(n_folds):
        inside = (place >= fold / FOLDS) & (place < (fold + 1) / FOLDS)
        learned, judged = examples.only(~inside), examples.only(inside)
        mix = LearnedRanker(sources, BLEND, learn_blend(learned, len(sources)))
        tried = {**plain, BLEND: mix}
        if kind == LAMBDA_RANK:
            most = _with_trees(mix, learned, N_TREES[-1], seed, _part(tell, fold, n_folds))
            tried.update({f"{kind} {n}": dataclasses.replace(most, trees=most.trees.first(n)) for n in N_TREES})
        for name, ranker in tried.items():
            parts.setdefault(name, []).append(gains(ranker, judged))
    return {name: np.concatenate(each) for name, each in parts.items()}


def _part(tell: Tell, fold: int, n_folds: int) -> Tell:
    return lambda share: tell((fold + share) / (n_folds + 1))


def _with_trees(mix: LearnedRanker, examples: Examples, n_trees: int, seed: int, tell: Tell) -> LearnedRanker:
    first = mix.blend.scores(examples.features)
    return dataclasses.replace(mix, kind=LAMBDA_RANK, trees=learn_trees(examples, first, n_trees=n_trees, seed=seed, tell=tell))


def _network(kind: str, examples: Examples, sources: tuple[str, ...], seed: int, tell: Tell) -> LearnedRanker:
    from shopkeeper.capabilities.recommend.deep.rankers import RANKERS as DEEP

    return LearnedRanker(sources, kind, Blend(np.zeros(4 * len(sources))), network=DEEP[kind].fit(examples, seed, tell))


def no_network(examples: Examples) -> str:
    """Why no network can be learned from these, in one sentence; "" where one can."""
    if len(examples) < FEWEST_FOR_A_NETWORK:
        return too_few(len(examples))
    return missing()


def too_few(n_questions: int) -> str:
    """Why a network is not learned from so few, in one sentence."""
    return (
        f"A network learns its order from {FEWEST_FOR_A_NETWORK} customers or more who came back of late for something that "
        f"retrievers name; here are {n_questions}."
    )


def places(examples: Examples, seed: int) -> Array:
    """float64 [questions], from 0 to 1: where each falls when customers are shuffled; all questions of one fall on one place.

    Else what is learned of a customer in one question would be found again in another, and look like knowledge.
    """
    customers, which = np.unique(examples.customer[examples.group[:-1]], return_inverse=True)
    result: Array = np.random.default_rng(seed).permutation(len(customers))[which] / max(1, len(customers))
    return result


def gains(ranker: LearnedRanker, examples: Examples) -> Array:
    """float64 [questions]: NDCG@10 of the ranker's order, by what choosing gained."""
    codes = (examples.customer, examples.product, examples.category, examples.brand)
    return ndcg_of_groups(examples.group, examples.product, ranker.scores(examples.features, codes), examples.label, K)


def choose(reached: Mapping[str, Array]) -> tuple[str, dict[str, Array]]:
    """(the name of the best order, what the best of each kind reached): a less plain one only where that is no accident."""
    best_of: dict[str, str] = {}
    for name, values in reached.items():
        kind = name.split(" ")[0]
        if kind not in best_of or values.mean() > reached[best_of[kind]].mean():
            best_of[kind] = name
    gained = {kind: reached[name] for kind, name in best_of.items()}
    plain = [kind for kind in gained if kind not in RANKERS]
    if not plain or len(gained[plain[0]]) < 2:
        return BLEND, gained
    best = max(plain, key=lambda kind: float(gained[kind].mean()))
    for kind in (BLEND, *(kind for kind in RANKERS if kind != BLEND)):
        if kind in gained:
            better = gained[kind] - gained[best]
            best = kind if better.mean() > better.std() / np.sqrt(len(better)) else best
    return best_of[best], gained
