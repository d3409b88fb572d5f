"""The living libraries beside which we stand, as methods of ours: asked the same questions, tuned on the same validation.

They come with the extra `bench`; one that is not installed is left out by name.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.ranking.peers_deep import Gru4Rec, SasRec, learn_gru4rec, learn_sasrec
from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Lists, Method, Questions
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.sparse_rows import Rows


def matrix_of(rows: Rows) -> Any:
    """Rows as a scipy matrix of ones, customers x products: who has what."""
    from scipy import sparse

    ones = np.ones(len(rows.product), np.float32)
    matrix = sparse.csr_matrix((ones, rows.product, rows.starts), shape=(rows.n_rows, rows.n_products))
    matrix.sort_indices()
    return matrix


@dataclass(frozen=True)
class Als:
    """Hu, Koren & Volinsky (2008), by implicit."""

    factors: int = 64
    regularization: float = 0.01
    alpha: float = 1.0
    iterations: int = 15


@dataclass(frozen=True)
class Bpr:
    """Rendle et al. (2009), by implicit."""

    factors: int = 64
    learning_rate: float = 0.01
    regularization: float = 0.01
    iterations: int = 100


@dataclass(frozen=True)
class Neighbors:
    """Products with the most similar customers, by implicit."""

    neighbors: int = 100


@dataclass(frozen=True)
class Bm25(Neighbors):
    """The same with BM25 weights."""

    k1: float = 1.2
    b: float = 0.75


@dataclass(frozen=True)
class Ease:
    """Steck (2019), by cornac."""

    penalty: float = 500.0


@dataclass(frozen=True)
class Implicit:
    """A learned model of implicit; ``has_factors``: it knows customers by number, and others only if it can fold them in."""

    model: Any
    has_factors: bool
    n_bytes: int = 0

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` best of each question."""
        del tell
        rows = matrix_of(questions.rows())
        is_new = bool((questions.customer < 0).any()) or not self.has_factors
        who = np.arange(len(questions)) if is_new else questions.customer
        product, score = self.model.recommend(
            who, rows, N=min(n, rows.shape[1]), filter_already_liked_items=questions.own < 0,
            **({"recalculate_user": True} if is_new and self.has_factors else {}),
        )  # fmt: skip
        return _padded(product, score, n, only_positive=not self.has_factors)


