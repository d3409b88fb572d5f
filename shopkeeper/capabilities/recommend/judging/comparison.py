"""Every method on the same exam, measure by measure, each with an interval and beside the naive answer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.judging.choosing import Chosen
from shopkeeper.capabilities.recommend.judging.exam import Cases, Exam
from shopkeeper.capabilities.recommend.methods.method import Known, Products
from shopkeeper.capabilities.recommend.ranking.hybrid import LearnedHybrid
from shopkeeper.core.results import Interval
from shopkeeper.numerics.bootstrap import resampled_means
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.ranking_metrics import (
    coverage,
    diversity,
    hit_rate,
    hits,
    ndcg,
    novelty,
    recall,
    reciprocal_rank,
    value_captured,
    value_wanted,
)

KS = (5, 10, 20, 50)  # a row of a page, a page, two pages, and what a ranker would get to order
WANTED = ("new", "all")  # products new to the customer, and all that was chosen
NAIVES = {"new": "popularity", "all": "bought_again"}  # what every method stands beside
MEASURES = ("ndcg", "recall", "hit_rate", "reciprocal_rank", "revenue_share", "novelty_bits", "diversity")


@dataclass(frozen=True)
class Judged:
    """A method on the test exam: what it listed for each kind of wanted products, and what that cost.

    ``listed`` int32 [cases, most of KS] by the words of WANTED; empty where the method was left out (``chosen.note``).
    ``n_bytes`` is what its model takes, ``peak_bytes`` the estimate of what learning takes; ``order_p99_ms`` is how long a ranker
    takes to order one answer's candidates (NaN: it has none).
    """

    chosen: Chosen
    listed: Mapping[str, Array]
    learn_seconds: float = float("nan")
    answer_ms: float = float("nan")
    order_p99_ms: float = float("nan")
    n_bytes: int = 0
    peak_bytes: int = 0

    @property
    def name(self) -> str:
        """The method's name."""
        return self.chosen.method.name


@dataclass(frozen=True)
class Catalog:
    """What measures need of each product: popularity share, category (-1: unknown) and price (NaN: unknown)."""

    share: Array
    category: Array
    price: Array


@dataclass(frozen=True)
class Measure:
    """One number of one method at one k, with its interval and the paired difference to the naive answer with its own."""

    value: float
    interval: Interval
    difference: float
    difference_interval: Interval

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``no evidence`` against the naive answer."""
        if self.difference_interval.low > 0:
            return "better"
        return "worse" if self.difference_interval.high < 0 else "no evidence"


def judge(at: Exam, chosen: Chosen, tell: Tell = quiet) -> Judged:
    """Learn what was chosen from everything before the test, and list for its cases."""
    if chosen.note:
        return Judged(chosen, {})
    started = time.perf_counter()
    learned = chosen.method.learn(at.known, chosen.parameters, tell)
    learn_seconds = time.perf_counter() - started
    order_p99_ms = float("nan")
    if isinstance(learned, LearnedHybrid):
        learn_seconds += learned.shared_seconds  # what others had learned already it would have to learn as well
        order_p99_ms = learned.order_p99_ms(at.questions(at.new))
    listed, answer_ms = {}, float("nan")
    for name, cases, own in (("new", at.new, -1.0), ("all", at.every, chosen.own)):
        questions = at.questions(cases, own)
        started = time.perf_counter()
        lists = learned.lists(questions, KS[-1])
        if name == "new" and len(questions):
            answer_ms = (time.perf_counter() - started) / len(questions) * 1e3
        listed[name] = at.filled(lists, questions)
    peak = chosen.method.n_bytes(at.known, chosen.parameters)
    return Judged(chosen, listed, learn_seconds, answer_ms, order_p99_ms, learned.n_bytes, peak)


def catalog_of(known: Known) -> Catalog:
    """Popularity as it was known, and what the catalog says; a product that nobody chose counts as if one had."""
    count = np.maximum(np.bincount(known.log.product, minlength=known.log.n_products), 1)
    unknown = np.full(known.log.n_products, -1), np.full(known.log.n_products, np.nan)
    products: Products | None = known.products
    category, price = unknown if products is None else (products.category, products.price)
    return Catalog(count / max(1, len(known.log.product)), category, price)


def compared(
    judged: Sequence[Judged], cases: Cases, wanted: str, catalog: Catalog, seed: int
) -> dict[tuple[str, int, str], Measure]:
    """The measures of each method, by (method, k, measure); those that cannot be known (no price, no category) are left out."""
    keys, columns = [], []
    for each in judged:
        if wanted in each.listed:
            for k in KS:
                for name, (top, bottom) in _parts(each.listed[wanted][:, :k], cases, catalog).items():
                    keys.append((each.name, k, name))
                    columns += [top, bottom]
    if not keys or len(cases.row) == 0:
        return {}
    values = np.stack(columns, axis=1)
    means = resampled_means(values, seed=seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        total, drawn = _ratio(values.mean(axis=0)), _ratio(means)
    place = {key: column for column, key in enumerate(keys)}
    found = {}
    for key, column in place.items():
        naive = place[NAIVES[wanted], key[1], key[2]]
        if np.isfinite(total[column]):
            value, difference = float(total[column]), float(total[column] - total[naive])
            found[key] = Measure(
                value, _interval(drawn[:, column], value), difference, _interval(drawn[:, column] - drawn[:, naive], difference)
            )
    return found


def _ratio(parts: Array) -> Array:
    result: Array = parts[..., ::2] / parts[..., 1::2]
    return result


def _interval(drawn: Array, value: float) -> Interval:
    low, high = np.nanquantile(drawn, [0.025, 0.975]) if np.isfinite(drawn).any() else (value, value)
    return Interval(min(float(low), value), max(float(high), value))  # rounding must not push the value out


def _parts(listed: Array, cases: Cases, catalog: Catalog) -> dict[str, tuple[Array, Array]]:
    """Every measure as (what is summed, what its sum is divided by), each float64 [cases]."""
    hit, one = hits(listed, cases.starts, cases.target), np.ones(len(listed))
    captured = value_captured(hit, listed, catalog.price), value_wanted(cases.starts, cases.target, catalog.price)
    per_list = {"novelty_bits": novelty(listed, catalog.share), "diversity": diversity(listed, catalog.category)}
    return {
        "ndcg": (ndcg(hit, cases.n_targets), one),
        "recall": (recall(hit, cases.n_targets), one),
        "hit_rate": (hit_rate(hit), one),
        "reciprocal_rank": (reciprocal_rank(hit), one),
        "revenue_share": captured,
        **{name: (np.nan_to_num(values), np.isfinite(values).astype(np.float64)) for name, values in per_list.items()},
    }


def covered(judged: Judged, wanted: str, n_products: int) -> dict[int, float]:
    """The share of the catalog that anybody is shown, by k."""
    listed = judged.listed.get(wanted)
    return {} if listed is None else {k: coverage(listed[:, :k], n_products) for k in KS}


def best_of(judged: Sequence[Judged], wanted: str) -> str:
    """The method that the validation exam prefers, "" where none could be judged: the test must not choose."""
    values: dict[str, float] = {}
    for each in judged:
        value: Any = each.chosen.value if wanted == "new" else each.chosen.value_of_all
        if each.listed and np.isfinite(value):
            values[each.name] = value
    return max(values, key=lambda name: values[name], default="")
