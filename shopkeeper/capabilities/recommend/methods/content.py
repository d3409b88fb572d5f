"""Products that read alike: what a product without history is recommended by."""

from __future__ import annotations

import numpy as np

from shopkeeper.capabilities.recommend.read import Texts
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Tell, quiet
from shopkeeper.numerics.tf_idf import nearest_texts, term_rows, without_common

PAIRS_BUDGET = 2_000_000_000  # steps: about ten seconds on two cores, reached only by catalogs of 100,000s of products


def learn_content(texts: Texts, n_products: int, k: int, tell: Tell = quiet) -> Graph:
    """The ``k`` products with the most similar title, brand and category of each product, by the cosine of TF-IDF vectors."""
    if k == 0 or len(texts.product) == 0:
        return Graph(np.zeros(n_products + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    rows = term_rows(texts.product, texts.term, n_products, texts.n_terms, importance=texts.importance)
    return nearest_texts(without_common(rows, PAIRS_BUDGET), k, tell=tell)
