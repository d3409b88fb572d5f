"""What is asked: the validation cut of train that a protocol makes, and its test: what is known, questions, what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks.ranking.data import Data, Events
from shopkeeper.capabilities.recommend.methods.method import Known, Questions
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, build_log, choose_rows

MAX_PAST = 200  # of a session: its newest events, where somebody clicks all day
MINIMUM_CASES = 5


@dataclass
class Stage:
    """One exam. Question q wants ``target[starts[q]:starts[q + 1]]`` (codes that are known) of ``n_targets[q]`` in all.

    ``past`` has a row a question, which is ``customer[q]`` of what is known, or nobody's (-1).
    """

    known: Known
    past: Log
    customer: Array
    starts: Array
    target: Array
    n_targets: Array
    _asked: dict[float, Questions] = field(default_factory=dict, repr=False)

    def questions(self, own: float) -> Questions:
        """The questions; ``own`` < 0: without the products of the past."""
        if own not in self._asked:
            self._asked = {own: Questions(self.past, self.known.now, self.known.settings, self.customer, own)}
        return self._asked[own]


def _settings() -> RecommendSettings:
    return RecommendSettings()


def log_of(events: Events, row: Array, n_rows: int, data: Data) -> Log:
    """The events of each row in order of time; where there are no moments, in the order of the file."""
    known = events.product >= 0
    return build_log(row[known], events.product[known], events.kind[known], events.at[known], n_rows, data.n_products)


def _known(events: Events, data: Data, seed: int) -> Known:
    if len(events) == 0:
        raise NotEnoughData("Nothing is left to learn from.", got=f"{len(data.train)} rows of train",
                            wanted="customers with several rows", next="use more data")  # fmt: skip
    return Known(log_of(events, events.customer, data.n_customers, data), int(events.at.max()) + 1, _settings(), seed=seed)


def _by_customer(events: Events) -> Array:
    """The rows' places: customer after customer, each in order of time, equal moments as the file has them."""
    return np.lexsort((events.place, events.at, events.customer))


def _stage(known: Known, case: Array, target: Array) -> Stage:
    """Questions of known customers; ``target`` -1: unknown, a miss."""
    rows, place = np.unique(case, return_inverse=True)
    pairs = np.unique(np.stack((place, target), axis=1), axis=0)
    # Every unknown product counts, but they have lost their names: as many as there are rows.
    n_unknown = np.bincount(place[target < 0], minlength=len(rows))
    pairs = pairs[pairs[:, 1] >= 0]
    sizes = np.bincount(pairs[:, 0], minlength=len(rows))
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Stage(known, choose_rows(known.log, rows), rows, starts, pairs[:, 1], sizes + n_unknown)


def _wanted_kinds(data: Data) -> Array:
    """What the test's rows are (purchases, say): the validation's wanted products are such too."""
    return np.unique(data.test.kind)


def _asked_customers(data: Data, counts: Array, limit: int, seed: int) -> Array:
    """Customers for validation: of those that the test asks, else of all, those with enough history, at most ``limit``."""
    able = np.flatnonzero(counts >= 2)
    asked = np.intersect1d(able, np.unique(data.test.customer))
    chosen = asked if len(asked) >= min(100, len(able)) else able
    if len(chosen) > limit:
        chosen = np.sort(np.random.default_rng(seed).choice(chosen, limit, replace=False))
    return chosen


def _enough(stage: Stage) -> Stage:
    if len(stage.n_targets) < MINIMUM_CASES:
        raise NotEnoughData(
            "Train is too small to choose parameters on.", got=f"{len(stage.n_targets)} questions",
            wanted=f"at least {MINIMUM_CASES} customers (or sessions) with two rows or more", next="use more data",
        )  # fmt: skip
    return stage


def validation_next(data: Data, limit: int, seed: int) -> Stage:
    """The last wanted row of each customer from what lies before it; all of train is known but what follows from there."""
    train, kinds = data.train, _wanted_kinds(data)
    order = _by_customer(train)
    customer = train.customer[order]
    first = np.searchsorted(customer, customer)  # where each row's customer begins
    is_wanted = np.isin(train.kind[order], kinds) if np.isin(train.kind, kinds).any() else np.ones(len(order), np.bool_)
    able = is_wanted & (np.arange(len(order)) > first)
    last = np.full(data.n_customers, -1, np.int64)
    np.maximum.at(last, customer[able], np.flatnonzero(able))
    chosen = _asked_customers(data, np.where(last >= 0, 2, 0), limit, seed)
    until = np.full(data.n_customers, len(order), np.int64)
    until[chosen] = last[chosen]
    known = train.only(order[np.arange(len(order)) < until[customer]])
    return _enough(_stage(_known(known, data, seed), chosen, train.product[order][last[chosen]].astype(np.int64)))


def test_next(data: Data, seed: int) -> Stage:
    """The first row of each customer in the test."""
    order = _by_customer(data.test)
    customer, places = np.unique(data.test.customer[order], return_index=True)
    return _stage(_known(data.train, data, seed), customer.astype(np.int64), data.test.product[order][places].astype(np.int64))


