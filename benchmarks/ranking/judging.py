"""How good lists are under a protocol, one number a question."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmarks.ranking.protocols import Protocol, Stage
from shopkeeper.capabilities.recommend.judging.exam import Cases, Exam
from shopkeeper.capabilities.recommend.methods.method import Lists, Questions
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.ranking_metrics import hit_rate, hits, ndcg, pessimistic_ranks, recall, reciprocal_rank


class Judge:
    """Fills what a method leaves open with what is popular, and compares with what was wanted."""

    def __init__(self, protocol: Protocol, stage: Stage, popularity: Fading) -> None:
        cases = Cases(np.arange(len(stage.n_targets)), stage.starts, stage.target)
        self._exam = Exam(stage.known, cases, cases, popularity)
        self._trend = stage.known.trend(1.0, popularity.popularity_half_life_days)
        self._protocol, self._stage = protocol, stage

    @property
    def depth(self) -> int:
        """How many products a list must name: one more than is judged where ties count, to see whether they go on."""
        return self._protocol.k + int(self._protocol.ties_count_against)

    def measures(self, lists: Lists, questions: Questions) -> Mapping[str, Array]:
        """Each measure of the protocol, float64 [questions]."""
        listed = self._exam.filled(lists, questions)
        if self._protocol.ties_count_against:
            found = self._pessimistic(listed, lists)
        else:
            hit = hits(listed, self._stage.starts, self._stage.target)
            n = self._stage.n_targets
            found = (hit_rate(hit), reciprocal_rank(hit)) if self._protocol.name == "sessions" else (recall(hit, n), ndcg(hit, n))
        return dict(zip(self._protocol.measures, found, strict=True))

    def _pessimistic(self, listed: Array, lists: Lists) -> tuple[Array, Array]:
        target = np.full(len(listed), -2, np.int64)
        known = np.diff(self._stage.starts) > 0
        target[known] = self._stage.target
        rank = pessimistic_ranks(listed, self._tiers(listed, lists), target)
        hit = (rank > 0) & (rank <= self._protocol.k)
        return hit.astype(np.float64), np.where(hit, 1.0 / np.log2(1.0 + np.maximum(rank, 1)), 0.0)

    def _tiers(self, listed: Array, lists: Lists) -> Array:
        """int64 [questions, n]: equal for neighbors in a list with equal scores; what fills is ordered by its trend."""
        n_named = (lists.product >= 0).sum(axis=1)
        is_filled = np.arange(listed.shape[1])[None, :] >= n_named[:, None]
        order = np.argsort(lists.product < 0, axis=1, kind="stable")
        score = np.take_along_axis(lists.score, order, axis=1)
        strength = np.where(is_filled, self._trend[np.maximum(listed, 0)], score)
        changes = np.zeros(listed.shape, np.int64)
        changes[:, 1:] = (strength[:, 1:] != strength[:, :-1]) | (is_filled[:, 1:] != is_filled[:, :-1])
        return np.cumsum(changes, axis=1)


def unnamed(lists: Lists, kept: Array) -> Lists:
    """The lists without what is not ``kept``: popularity, which ties, follows instead."""
    return Lists(np.where(kept, lists.product, -1).astype(np.int32), np.where(kept, lists.score, 0.0).astype(np.float32))
