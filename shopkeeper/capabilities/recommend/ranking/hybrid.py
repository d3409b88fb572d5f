"""The hybrid: several retrievers name candidates, and an order learned from what was chosen last puts them in line.

The retrievers are learned twice: once on what was known before the last window, whose choices then teach the order, and once
on everything, which is what answers. There is a hybrid for each ranker: trees (LambdaRank), where they are better than a plain
mix, and each network of `deep`. What they have in common is learned once where they are compared (`Sharing`).
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Lists, Method, Questions
from shopkeeper.capabilities.recommend.ranking.candidates import candidates, sources
from shopkeeper.capabilities.recommend.ranking.choosing import (
    FEWEST_FOR_A_NETWORK,
    LAMBDA_RANK,
    NETWORKS,
    learn_ranker,
    too_few,
)
from shopkeeper.capabilities.recommend.ranking.examples import Examples, examples_of
from shopkeeper.capabilities.recommend.ranking.features import FeatureTables, features_for, tables_of
from shopkeeper.capabilities.recommend.ranking.ranker import LearnedRanker
from shopkeeper.capabilities.recommend.ranking.retrievers import fitting, learn_all
from shopkeeper.capabilities.recommend.ranking.window import Window, window_of
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.numerics.candidates.gather import Gathered
from shopkeeper.numerics.candidates.order import best_of_groups
from shopkeeper.numerics.compiling import Array, Tell, chunks, quiet
from shopkeeper.numerics.sparse_rows import choose_rows

Codes = tuple[Array, Array, Array, Array]  # customer, product, category, brand
AT_ONCE = 2000  # questions whose candidates are described at the same time: about 70 MB
MOST_CUSTOMERS = 20_000  # of the window that lists are made for
MOST_QUESTIONS = 6_000  # that the order is learned from
TAUGHT = 100  # candidates of each of those: what stands far down teaches little
REPEATS = 0.05  # share of what was chosen that the customer had: above it, lists with own products get an order of their own
SLOWEST_MS = 5.0  # that ordering one answer's candidates may take to be served, at the 99th percentile
ROUNDS, TIMED = 3, 100  # answers are timed so often; the best round counts
ROW_SECONDS = 5e-5  # that the slowest network learns from one candidate in all epochs, on one core
ROW_BYTES = 24  # that a network's example takes for each of its fields: number, place, and both once more in the making


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
    their own products too (None: such lists are in the order of ``ranker``). ``shared_seconds`` is how long it took to learn what
    was there already, since another hybrid had learned it.
    """

    retrievers: Mapping[str, Learned]
    tables: FeatureTables
    ranker: LearnedRanker
    again: LearnedRanker | None
    parameters: Parameters
    shared_seconds: float = 0.0

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
        gathered, features, codes = self._described(questions, n)
        return best_of_groups(gathered.starts, gathered.product, self._ranker(questions).scores(features, codes), n)

    def _ranker(self, questions: Questions) -> LearnedRanker:
        return self.ranker if questions.own < 0 or self.again is None else self.again

    def _described(self, questions: Questions, n: int) -> tuple[Gathered, Array, Codes]:
        """The candidates, what is known of them, and their codes."""
        most = max(n, self.parameters.n_candidates)
        gathered = candidates(self.retrievers, questions, max(n, self.parameters.n_listed), most)
        features = features_for(self.tables, questions, gathered)
        customer = np.repeat(questions.customer, np.diff(gathered.starts))
        product = gathered.product.astype(np.int64)
        category, brand = self.tables.category[product].astype(np.int64), self.tables.brand[product].astype(np.int64)
        return gathered, features, (customer, product, category, brand)

    def order_p99_ms(self, questions: Questions) -> float:
        """How many milliseconds the ranker works to order one question's candidates, 99th percentile; 0 for no question.

        Of the processor, not of the clock: it must not matter what else the machine did while it was measured.
        """
        if len(questions) == 0:
            return 0.0
        asked = _some(questions, 0, min(TIMED, len(questions)))
        gathered, features, codes = self._described(asked, self.parameters.n_candidates)
        ranker, slowest = self._ranker(asked), []
        for _ in range(ROUNDS):
            seconds = []
            for number in range(TIMED):
                one = slice(*gathered.starts[number % len(asked) :][:2])
                mine = (codes[0][one], codes[1][one], codes[2][one], codes[3][one])
                started = time.thread_time()
                ranker.scores(features[one], mine)
                seconds.append(time.thread_time() - started)
            slowest.append(float(np.quantile(seconds, 0.99)))
        return 1e3 * min(slowest)


