"""What was known at a moment of a candidate for a past: the numbers a ranker reads, the same for learning and for an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Known, Questions
from shopkeeper.capabilities.recommend.settings import kind_weights
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.candidates.describe import NUMBERS, PRODUCT_NUMBERS, describe
from shopkeeper.numerics.candidates.gather import Gathered
from shopkeeper.numerics.candidates.moments import ages_days, first_and_last, returns
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY
from shopkeeper.numerics.sparse_rows import only_first

HISTORY = 200  # newest products of a past that are looked at: as many as are kept of a customer while serving
TREND_DAYS = (1.0, 7.0, 30.0, 90.0)
TREND_FLOOR = 1e-3  # of the mean product: what nobody chose of late
DRAWN = 20.0  # repeats of a product count as much as what is known of all where it has this many
DEFAULT_INTERVAL_DAYS = 30.0  # where nobody ever came back


@dataclass(frozen=True)
class FeatureTables:
    """What was known of each product just before ``now`` (microseconds).

    ``number`` float32 [products, PRODUCT_NUMBERS], category and brand int32 [products] (-1: unknown).
    """

    number: Array
    category: Array
    brand: Array
    now: int

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.number.nbytes + self.category.nbytes + self.brand.nbytes)

    def days_later(self, now: int) -> float:
        """How many days ``now`` (microseconds) lies after the moment of these tables."""
        return max(0.0, (now - self.now) / MICROSECONDS_A_DAY)

    def arrays(self, prefix: str = "features_") -> dict[str, Array]:
        """What is saved: each array under its name with ``prefix`` before it."""
        now = np.array([self.now], np.int64)
        return {
            prefix + "number": self.number, prefix + "category": self.category, prefix + "brand": self.brand, prefix + "now": now,
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str = "features_") -> FeatureTables:
        """The tables that `arrays` gave, over the same memory."""
        now = int(arrays[prefix + "now"][0])
        return cls(arrays[prefix + "number"], arrays[prefix + "category"], arrays[prefix + "brand"], now)


@dataclass(frozen=True)
class Pasts:
    """What customers touched, newest first: past p is ``[starts[p], starts[p + 1])`` of the other arrays.

    code int32, weight float32 (of the kind of event), step int32 (distinct moments back from the newest, 0), age float32 (days
    before now), count int32 (events).
    """

    starts: Array
    code: Array
    weight: Array
    step: Array
    age: Array
    count: Array

    @property
    def columns(self) -> tuple[Array, Array, Array, Array, Array]:
        """The arrays as the kernel takes them."""
        return self.code, self.weight, self.step, self.age, self.count


def feature_names(retrievers: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the columns of `features_of` and `features_for`."""
    return (*(f"{name}_score" for name in retrievers), *(f"{name}_rank" for name in retrievers), *NUMBERS)


def meanings(retrievers: tuple[str, ...]) -> dict[str, str]:
    """A line for each feature by its name."""
    scores = {f"{name}_score": f"what {name} gives it, against the best it names (0: not named)" for name in retrievers}
    ranks = {f"{name}_rank": f"1 / its place in the list of {name} (0: not named)" for name in retrievers}
    return {**scores, **ranks, **NUMBERS}


def pasts_of(questions: Questions) -> Pasts:
    """The pasts of the questions, at most `HISTORY` products each, and no more than speak while serving."""
    rows = only_first(questions.rows(), min(HISTORY, questions.settings.history))
    age = ages_days(questions.log, rows, kind_weights(questions.settings, 1.0), questions.now)
    return Pasts(rows.starts, rows.product, rows.weight, rows.step, age, rows.count)


