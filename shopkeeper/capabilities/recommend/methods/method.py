"""What a method is: it learns from what was known at a moment, and names products for customers' pasts.

`Known` is what it learns from, `Questions` are the pasts, `Lists` what it names. A method is one `Method` declared in its own
file; `every.py` gathers them. All are compared in `judging` on the same questions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from shopkeeper.capabilities.recommend.settings import RecommendSettings, kind_weights
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array, Tell
from shopkeeper.numerics.recency import trend
from shopkeeper.numerics.sparse_rows import Log, Rows, choose_rows, merge

T = TypeVar("T")
P = TypeVar("P")


@dataclass(frozen=True)
class Products:
    """What the catalog says of each product, by the log's codes.

    category and brand int32 (-1: unknown), price and cost float32 in the shop's currency (NaN: unknown), created_at int64
    microseconds (the smallest number: unknown). ``text_product``, ``text_term`` and ``text_importance`` are the words as in
    `texts.Texts`, with ``n_terms`` of them, of kinds ``term_kind`` (empty: all words) and spelled as in ``vocabulary``.
    """

    category: Array
    brand: Array
    price: Array
    cost: Array
    created_at: Array
    text_product: Array
    text_term: Array
    text_importance: Array
    n_terms: int
    term_kind: Array = field(default_factory=lambda: np.empty(0, np.uint8))
    vocabulary: PackedTexts | None = None


@dataclass
class Known:
    """What was known just before ``now`` (microseconds): each customer's events, and the catalog where there is one.

    ``ratings`` float32, one for each event of the log in its order (NaN: none), where the shop has them.
    """

    log: Log
    now: int
    settings: RecommendSettings
    products: Products | None = None
    ratings: Array | None = None
    seed: int = 0
    _kept: dict[str, tuple[Hashable, Any]] = field(default_factory=dict, repr=False)

    def rows(self, kind_exponent: float = 1.0, half_life_days: float = np.inf) -> Rows:
        """Each customer's products, newest first, weighted by kind (to the exponent) and age."""
        return self.keep("rows", (kind_exponent, half_life_days), lambda: _rows(self, kind_exponent, half_life_days))

    def trend(self, kind_exponent: float = 1.0, half_life_days: float = np.inf) -> Array:
        """float64 [products]: how much each is bought of late, see `numerics.recency.trend`."""
        weights = kind_weights(self.settings, kind_exponent)
        key = (kind_exponent, half_life_days)
        return self.keep("trend", key, lambda: trend(self.log, weights, self.now, half_life_days))

    def keep(self, name: str, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives, kept under ``name`` for as long as ``key`` stays the same: some parameters change little."""
        found = self._kept.get(name)
        if found is None or found[0] != key:
            found = self._kept[name] = (key, make())
        kept: T = found[1]
        return kept


@dataclass
class Questions:
    """Whom lists are for: a row of ``log`` a question, the past that speaks; nothing in it is later than ``now``.

    ``customer`` int64 [questions] is the row of `Known`'s log that the past belongs to, -1 for a visitor that was not learned
    from. ``own`` < 0: products of the past are not named; else they may be, and speak for themselves ``own`` times.
    """

    log: Log
    now: int
    settings: RecommendSettings
    customer: Array
    own: float = -1.0
    _kept: dict[tuple[float, float], Rows] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """How many questions."""
        return len(self.customer)

    def rows(self, kind_exponent: float = 1.0, half_life_days: float = np.inf) -> Rows:
        """Each past's products, newest first, as in `Known.rows`."""
        key = (kind_exponent, half_life_days)
        if key not in self._kept:
            self._kept.clear()
            self._kept[key] = _rows(self, kind_exponent, half_life_days)
        return self._kept[key]


def questions_for(known: Known, customers: Array, *, own: float = -1.0) -> Questions:
    """What to show these customers (rows of ``known.log``, increasing) at the moment of ``known``."""
    customers = np.asarray(customers, np.int64)
    return Questions(choose_rows(known.log, customers), known.now, known.settings, customers, own)


def _rows(of: Known | Questions, kind_exponent: float, half_life_days: float) -> Rows:
    return merge(of.log, kind_weights(of.settings, kind_exponent), of.now, half_life_days)


class Lists(NamedTuple):
    """Products int32 [questions, n], best first, -1 where there are no more; scores float32 of the same shape."""

    product: Array
    score: Array


class Learned(Protocol):
    """What a method has learned."""

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""

    def lists(self, questions: Questions, n: int, tell: Tell = ...) -> Lists:
        """The ``n`` best products for each question; products with no evidence are not named."""


def nothing_against(known: Known) -> str:
    """No reason why a method could not be learned: the empty text."""
    del known
    return ""


def soon(known: Known, parameters: object) -> float:
    """No time worth asking about before: 0 seconds."""
    del known, parameters
    return 0.0


@dataclass(frozen=True)
class Method(Generic[P]):
    """A method by its field's name.

    ``starts`` are where a search of its parameters begins (the first is the default), ``choices`` what each may be, in the
    order in which the search goes through them. ``learn(known, parameters, tell)`` learns. ``against(known)`` says in one
    sentence why it cannot be learned from this ("" where it can); ``n_bytes(known, parameters)`` estimates the peak of memory
    that learning takes, before anything is allocated; ``n_seconds(known, parameters)`` about how long one learning takes, where
    that may be too long to be tried.
    """

    name: str
    title: str
    starts: tuple[P, ...]
    choices: Mapping[str, tuple[Any, ...]]
    learn: Callable[[Known, P, Tell], Learned]
    n_bytes: Callable[[Known, P], int]
    against: Callable[[Known], str] = nothing_against
    n_seconds: Callable[[Known, P], float] = soon

    def parameters_from(self, values: Mapping[str, Any]) -> P:
        """The default parameters with those of ``values`` that this method knows; JSON's lists are tuples again."""
        default: Any = self.starts[0]
        names = {each.name for each in dataclasses.fields(default)}
        known = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if name in names}
        changed: P = dataclasses.replace(default, **known)
        return changed
