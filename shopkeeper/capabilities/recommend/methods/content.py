"""Products that are alike by what the catalog says of them: what a product without history is recommended by.

Words, signs of words and attributes as TF-IDF vectors, compared by cosine; what costs about the same counts more; vectors of
another kind (pictures) join through `with_vectors`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import NOBODY, claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Products, Questions
from shopkeeper.capabilities.recommend.texts import ATTRIBUTE, SIGNS, WORD
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.coding import PackedTexts, pack
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.likeness.mixing import mixed
from shopkeeper.numerics.likeness.vectors import nearest_vectors
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.sparse_rows import Rows
from shopkeeper.numerics.tf_idf import nearest_texts, rarity, term_rows, without_common

PAIRS_BUDGET = 300_000_000  # steps: about three seconds on two cores, reached only by catalogs of 100,000s of products
MORE = 2  # times as many neighbors by words are looked at as are kept: price changes their order
COMPARED = 100  # neighbors of each product that the method speaks through in a comparison


@dataclass(frozen=True)
class Parameters:
    """How much signs of words and attributes count beside words, and how much a price that differs takes away."""

    signs_weight: float = 0.25
    attribute_weight: float = 1.0
    price_weight: float = 0.25
    recency_decay: float = 0.5
    half_life_days: float = 1e6
    kind_exponent: float = 1.0


STARTS = (
    Parameters(),
    Parameters(signs_weight=0.0, attribute_weight=0.0, price_weight=0.0),
    Parameters(recency_decay=1.5, attribute_weight=2.0),
)

CHOICES: Mapping[str, tuple[float, ...]] = {
    "recency_decay": (0.0, 0.5, 1.0, 1.5, 2.0),
    "attribute_weight": (0.0, 0.5, 1.0, 2.0),
    "signs_weight": (0.0, 0.25, 0.5, 1.0),
    "price_weight": (0.0, 0.25, 0.5, 1.0),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
}


@dataclass(frozen=True)
class LearnedContent:
    """The nearest products of each by content, and what it takes to find those of a product that comes later.

    ``postings`` has a row a term; ``rarity`` float64 [terms] is each term's weight, ``kind_weight`` float [3] that of WORD,
    SIGNS and ATTRIBUTE.
    """

    graph: Graph
    postings: Rows
    rarity: Array
    kind_weight: Array
    vocabulary: PackedTexts
    price: Array
    parameters: Parameters
    history: int = 50

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return sum(values.nbytes for values in self.arrays().values()) + self.graph.neighbor.nbytes + self.graph.weight.nbytes

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products most like those of the past; products with no evidence are not named."""
        rows = questions.rows(self.parameters.kind_exponent, self.parameters.half_life_days)
        share = rows.weight * (1.0 + rows.step) ** -self.parameters.recency_decay
        product, score, _, _ = best_of_rows(
            rows, share.astype(np.float32), self.graph, chosen=np.arange(rows.n_rows), n=n, history=self.history,
            own=questions.own, row_claim=claims(rows.count, rows.step), fallback=NOBODY, tell=tell,
        )  # fmt: skip
        return Lists(product, score)

    def arrays(self) -> dict[str, Array]:
        """What `loaded.arrivals.Arrivals` needs beside the graph: vocabulary, weights, postings and prices."""
        return {
            "term_bytes": self.vocabulary.data, "term_offsets": self.vocabulary.offsets,
            "term_rarity": self.rarity.astype(np.float32), "term_kind_weight": self.kind_weight.astype(np.float32),
            "posting_starts": self.postings.starts, "posting_product": self.postings.product,
            "posting_weight": self.postings.weight, "content_price": self.price,
            "content_price_weight": np.array([self.parameters.price_weight], np.float32),
        }  # fmt: skip


def learn_content(products: Products, k: int, parameters: Parameters | None = None, tell: Tell = quiet) -> LearnedContent:
    """The ``k`` products most like each by words, attributes and price."""
    parameters = parameters or Parameters()
    n_products = len(products.price)
    kind_weight = np.ones(3)
    kind_weight[[SIGNS, ATTRIBUTE]] = parameters.signs_weight, parameters.attribute_weight
    kind = products.term_kind if len(products.term_kind) else np.full(products.n_terms, WORD, np.uint8)
    importance = products.text_importance * kind_weight[kind[products.text_term]]
    there = importance > 0.0
    rows = term_rows(
        products.text_product[there], products.text_term[there], n_products, products.n_terms, importance=importance[there]
    )
    weights = rarity(rows.sizes, n_products)
    rows = without_common(rows, PAIRS_BUDGET)
    looked = k if parameters.price_weight == 0.0 else MORE * k
    if k == 0 or len(rows.product) == 0:
        graph = Graph(np.zeros(n_products + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    else:
        graph = nearest_texts(rows, looked, tell=tell)
    if looked > k:
        graph = mixed([graph], [1.0], products.price, parameters.price_weight, k)
    vocabulary = products.vocabulary if products.vocabulary is not None else pack([])
    return LearnedContent(graph, rows, weights, kind_weight, vocabulary, products.price, parameters)


def with_vectors(
    graph: Graph, vectors: Mapping[str, Array], weights: Mapping[str, float], k: int, text_weight: float = 1.0, tell: Tell = quiet
) -> Graph:
    """The content graph with the nearest by given vectors in it: the ``k`` best by the weighted sum of likenesses.

    ``vectors`` holds float32 [products, dimensions] by name (a row of zeros: none), ``weights`` how much each counts (default 1).
    """
    names = sorted(name for name in vectors if weights.get(name, 1.0) > 0.0)
    graphs = [nearest_vectors(vectors[name], k, tell=tell) for name in names]
    shares = [weights.get(name, 1.0) for name in names]
    return mixed([graph, *graphs], [text_weight, *shares], np.full(graph.n_products, np.nan, np.float32), 0.0, k)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedContent:
    """What is alike; how a past speaks through it is not learned again."""
    if known.products is None:
        return learn_content(_nothing(known.log.n_products), 0)
    products = known.products
    key = dataclasses.replace(parameters, recency_decay=0.0, half_life_days=0.0, kind_exponent=0.0)
    found = known.keep("content", key, lambda: learn_content(products, COMPARED, parameters, tell))
    return dataclasses.replace(found, parameters=parameters, history=known.settings.history)


def _nothing(n_products: int) -> Products:
    unknown, none = np.full(n_products, np.nan, np.float32), np.empty(0, np.int64)
    nowhere = np.full(n_products, -1, np.int32)
    return Products(nowhere, nowhere, unknown, unknown, np.zeros(n_products, np.int64), none, none, np.empty(0), 0)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: the terms while they are counted, and the graph in its wide form."""
    del parameters
    n_terms = 0 if known.products is None else len(known.products.text_term)
    return 80 * n_terms + known.log.n_products * COMPARED * (MORE + 1) * 16


def against(known: Known) -> str:
    """Why there is nothing to compare products by."""
    if known.products is None or known.products.n_terms == 0:
        return "The catalog says nothing about its products: import titles, brands or categories."
    return ""


CONTENT = Method("content", "content", STARTS, CHOICES, learn, n_bytes, against)
