"""Which texts are alike: TF-IDF vectors and the nearest by cosine, through the same kernel as the product graph.

weight = log2(1 + tf) * (ln((1 + N) / (1 + df)) + 1), each product's vector scaled to length 1 (Salton & Buckley, 1988).
"""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph, product_graph
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.sparse_rows import Rows, counting_sort


def damped(frequency: Array) -> Array:
    """float64: what a term counts that is said so often: log2(1 + tf)."""
    result: Array = np.log1p(frequency) / np.log(2.0)
    return result


def rarity(n_with: Array, n_products: int) -> Array:
    """float64 [terms]: what a term counts that so many of the products have: ln((1 + N) / (1 + df)) + 1."""
    result: Array = np.log((1 + n_products) / (1 + n_with)) + 1.0
    return result


def term_rows(product: Array, term: Array, n_products: int, n_terms: int, *, importance: Array | None = None) -> Rows:
    """A row a term: the products that have it, with their TF-IDF weights; every product's vector has length 1.

    ``product`` and ``term`` are int arrays of equal length, one entry an occurrence, in any order; ``importance`` float
    [occurrences] multiplies the term frequency (a word in the title may count more than one in the category).
    """
    pair = term.astype(np.int64) * n_products + product
    value = np.ones(len(pair)) if importance is None else importance.astype(np.float64)
    distinct, place = np.unique(pair, return_inverse=True)
    frequency = np.bincount(place, weights=value, minlength=len(distinct))
    term_of, product_of = distinct // max(n_products, 1), distinct % max(n_products, 1)
    n_with = np.bincount(term_of, minlength=n_terms)
    weight = damped(frequency) * rarity(n_with, n_products)[term_of]
    length = np.sqrt(np.bincount(product_of, weights=weight**2, minlength=n_products))
    weight = weight / length[product_of]
    starts, _ = counting_sort(term_of.astype(np.int64), n_terms)
    n_entries = len(distinct)
    return Rows(
        starts,
        product_of.astype(np.int32),
        np.zeros(n_entries, np.int32),
        weight.astype(np.float32),
        np.ones(n_entries, np.int32),
        np.zeros(n_entries, np.uint32),
        n_products,
    )


def without_common(rows: Rows, budget: int) -> Rows:
    """``rows`` with those terms emptied that most products have, so that comparing all pairs costs at most ``budget`` steps.

    A term that half a million products share says little and costs its square.
    """
    sizes = rows.sizes
    order = np.argsort(sizes, kind="stable")
    kept_terms = np.zeros(rows.n_rows, np.bool_)
    kept_terms[order[np.cumsum(sizes[order].astype(np.float64) ** 2) <= budget]] = True
    if kept_terms.all():
        return rows
    starts = np.zeros(rows.n_rows + 1, np.int64)
    np.cumsum(np.where(kept_terms, sizes, 0), out=starts[1:])
    return rows.entries(starts, np.repeat(kept_terms, sizes))


def nearest_texts(rows: Rows, k: int, *, tell: Tell = quiet) -> Graph:
    """The ``k`` products with the most similar texts (cosine of TF-IDF) of each product, best first."""
    one = np.ones(1, np.float32)
    factor = np.ones(rows.n_rows, np.float32)
    return product_graph(
        rows, row_factor=factor, target_factor=np.ones(rows.n_products, np.float32), forward=one, backward=one, k=k, tell=tell
    )