def _some(questions: Questions, low: int, high: int) -> Questions:
    """Questions ``low`` to ``high``; own products may be named or not, how loudly they speak is left to the order."""
    own = -1.0 if questions.own < 0 else 0.0
    log = choose_rows(questions.log, np.arange(low, high))
    return dataclasses.replace(questions, log=log, customer=questions.customer[low:high], own=own, _kept={})


@dataclass(frozen=True)
class Prepared:
    """What a hybrid has before its candidates have an order: retrievers that know everything, and what an order is learned from.

    ``new`` are questions for what is new to the customer, ``again`` those of lists with own products too (None: few come back
    for them); ``sources`` name what gives the candidates their scores, ``seconds`` is how long all this took.
    """

    retrievers: Mapping[str, Learned]
    tables: FeatureTables
    sources: tuple[str, ...]
    new: Examples
    again: Examples | None
    seconds: float


def prepare(known: Known, parameters: Parameters, given: Mapping[str, Any], tell: Tell = quiet) -> Prepared:
    """Everything but the order; ``given`` holds the retrievers' parameters (as objects or as values by name), by method."""
    started = time.perf_counter()
    window = sampled(window_of(known), known.seed)
    chosen = fitting(window.before, parameters.retrievers, given)
    before = learn_all(window.before, chosen, lambda share: tell(0.5 * share))
    tables, names = tables_of(window.before), sources(before)
    new = exercises(window, before, tables, parameters, own=-1.0)
    again = exercises(window, before, tables, parameters, own=0.0) if repeats(window) >= REPEATS else None
    del before, window
    learned = learn_all(known, chosen, lambda share: tell(0.5 + 0.5 * share))
    return Prepared(learned, tables_of(known), names, new, again, time.perf_counter() - started)


def ordered(prepared: Prepared, parameters: Parameters, seed: int, tell: Tell = quiet) -> LearnedHybrid:
    """The hybrid, with its order learned from what was prepared."""
    half = 1.0 if prepared.again is None else 0.5

    def learned(examples: Examples, done: float) -> LearnedRanker:
        return learn_ranker(
            examples, prepared.sources, parameters.ranker, seed=seed, tell=lambda share: tell(done + half * share)
        )

    ranker = learned(prepared.new, 0.0)
    again = None if prepared.again is None else learned(prepared.again, half)
    return LearnedHybrid(prepared.retrievers, prepared.tables, ranker, again, parameters)


def learn_hybrid(
    known: Known, parameters: Parameters, tell: Tell = quiet, given: Mapping[str, Any] | None = None
) -> LearnedHybrid:
    """The hybrid; ``given`` holds the retrievers' parameters (as objects or as values by name), by method."""
    prepared = prepare(known, parameters, given or {}, lambda share: tell(0.6 * share))
    return ordered(prepared, parameters, known.seed, lambda share: tell(0.6 + 0.4 * share))


