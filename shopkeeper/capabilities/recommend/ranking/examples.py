"""What a ranker learns from: questions, the candidates for each, what was known of them, and what was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Learned, Questions, questions_for
from shopkeeper.capabilities.recommend.ranking.candidates import candidates, sources
from shopkeeper.capabilities.recommend.ranking.features import FeatureTables, feature_names, features_for
from shopkeeper.capabilities.recommend.ranking.window import Window
from shopkeeper.numerics.candidates.gather import Gathered
from shopkeeper.numerics.compiling import Array

AT_ONCE = 4000  # questions whose lists are held at the same time


@dataclass(frozen=True)
class Examples:
    """Candidates of several questions: question q's are ``[group[q], group[q + 1])`` of the other arrays.

    ``features`` float32 [candidates, features] (NaN: unknown) are called ``names``. customer, product, category and brand
    int64 [candidates] are codes (-1: unknown), ``label`` float32 [candidates] is what choosing the candidate gained (0: it was
    not chosen), ``group`` int64 [questions + 1].
    """

    features: Array
    names: tuple[str, ...]
    customer: Array
    product: Array
    category: Array
    brand: Array
    group: Array
    label: Array

    def __len__(self) -> int:
        """How many questions."""
        return len(self.group) - 1

    def only(self, chosen: Array) -> Examples:
        """The questions where ``chosen`` bool [questions] holds, in the same order."""
        sizes = np.diff(self.group)
        kept = np.repeat(chosen, sizes)
        group = np.concatenate(([0], np.cumsum(sizes[chosen]))).astype(np.int64)
        customer, product, category, brand = (each[kept] for each in (self.customer, self.product, self.category, self.brand))
        return Examples(self.features[kept], self.names, customer, product, category, brand, group, self.label[kept])


def examples_of(
    retrievers: Mapping[str, Learned], tables: FeatureTables, window: Window, n: int, most: int, *, own: float = -1.0
) -> Examples:
    """The candidates of each customer of ``window`` for whom at least one candidate was chosen, with what that gained.

    ``retrievers`` and ``tables`` were learned from ``window.before``; ``n`` and ``most`` as in `candidates`, ``own`` as in
    `Questions`.
    """
    parts = []
    for low in range(0, max(1, len(window.row)), AT_ONCE):
        chosen = np.zeros(len(window.row), np.bool_)
        chosen[low : low + AT_ONCE] = True
        parts.append(_part(retrievers, tables, window.only(chosen), n, most, own))
    return joined(parts)


def _part(retrievers: Mapping[str, Learned], tables: FeatureTables, window: Window, n: int, most: int, own: float) -> Examples:
    gathered = candidates(retrievers, questions_for(window.before, window.row, own=own), n, most)
    label = labels(gathered, window)
    question = np.repeat(np.arange(len(gathered)), np.diff(gathered.starts))
    found = np.bincount(question[label > 0.0], minlength=len(gathered)) > 0
    row, gathered, label = window.row[found], gathered.only(found), label[found[question]]
    questions = questions_for(window.before, row, own=own)
    return _described(tables, questions, gathered, label, feature_names(sources(retrievers)), row)


def labels(gathered: Gathered, window: Window) -> Array:
    """float32 [candidates]: what each one's question gained by it, 0 where it was not chosen."""
    n_products = np.int64(window.before.log.n_products)
    question = np.repeat(np.arange(len(gathered), dtype=np.int64), np.diff(gathered.starts))
    wanted = np.repeat(np.arange(len(window.row), dtype=np.int64), np.diff(window.starts)) * n_products + window.product
    if len(wanted) == 0:
        return np.zeros(len(question), np.float32)
    key = question * n_products + gathered.product
    place = np.minimum(np.searchsorted(wanted, key), len(wanted) - 1)
    result: Array = np.where(wanted[place] == key, window.gain[place], np.float32(0.0))
    return result


def _described(
    tables: FeatureTables, questions: Questions, gathered: Gathered, label: Array, names: tuple[str, ...], row: Array
) -> Examples:
    features = features_for(tables, questions, gathered)
    customer = np.repeat(row, np.diff(gathered.starts))
    product = gathered.product.astype(np.int64)
    category, brand = tables.category[product].astype(np.int64), tables.brand[product].astype(np.int64)
    return Examples(features, names, customer, product, category, brand, gathered.starts, label)


def joined(parts: list[Examples]) -> Examples:
    """The questions of all parts, one after the other."""
    sizes = np.concatenate([np.diff(part.group) for part in parts])
    group = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    features = np.concatenate([part.features for part in parts])
    customer, product, category, brand = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("customer", "product", "category", "brand")
    )
    label = np.concatenate([part.label for part in parts])
    return Examples(features, parts[0].names, customer, product, category, brand, group, label)
