"""The hybrid: several retrievers name candidates, and an order learned from what was chosen last puts them in line.

The retrievers are learned twice: once on what was known before the last window, whose choices then teach the order, and once
on everything, which is what answers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Lists, Method, Questions
from shopkeeper.capabilities.recommend.ranking.candidates import candidates, sources
from shopkeeper.capabilities.recommend.ranking.choosing import LAMBDA_RANK, learn_ranker
from shopkeeper.capabilities.recommend.ranking.examples import Examples, examples_of, joined
from shopkeeper.capabilities.recommend.ranking.features import FeatureTables, features_for, tables_of
from shopkeeper.capabilities.recommend.ranking.ranker import LearnedRanker
from shopkeeper.capabilities.recommend.ranking.retrievers import fitting, learn_all
from shopkeeper.capabilities.recommend.ranking.window import Window, window_of
from shopkeeper.numerics.candidates.order import best_of_groups
from shopkeeper.numerics.compiling import Array, Tell, chunks, quiet
from shopkeeper.numerics.sparse_rows import choose_rows

AT_ONCE = 2000  # questions whose candidates are described at the same time: about 70 MB
MOST_CUSTOMERS = 20_000  # of the window that lists are made for
MOST_QUESTIONS = 6_000  # that the order is learned from
TAUGHT = 100  # candidates of each of those: what stands far down teaches little
REPEATS = 0.05  # share of what was chosen that the customer had: above it, own products are learned to be ordered too


@dataclass(frozen=True)
class Parameters:
    """Which retrievers, how many products each names, how many candidates are ordered, and by what."""

    retrievers: tuple[str, ...] = ("item_graph", "ease", "als", "session_neighbors", "content", "popularity", "trending")
    n_listed: int = 100
    n_candidates: int = 200
    ranker: str = LAMBDA_RANK


@dataclass(frozen=True)
class LearnedHybrid:
    """The retrievers, what is known of products, and the order."""

    retrievers: Mapping[str, Learned]
    tables: FeatureTables
    ranker: LearnedRanker
    parameters: Parameters

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return self.tables.n_bytes + self.ranker.n_bytes + sum(learned.n_bytes for learned in self.retrievers.values())

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` best of each question's candidates."""
        product, score = np.full((len(questions), n), -1, np.int32), np.zeros((len(questions), n), np.float32)
        for low, high in chunks(len(questions), AT_ONCE):
            product[low:high], score[low:high] = self._answers(_some(questions, low, high), n)
            tell(high / len(questions))
        return Lists(product, score)

    def _answers(self, questions: Questions, n: int) -> tuple[Array, Array]:
        most = max(n, self.parameters.n_candidates)
        gathered = candidates(self.retrievers, questions, max(n, self.parameters.n_listed), most)
        features = features_for(self.tables, questions, gathered)
        customer = np.repeat(questions.customer, np.diff(gathered.starts))
        product = gathered.product.astype(np.int64)
        codes = (customer, product, self.tables.category[product].astype(np.int64), self.tables.brand[product].astype(np.int64))
        return best_of_groups(gathered.starts, gathered.product, self.ranker.scores(features, codes), n)


def _some(questions: Questions, low: int, high: int) -> Questions:
    """Questions ``low`` to ``high``; own products may be named or not, how loudly they speak is left to the order."""
    own = -1.0 if questions.own < 0 else 0.0
    log = choose_rows(questions.log, np.arange(low, high))
    return dataclasses.replace(questions, log=log, customer=questions.customer[low:high], own=own, _kept={})


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedHybrid:
    """The hybrid of retrievers with their default parameters."""
    return learn_hybrid(known, parameters, tell)


def learn_hybrid(
    known: Known, parameters: Parameters, tell: Tell = quiet, given: Mapping[str, Any] | None = None
) -> LearnedHybrid:
    """The hybrid; ``given`` holds the retrievers' parameters (as objects or as values by name), by method."""
    window = sampled(window_of(known), known.seed)
    chosen = fitting(window.before, parameters.retrievers, given or {})
    names = sources(chosen)
    before = learn_all(window.before, chosen, lambda share: tell(0.3 * share))
    examples = exercises(window, before, parameters)
    tell(0.5)
    ranker = learn_ranker(examples, names, parameters.ranker, seed=known.seed, tell=lambda share: tell(0.5 + 0.2 * share))
    del before, examples
    return LearnedHybrid(
        learn_all(known, chosen, lambda share: tell(0.7 + 0.3 * share)), tables_of(known), ranker, parameters
    )  # fmt: skip


def sampled(window: Window, seed: int) -> Window:
    """The window with at most `MOST_CUSTOMERS`."""
    if len(window.row) <= MOST_CUSTOMERS:
        return window
    return window.only(np.random.default_rng(seed).permutation(len(window.row)) < MOST_CUSTOMERS)


def exercises(window: Window, retrievers: Mapping[str, Learned], parameters: Parameters) -> Examples:
    """What the order is learned from: products new to the customers of ``window``; where many come back for more, all of them."""
    tables = tables_of(window.before)
    n, most = parameters.n_listed, min(TAUGHT, parameters.n_candidates)
    parts = [examples_of(retrievers, tables, window, n, most)]
    if repeats(window) >= REPEATS:
        parts.append(examples_of(retrievers, tables, window, n, most, own=0.0))
    examples = joined(parts)
    if len(examples) <= MOST_QUESTIONS:
        return examples
    return examples.only(np.random.default_rng(window.before.seed).permutation(len(examples)) < MOST_QUESTIONS)


def repeats(window: Window) -> float:
    """Share of the window's choices that the customer had before."""
    rows, n_products = window.before.rows(), np.int64(window.before.log.n_products)
    had = np.repeat(np.arange(rows.n_rows, dtype=np.int64), rows.sizes) * n_products + rows.product
    chose = np.repeat(window.row, np.diff(window.starts)) * n_products + window.product
    return float(np.isin(chose, had).mean()) if len(chose) else 0.0


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: all retrievers, the most expensive one's work, and the examples twice (LightGBM copies them)."""
    chosen = fitting(known, parameters.retrievers, {})
    each = [method.n_bytes(known, its) for method, its in chosen.values()]
    width = 4 * (2 * len(each) + 32)
    return sum(each) + 2 * MOST_QUESTIONS * TAUGHT * width


def hybrid_with(given: Mapping[str, Any]) -> Method[Parameters]:
    """The hybrid whose retrievers have the parameters ``given`` by method, as one that can be compared with others."""
    return dataclasses.replace(HYBRID, learn=lambda known, parameters, tell: learn_hybrid(known, parameters, tell, given))


HYBRID: Method[Parameters] = Method("hybrid", "hybrid of retrievers with a learned order", (Parameters(),), {}, learn, n_bytes)