class Sharing:
    """Hybrids that are compared: what differs only in the ranker has its retrievers and its examples learned once.

    The newest are kept, for one shop's past at a time. ``given`` are the retrievers' parameters by method.
    """

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        self._given = dict(given or {})
        self._kept: tuple[Known, Parameters, Prepared] | None = None

    def of(self, method: Method[Any]) -> Method[Any]:
        """The same method, sharing what it can; a method that is no hybrid is left as it is."""
        return dataclasses.replace(method, learn=self.learn) if method.name in HYBRIDS else method

    def learn(self, known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedHybrid:
        """The hybrid, in the order that was asked for. Raises `NotEnoughData` where that cannot be learned here."""
        alike, shared_seconds = dataclasses.replace(parameters, ranker=LAMBDA_RANK), 0.0
        if self._kept is not None and self._kept[0] is known and self._kept[1] == alike:
            shared_seconds = self._kept[2].seconds
        else:
            self._kept = None  # there may not be room for both
            self._kept = known, alike, prepare(known, parameters, self._given, lambda share: tell(0.6 * share))
        prepared = self._kept[2]
        if parameters.ranker in NETWORKS and len(prepared.new) < FEWEST_FOR_A_NETWORK:
            raise NotEnoughData(
                too_few(len(prepared.new)), got=f"{len(prepared.new)} such customers", wanted=f"{FEWEST_FOR_A_NETWORK}",
                next="wait for a longer history, or let LambdaRank order the candidates (setting rankers)",
            )  # fmt: skip
        made = ordered(prepared, parameters, known.seed, lambda share: tell(0.6 + 0.4 * share))
        return dataclasses.replace(made, shared_seconds=shared_seconds)


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
    """Peak memory of learning: all retrievers, and both orders' examples with the copy that LightGBM or torch makes of one."""
    chosen = fitting(known, parameters.retrievers, {})
    each = [method.n_bytes(known, its) for method, its in chosen.values()]
    n_fields = 2 * len(each) + 32
    width = (8 + (ROW_BYTES if parameters.ranker in NETWORKS else 4)) * n_fields
    return sum(each) + MOST_QUESTIONS * TAUGHT * width


def n_seconds(known: Known, parameters: Parameters) -> float:
    """About how long a network is learned, for both orders; the trees take less than a minute."""
    if parameters.ranker not in NETWORKS:
        return 0.0
    return 2.0 * ROW_SECONDS * TAUGHT * min(MOST_QUESTIONS, len(window_of(known).row))


def against(known: Known) -> str:
    """Why a network cannot order candidates here, in one sentence: packages that are missing, or too few who came back."""
    n_questions = len(window_of(known).row)
    return too_few(n_questions) if n_questions < FEWEST_FOR_A_NETWORK else missing()


def hybrid_with(given: Mapping[str, Any], ranker: str = LAMBDA_RANK) -> Method[Parameters]:
    """The hybrid whose retrievers have the parameters ``given`` by method, as one that can be compared with others."""
    return Sharing(given).of(BY_RANKER[ranker])


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedHybrid:
    """The hybrid of retrievers with their default parameters. Raises `NotEnoughData` where its network cannot be learned."""
    return Sharing().learn(known, parameters, tell)


def _ordered_by(ranker: str, title: str) -> Method[Parameters]:
    start = (Parameters(ranker=ranker),)
    return Method(f"hybrid_{ranker}", f"hybrid ordered by {title}", start, {}, learn, n_bytes, against, n_seconds)


HYBRID: Method[Parameters] = Method("hybrid", "hybrid of retrievers with a learned order", (Parameters(),), {}, learn, n_bytes)
HYBRID_FM = _ordered_by("fm", "a factorization machine")
HYBRID_WIDE_DEEP = _ordered_by("wide_deep", "Wide & Deep")
HYBRID_DEEPFM = _ordered_by("deepfm", "DeepFM")
HYBRID_NCF = _ordered_by("ncf", "NCF")
BY_RANKER: Mapping[str, Method[Parameters]] = {
    method.starts[0].ranker: method for method in (HYBRID, HYBRID_FM, HYBRID_WIDE_DEEP, HYBRID_DEEPFM, HYBRID_NCF)
}
HYBRIDS: Mapping[str, Method[Parameters]] = {method.name: method for method in BY_RANKER.values()}
