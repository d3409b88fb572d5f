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
from shopkeeper.capabilities.recommend.ranking.examples import Examples, examples_of
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
REPEATS = 0.05  # share of what was chosen that the customer had: above it, lists with own products get an order of their own


@dataclass(frozen=True)
class Parameters:
    """Which retrievers, how many products each names, how many candidates are ordered, and by what."""

    retrievers: tuple[str, ...] = ("item_graph", "ease", "als", "session_neighbors", "content", "popularity", "trending")
    n_listed: int = 100
    n_candidates: int = 200
    ranker: str = LAMBDA_RANK


@dataclass(frozen=True)
class LearnedHybrid:
    """The retrievers, what is known of products, and the orders.

    ``ranker`` orders what is new to the customer; ``again``, where customers come back for the same, orders lists that may hold
    their own products too (None: such lists are in the order of ``ranker``).
    """

    retrievers: Mapping[str, Learned]
    tables: FeatureTables
    ranker: LearnedRanker
    again: LearnedRanker | None
    parameters: Parameters

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        parts = (self.tables, self.ranker, self.again, *self.retrievers.values())
        return sum(part.n_bytes for part in parts if part is not None)

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
        ranker = self.ranker if questions.own < 0 or self.again is None else self.again
        return best_of_groups(gathered.starts, gathered.product, ranker.scores(features, codes), n)


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
    before = learn_all(window.before, chosen, lambda share: tell(0.3 * share))
    ranker, again = orders(window, before, parameters, lambda share: tell(0.3 + 0.4 * share))
    del before
    learned = learn_all(known, chosen, lambda share: tell(0.7 + 0.3 * share))
    return LearnedHybrid(learned, tables_of(known), ranker, again, parameters)


def orders(
    window: Window, retrievers: Mapping[str, Learned], parameters: Parameters, tell: Tell = quiet
) -> tuple[LearnedRanker, LearnedRanker | None]:
    """(the order of what is new to a customer, the order of lists with own products too, None where few come back for them).

    ``retrievers`` were learned from ``window.before``.
    """
    tables, names, seed = tables_of(window.before), sources(retrievers), window.before.seed
    coming_back = repeats(window) >= REPEATS
    half = 0.5 if coming_back else 1.0
    new = exercises(window, retrievers, tables, parameters, own=-1.0)
    ranker = learn_ranker(new, names, parameters.ranker, seed=seed, tell=lambda share: tell(half * share))
    if not coming_back:
        return ranker, None
    every = exercises(window, retrievers, tables, parameters, own=0.0)
    return ranker, learn_ranker(every, names, parameters.ranker, seed=seed, tell=lambda share: tell(0.5 + 0.5 * share))


def sampled(window: Window, seed: int) -> Window:
    """The window with at most `MOST_CUSTOMERS`."""
    if len(window.row) <= MOST_CUSTOMERS:
        return window
    return window.only(np.random.default_rng(seed).permutation(len(window.row)) < MOST_CUSTOMERS)


def exercises(
    window: Window, retrievers: Mapping[str, Learned], tables: FeatureTables, parameters: Parameters, own: float
) -> Examples:
    """What an order is learned from: at most `MOST_QUESTIONS` of ``window``; ``own`` < 0: only what is new to the customer."""
    most = min(TAUGHT, parameters.n_candidates)
    examples = examples_of(retrievers, tables, window, parameters.n_listed, most, own=own)
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