def validation_all(data: Data, limit: int, seed: int) -> Stage:
    """As large a share of each customer's products as the test has: the last ones, or any where there are no moments."""
    train, kinds = data.train, _wanted_kinds(data)
    order = _by_customer(train)
    key = train.customer[order].astype(np.int64) * data.n_products + train.product[order]
    pair, first, of_row = np.unique(key, return_index=True, return_inverse=True)
    customer = pair // data.n_products
    counts = np.bincount(customer, minlength=data.n_customers)
    chosen = _asked_customers(data, counts, limit, seed)
    asked = np.isin(train.customer, data.test.customer)
    share = len(data.test) / max(1, len(data.test) + int(asked.sum()))
    when = first if data.has_moments else np.random.default_rng(seed).permutation(len(pair))
    by_age = np.lexsort((-when, customer))
    newer = np.empty(len(pair), np.int64)  # how many of the customer's products are newer than this one
    newer[by_age] = np.arange(len(pair)) - np.searchsorted(customer[by_age], customer[by_age])
    n_held = np.clip(np.round(share * counts), 1, np.maximum(counts - 1, 0))
    is_held = (newer < n_held[customer]) & np.isin(customer, chosen)
    has_wanted = np.zeros(len(pair), np.bool_)
    np.logical_or.at(has_wanted, of_row, np.isin(train.kind[order], kinds))
    known = train.only(order[~is_held[of_row]])
    wanted = is_held & (has_wanted if (has_wanted & is_held).any() else True)
    return _enough(_stage(_known(known, data, seed), customer[wanted], pair[wanted] % data.n_products))


def test_all(data: Data, seed: int) -> Stage:
    """All of each customer's rows in the test, without products that the customer had in train: nobody may list those."""
    had = np.unique(data.train.customer.astype(np.int64) * data.n_products + data.train.product)
    row = data.test.customer.astype(np.int64) * data.n_products + data.test.product
    kept = data.test.only((data.test.product < 0) | ~np.isin(row, had))
    return _stage(_known(data.train, data, seed), kept.customer.astype(np.int64), kept.product.astype(np.int64))


def _each_next(events: Events, known: Known, data: Data, limit: int, seed: int) -> Stage:
    """Each next row of each session from what came before it in the session."""
    order = _by_customer(events)
    session = events.customer[order]
    first = np.searchsorted(session, session)
    asked = np.flatnonzero(np.arange(len(order)) > first)
    if len(asked) > limit:
        asked = np.sort(np.random.default_rng(seed).choice(asked, limit, replace=False))
    low = np.maximum(first[asked], asked - MAX_PAST)
    sizes = asked - low
    question = np.repeat(np.arange(len(asked)), sizes)
    place = np.repeat(low - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes) + np.arange(len(question)) if len(asked) else low
    past = log_of(events.only(order[place]), question, len(asked), data)
    wanted = events.product[order][asked].astype(np.int64)
    there = (wanted >= 0).astype(np.int64)
    starts = np.concatenate(([0], np.cumsum(there)))
    return Stage(known, past, np.full(len(asked), -1, np.int64), starts, wanted[wanted >= 0], np.ones(len(asked), np.int64))


def validation_sessions(data: Data, limit: int, seed: int) -> Stage:
    """The sessions of train that end last, as many as the test has, at most a fifth."""
    train = data.train
    ends = np.full(data.n_customers, np.iinfo(np.int64).min)
    np.maximum.at(ends, train.customer, train.at)
    there = np.unique(train.customer)
    n_held = max(1, min(len(np.unique(data.test.customer)), len(there) // 5))
    held = there[np.lexsort((there, ends[there]))][-n_held:]
    is_held = np.isin(train.customer, held)
    return _enough(_each_next(train.only(is_held), _known(train.only(~is_held), data, seed), data, limit, seed))


def test_sessions(data: Data, seed: int) -> Stage:
    """Each next click of each session in the test; nobody learned from these sessions."""
    return _each_next(data.test, _known(data.train, data, seed), data, np.iinfo(np.int64).max, seed)


@dataclass(frozen=True)
class Protocol:
    """How validation and test are cut, how long lists are, which numbers they are judged by (the last one chooses)."""

    name: str
    k: int
    measures: tuple[str, ...]
    validation: Callable[[Data, int, int], Stage]
    test: Callable[[Data, int], Stage]
    owns: tuple[float, ...]
    ties_count_against: bool = False


OWNS = (-1.0, 0.0, 1.0, 5.0)
PROTOCOLS: Mapping[str, Protocol] = {
    "all": Protocol("all", 20, ("Recall@20", "NDCG@20"), validation_all, test_all, (-1.0,)),
    "next": Protocol("next", 10, ("HR@10", "NDCG@10"), validation_next, test_next, OWNS, ties_count_against=True),
    "sessions": Protocol("sessions", 20, ("HR@20", "MRR@20"), validation_sessions, test_sessions, OWNS),
}