@dataclass(frozen=True)
class Weights:
    """A dense product x product matrix: a customer's products speak for others by its rows."""

    weight: Array

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.weight.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` best of each question, a thousand questions at a time."""
        rows, own = matrix_of(questions.rows()), questions.own < 0
        n = min(n, rows.shape[1])
        product, score = np.empty((len(questions), n), np.int64), np.empty((len(questions), n))
        for low in range(0, len(questions), 1000):
            part = rows[low : low + 1000]
            values = part @ self.weight
            if own:
                values[part.nonzero()] = -np.inf
            best = np.argpartition(-values, n - 1, axis=1)[:, :n]
            order = np.argsort(-np.take_along_axis(values, best, axis=1), axis=1, kind="stable")
            product[low : low + 1000] = np.take_along_axis(best, order, axis=1)
            score[low : low + 1000] = np.take_along_axis(values, product[low : low + 1000], axis=1)
            tell(low / len(questions))
        return _padded(product, score, n)


def _padded(product: Array, score: Array, n: int, *, only_positive: bool = False) -> Lists:
    """Lists with -1 for what was filtered away, or has no evidence."""
    floor = 0.0 if only_positive else -1e30
    found = np.full((len(product), n), -1, np.int32)
    values = np.zeros((len(product), n), np.float32)
    there = np.isfinite(score) & (score > floor) & (product >= 0)
    found[:, : product.shape[1]] = np.where(there, product, -1)
    values[:, : product.shape[1]] = np.where(there, score, 0.0)
    return Lists(found, values)


def _learn_als(known: Known, parameters: Als, tell: Tell = quiet) -> Learned:
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(**vars(parameters), random_state=known.seed)
    return _fitted(model, known, tell, has_factors=True)


def _learn_bpr(known: Known, parameters: Bpr, tell: Tell = quiet) -> Learned:
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    return _fitted(BayesianPersonalizedRanking(**vars(parameters), random_state=known.seed), known, tell, has_factors=True)


def _learn_neighbors(name: str) -> Callable[[Known, Neighbors, Tell], Learned]:
    def learn(known: Known, parameters: Neighbors, tell: Tell = quiet) -> Learned:
        from implicit import nearest_neighbours

        others = {"K1": parameters.k1, "B": parameters.b} if isinstance(parameters, Bm25) else {}
        return _fitted(getattr(nearest_neighbours, name)(K=parameters.neighbors, **others), known, tell, has_factors=False)

    return learn


def _fitted(model: Any, known: Known, tell: Tell, *, has_factors: bool) -> Implicit:
    tell(0.0)
    model.fit(matrix_of(known.rows()), show_progress=False)
    return Implicit(model, has_factors)


def _learn_ease(known: Known, parameters: Ease, tell: Tell = quiet) -> Learned:
    """Cornac's own class wants its own data set; the matrix that it learns is used as ours is."""
    from cornac.data import Dataset
    from cornac.models import EASE

    tell(0.0)
    rows = known.rows()
    customer = np.repeat(np.arange(rows.n_rows), rows.sizes)
    one = np.ones(len(customer))
    data = Dataset.build(list(zip(customer.tolist(), rows.product.tolist(), one.tolist(), strict=True)))
    model = EASE(lamb=parameters.penalty, posB=False, verbose=False).fit(data)
    codes = np.fromiter(data.iid_map.keys(), np.int64, len(data.iid_map))
    weight = np.zeros((rows.n_products, rows.n_products), np.float32)
    weight[np.ix_(codes, codes)] = model.B
    return Weights(weight)


def _nothing(known: Known, parameters: Any) -> int:
    """Peers do not say how much memory they take."""
    del known, parameters
    return 0


def _ease_bytes(known: Known, parameters: Ease) -> int:
    """Three dense matrices of doubles, as measured."""
    del parameters
    return 3 * 8 * known.log.n_products**2


SIZES = (5, 10, 20, 50, 100, 200, 400)
FACTORS = (16, 32, 64, 128, 256)
PENALTIES = (1e-4, 1e-3, 1e-2, 0.1, 0.3, 1.0, 3.0)

PEERS: dict[str, tuple[str, Method[Any]]] = {
    "implicit_als": ("implicit", Method(
        "implicit_als", "implicit: ALS", (Als(), Als(128, 0.1, 10.0)),
        {"alpha": (1.0, 2.0, 5.0, 10.0, 20.0, 40.0), "factors": FACTORS, "regularization": (*PENALTIES, 10.0, 30.0, 100.0),
         "iterations": (5, 10, 15, 30)},
        _learn_als, _nothing,
    )),
    "implicit_bpr": ("implicit", Method(
        "implicit_bpr", "implicit: BPR", (Bpr(), Bpr(128, 0.05, 0.01, 200)),
        {"learning_rate": (0.005, 0.01, 0.02, 0.05, 0.1, 0.2), "iterations": (25, 50, 100, 200, 400), "regularization": PENALTIES,
         "factors": FACTORS},
        _learn_bpr, _nothing,
    )),
    "implicit_cosine": ("implicit", Method(
        "implicit_cosine", "implicit: cosine", (Neighbors(),), {"neighbors": SIZES}, _learn_neighbors("CosineRecommender"),
        _nothing,
    )),
    "implicit_tfidf": ("implicit", Method(
        "implicit_tfidf", "implicit: TF-IDF", (Neighbors(),), {"neighbors": SIZES}, _learn_neighbors("TFIDFRecommender"),
        _nothing,
    )),
    "implicit_bm25": ("implicit", Method(
        "implicit_bm25", "implicit: BM25", (Bm25(), Bm25(400, 0.2, 0.2)),
        {"neighbors": SIZES, "k1": (0.05, 0.2, 0.5, 1.2, 2.0, 5.0, 20.0, 100.0), "b": (0.0, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)},
        _learn_neighbors("BM25Recommender"), _nothing,
    )),
    "cornac_ease": ("cornac", Method(
        "cornac_ease", "cornac: EASE", (Ease(),),
        {"penalty": (1.0, 5.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0)},
        _learn_ease, _ease_bytes,
    )),
    "cornac_gru4rec": ("cornac", Method(
        "cornac_gru4rec", "cornac: GRU4Rec", (Gru4Rec(),),
        {"learning_rate": (0.02, 0.05, 0.1, 0.2), "n_epochs": (5, 10, 20, 40), "dropout": (0.0, 0.2, 0.4),
         "loss": ("cross-entropy", "bpr-max"), "width": (50, 100, 200, 400)},
        learn_gru4rec, _nothing,
    )),
    "cornac_sasrec": ("cornac", Method(
        "cornac_sasrec", "cornac: SASRec", (SasRec(),),
        {"n_epochs": (5, 10, 20, 40), "learning_rate": (0.0005, 0.001, 0.002), "dropout": (0.0, 0.2, 0.4),
         "width": (50, 100, 200)},
        learn_sasrec, _nothing,
    )),
}  # fmt: skip
"""By name: the library, and its method."""


ONLY_WHEN_NAMED = ("cornac_gru4rec", "cornac_sasrec")
"""Peers that take minutes to hours a trial without a graphics card."""

ONLY_KNOWN_CUSTOMERS = ("implicit_bpr",)
"""Peers that cannot be asked by visitors, whom they did not learn from."""


def installed() -> dict[str, Method[Any]]:
    """The peers whose library is here."""
    return {name: method for name, (library, method) in PEERS.items() if importlib.util.find_spec(library) is not None}