def tables_of(known: Known) -> FeatureTables:
    """What is known of each product; nothing at or after ``known.now`` is looked at."""
    n_products = known.log.n_products
    number = np.full((n_products, len(PRODUCT_NUMBERS)), np.nan, np.float32)
    columns = dict(zip(PRODUCT_NUMBERS, number.T, strict=True))
    columns["popularity"][:] = np.log1p(np.bincount(known.rows().product, minlength=n_products))
    for days in TREND_DAYS:
        columns[f"trend_{days:g}"][:] = _trend(known, days)
    weights = kind_weights(known.settings, 1.0)
    first, last = first_and_last(known.log, weights)
    products = known.products
    category, brand = np.full(n_products, -1, np.int32), np.full(n_products, -1, np.int32)
    if products is not None:
        category, brand = products.category.astype(np.int32), products.brand.astype(np.int32)
        with np.errstate(divide="ignore", invalid="ignore"):
            columns["price"][:] = np.where(products.price > 0.0, np.log(products.price), np.nan)
        made = (products.created_at > np.iinfo(np.int64).min) & (products.created_at < known.now)
        first = np.where(made, np.minimum(first, products.created_at), first)
    seen = first < np.iinfo(np.int64).max
    columns["age_days"][:] = np.where(seen, (known.now - first) / MICROSECONDS_A_DAY, np.nan)
    columns["idle_days"][:] = np.where(last > np.iinfo(np.int64).min, (known.now - last) / MICROSECONDS_A_DAY, np.nan)
    _intervals(known, category, columns)
    return FeatureTables(number, category, brand, int(known.now))


def _trend(known: Known, half_life_days: float) -> Array:
    """Log of each product's share against the mean product's; the same whenever it is read, since all of it fades alike."""
    of_late = known.trend(1.0, half_life_days)
    mean = float(of_late.mean()) if len(of_late) else 0.0
    result: Array = np.log(of_late / mean + TREND_FLOOR) if mean > 0.0 else np.zeros(len(of_late))
    return result


def _intervals(known: Known, category: Array, columns: Mapping[str, Array]) -> None:
    """How long customers wait: products are drawn to their category, categories to the shop, the more the less is known."""
    log, counted = known.log, _chosen(known)
    n_products, n_categories = log.n_products, int(category.max(initial=-1)) + 1
    product_days, n_again, n_customers = returns(log, log.product.astype(np.int64), n_products, counted)
    of_category = category[log.product].astype(np.int64) if len(category) else np.empty(0, np.int64)
    category_days, n_category, _ = returns(log, of_category, n_categories, counted)
    usual = float(np.log(DEFAULT_INTERVAL_DAYS))
    if n_again.sum():
        usual = float(np.nansum(product_days * n_again) / n_again.sum())
    by_category = _drawn(category_days, n_category, np.full(n_categories, usual))
    prior = np.where(category >= 0, by_category[category], usual) if n_categories else np.full(n_products, usual)
    columns["interval_days"][:] = np.exp(_drawn(product_days, n_again, prior))
    columns["category_interval_days"][:] = np.exp(prior)
    share = n_again.sum() / max(1, n_customers.sum())
    columns["repeat_share"][:] = (n_again + DRAWN * share) / (n_customers + DRAWN)


def _drawn(mean: Array, n: Array, prior: Array) -> Array:
    result: Array = (np.where(n > 0, mean, 0.0) * n + DRAWN * prior) / (n + DRAWN)
    return result


def _chosen(known: Known) -> Array:
    """Weights of the kinds of events that are a choice: purchases; in a shop without any, whatever says liking."""
    weights = kind_weights(known.settings, 1.0)
    purchase = EVENT_KINDS.index("purchase")
    if (known.log.kind == purchase).any():
        weights = np.where(np.arange(len(weights)) == purchase, 1.0, 0.0)
    return weights


def features_for(tables: FeatureTables, questions: Questions, gathered: Gathered, pasts: Pasts | None = None) -> Array:
    """float32 [candidates, features] of the candidates of many questions, called `feature_names`."""
    pasts = pasts_of(questions) if pasts is None else pasts
    kinds, days = (tables.category, tables.brand), tables.days_later(questions.now)
    return describe(
        gathered.starts, gathered.product, gathered.score, pasts.starts, pasts.columns, tables.number, kinds, days
    )  # fmt: skip


def features_of(
    tables: FeatureTables, past: tuple[Array, Array, Array, Array, Array], candidate: Array, score: Array, now: int
) -> Array:
    """float32 [candidates, features] of one question's candidates, exactly what `features_for` gives for it.

    ``past`` is (code int32, weight float32, step int32, age float32 days before now, count int32), newest first, at most
    `HISTORY` products; ``candidate`` int32, ``score`` float32 [candidates, retrievers] (0: not named), ``now`` microseconds.
    """
    group, starts = np.array([0, len(candidate)]), np.array([0, len(past[0])])
    kinds, days = (tables.category, tables.brand), tables.days_later(now)
    return describe(group, candidate, score, starts, past, tables.number, kinds, days)
