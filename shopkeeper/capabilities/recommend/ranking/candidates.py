"""What retrievers name for each question, brought together; where repeats are allowed, with the customer's own products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.capabilities.recommend.methods.method import Learned, Questions
from shopkeeper.numerics.candidates.gather import Gathered, gather
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.sparse_rows import Rows, only_first

OWN = "own"  # the name of the column that stands for the customer's own products
OWN_LISTED = 50


def sources(retrievers: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the columns that `candidates` gives for these retrievers."""
    return (*retrievers, OWN)


def candidates(retrievers: Mapping[str, Learned], questions: Questions, n: int, most: int, tell: Tell = quiet) -> Gathered:
    """Each question's candidates: the ``n`` best of each retriever, at most ``most`` in all, and the own products.

    ``retrievers`` are what methods learned, by name. A question's own products are left out where it does not allow them.
    """
    products: list[Array] = []
    scores: list[Array] = []
    for place, learned in enumerate(retrievers.values()):
        listed = learned.lists(questions, n, quiet)
        products.append(listed.product)
        scores.append(listed.score)
        tell((place + 1) / len(retrievers))
    rows = questions.rows()
    own = own_lists(rows) if questions.own >= 0 else (np.empty((len(questions), 0), np.int32), np.empty((len(questions), 0)))
    excluded = None if questions.own >= 0 else (rows.starts, rows.product)
    return gather((*products, own[0]), (*scores, own[1]), questions.log.n_products, most, excluded)


def own_lists(rows: Rows, n: int = OWN_LISTED) -> tuple[Array, Array]:
    """(product int32 [rows, n], -1 padded, score float32): the newest products of each row, by how they ask to be shown again."""
    rows = only_first(rows, n)
    place = np.arange(len(rows.product)) - np.repeat(rows.starts[:-1], rows.sizes)
    row = np.repeat(np.arange(rows.n_rows), rows.sizes)
    product, score = np.full((rows.n_rows, n), -1, np.int32), np.zeros((rows.n_rows, n), np.float32)
    product[row, place] = rows.product
    score[row, place] = claims(rows.count, rows.step)
    return product, score
