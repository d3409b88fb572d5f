"""Linear autoencoder: which of a customer's products say something about the next that the others do not say already.

Small catalogs are solved exactly (EASE, Steck 2019, with the order of events as in Choi et al. 2021), larger ones product by
product over each one's strongest partners; which of the two is decided from their memory before any of it is taken.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.judging.memory import budget_bytes
from shopkeeper.capabilities.recommend.methods.item_graph import NOBODY, WINDOW, claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.numerics.co_occurrence import Graph, product_graph
from shopkeeper.numerics.compiling import Array, Tell, n_threads, quiet
from shopkeeper.numerics.linear.dense_ridge import EXACT_PRODUCTS, dense_ridge
from shopkeeper.numerics.linear.gram import squares
from shopkeeper.numerics.linear.neighbor_ridge import neighbor_ridge
from shopkeeper.numerics.linear.strongest import strongest_of_dense, strongest_of_lists
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.sparse_rows import Rows, only_first

WIDTHS = (400, 200, 100, 75, 50, 30, 20)  # how many partners of a product are solved for
GRAM_WIDTHS = (1000, 500, 300, 200, 100)  # how many inner products of a product are kept
SOLVING, LOOKING = 20e9, 5e9  # steps that solving may take, and finding the inner products: about ten seconds on two cores


@dataclass(frozen=True)
class Parameters:
    """What is tuned on the validation period.

    ``l2`` is in units of the mean squared weight of an entry, ``penalty_exponent`` lets it grow with a product's popularity.
    ``gram_decay`` is how fast two products stop counting as held together as moments pass between them, ``step_decay`` and
    ``backward_weight`` how fast and how much less a product stops being what comes next. The others are as in the item graph.
    """

    l2: float = 200.0
    penalty_exponent: float = 0.0
    customer_exponent: float = 0.0
    gram_decay: float = 0.5
    step_decay: float = 0.25
    backward_weight: float = 0.25
    recency_decay: float = 1.0
    source_exponent: float = 0.25
    target_exponent: float = 0.0
    trend_exponent: float = 0.0
    half_life_days: float = 1e6
    kind_exponent: float = 1.0
    popularity_half_life_days: float = 30.0
    width: int = 100


# Where the search begins: a shop where order matters, more and less; EASE as published; a shop with seasons.
STARTS = (
    Parameters(),
    Parameters(step_decay=0.5, gram_decay=0.75, source_exponent=0.0),
    Parameters(backward_weight=0.5, target_exponent=0.125),
    Parameters(l2=500.0, gram_decay=0.0, step_decay=0.0, backward_weight=1.0, recency_decay=0.0, source_exponent=0.0),
    Parameters(trend_exponent=0.5, half_life_days=365.0, recency_decay=0.5, backward_weight=0.5),
)

CHOICES: Mapping[str, tuple[float, ...]] = {
    "l2": (5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0),
    "recency_decay": (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0),
    "trend_exponent": (0.0, 0.125, 0.25, 0.5, 0.75, 1.0),
    "backward_weight": (0.0, 0.25, 0.5, 1.0),
    "step_decay": (0.0, 0.25, 0.5, 1.0),
    "source_exponent": (0.0, 0.125, 0.25, 0.5),
    "gram_decay": (0.0, 0.5, 0.75, 1.0, 2.0),
    "customer_exponent": (0.0, 0.25, 0.5, 1.0),
    "target_exponent": (-0.125, 0.0, 0.125, 0.25, 0.5),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
    "width": (50, 100, 200),
    "penalty_exponent": (0.0, 0.25, 0.5),
}


@dataclass(frozen=True)
class Form:
    """How it is solved and what that takes, as estimated: exactly, or over ``width`` partners with ``gram_width`` products."""

    is_exact: bool
    width: int
    gram_width: int
    n_bytes: int
    note: str


@dataclass(frozen=True)
class LearnedEase:
    """Signed weights from each product to others, the strongest of each kept; ``note`` says how they were solved and why."""

    graph: Graph
    source_factor: Array
    parameters: Parameters
    history: int
    note: str

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return sum(values.nbytes for values in self.arrays().values())

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products that the past predicts most; products with no evidence are not named."""
        rows = questions.rows(self.parameters.kind_exponent, self.parameters.half_life_days)
        product, score, _, _ = best_of_rows(
            rows, speech(rows, self.source_factor, self.parameters), self.graph, chosen=np.arange(rows.n_rows), n=n,
            history=self.history, own=questions.own, row_claim=claims(rows.count, rows.step), fallback=NOBODY, tell=tell,
        )  # fmt: skip
        return Lists(product, score)

    def arrays(self) -> dict[str, Array]:
        """What is saved; `from_arrays` takes it."""
        return {
            "ease_starts": self.graph.starts, "ease_neighbor": self.graph.neighbor, "ease_weight": self.graph.weight,
            "ease_source_factor": self.source_factor,
        }  # fmt: skip

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], parameters: Parameters, history: int, note: str = "") -> LearnedEase:
        """What was saved, over the same memory."""
        graph = Graph(arrays["ease_starts"], arrays["ease_neighbor"], arrays["ease_weight"])
        return cls(graph, arrays["ease_source_factor"], parameters, history, note)


def speech(rows: Rows, factor: Array, parameters: Parameters) -> Array:
    """float32 [entries]: how much each of a customer's products counts."""
    recency = (1.0 + np.minimum(rows.step, 4095)) ** -parameters.recency_decay
    result: Array = (rows.weight * factor[rows.product] * recency).astype(np.float32)
    return result


def form_of(known: Known, parameters: Parameters) -> Form:
    """How it will be solved, from estimates of memory and work alone: nothing of that size is taken for it."""
    sold = known.keep("products sold", (), lambda: int(np.count_nonzero(np.bincount(known.log.product))))
    n, settings = max(1, sold), known.settings
    budget = budget_bytes(settings)
    common = 60 * len(known.log.product) + 20 * known.log.n_products + n * settings.neighbors * 16
    exact = 3 * n * n * (8 if n <= EXACT_PRODUCTS else 4) + common
    if n <= settings.dense_products and exact <= budget:
        note = f"Solved exactly: {n:,} products take {exact / 1e9:.2g} GB."
        return Form(True, n, n, exact, note)
    width, gram_width = 0, 0
    n_bytes = common
    forms = ((min(w, n), min(max(w, g), n)) for w in WIDTHS if w <= parameters.width for g in GRAM_WIDTHS)
    for width, gram_width in forms:
        n_bytes = common + n * (gram_width * 16 + width * 20) + n_threads() * (4 * width * width + 24 * known.log.n_products)
        if n_bytes <= budget and n * width**3 / 6 <= SOLVING and n * width * gram_width <= LOOKING:
            break
    why = f"dense_products allows {settings.dense_products:,}"
    if n <= settings.dense_products:
        why = f"the exact solution would take {exact / 1e9:.2g} GB and {budget / 1e9:.2g} GB are allowed (memory_gb)"
    note = f"Solved product by product over the {width} strongest partners of each: there are {n:,} products and {why}."
    return Form(False, width, gram_width, n_bytes, note)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedEase:
    """The weights; what changes only how a past speaks, or scales a target, is not solved for again."""
    form = form_of(known, parameters)
    rows = only_first(known.rows(parameters.kind_exponent, parameters.half_life_days), known.settings.history_limit)
    key = dataclasses.replace(
        parameters, recency_decay=0.0, source_exponent=0.0, target_exponent=0.0, trend_exponent=0.0,
        popularity_half_life_days=0.0, width=form.width,
    )  # fmt: skip
    trend_of = known.trend(parameters.kind_exponent, parameters.popularity_half_life_days)
    degree = np.bincount(rows.product, minlength=rows.n_products)
    factor = np.maximum(degree, 1.0) ** -parameters.target_exponent
    if parameters.trend_exponent > 0.0 and trend_of.max(initial=0.0) > 0.0:
        factor = factor * (trend_of / trend_of.mean() + 1e-3) ** parameters.trend_exponent
    if form.is_exact:
        there = np.flatnonzero(degree)
        dense = known.keep("ease", (True, key), lambda: _exact(_only(rows, there), parameters))
        graph = _spread(strongest_of_dense(dense, factor[there], known.settings.neighbors), there, rows.n_products)
    else:
        lists = known.keep("ease", (False, key), lambda: _by_neighbors(known, rows, parameters, form, tell))
        graph = strongest_of_lists(lists, factor, known.settings.neighbors)
    speaks = (np.maximum(degree, 1.0) ** -parameters.source_exponent).astype(np.float32)
    return LearnedEase(graph, speaks, parameters, known.settings.history, form.note)


def _tables(parameters: Parameters) -> tuple[Array, Array]:
    """How much two products count as held together, and the later as what comes next, by the moments between them."""
    distance = np.arange(WINDOW)
    # (1 + g)^-a is convex and falls, so that the inner products stay those of real vectors (Polya's criterion).
    return (1.0 + distance) ** -parameters.gram_decay, np.maximum(distance, 1.0) ** -parameters.step_decay


def _penalty(rows: Rows, diagonal: Array, parameters: Parameters) -> Array:
    """float64 [products]: the ridge, with as much at a product of mean popularity whatever the exponent."""
    unit = diagonal.sum() / max(1, len(rows.product))
    mean = diagonal.sum() / max(1, np.count_nonzero(diagonal))
    scale = np.maximum(diagonal / max(mean, 1e-30), 1e-3) ** parameters.penalty_exponent
    result: Array = parameters.l2 * max(unit, 1e-30) * scale
    return result


def _exact(rows: Rows, parameters: Parameters) -> Array:
    row_factor = np.maximum(rows.sizes, 1.0) ** -parameters.customer_exponent
    penalty = _penalty(rows, squares(rows, row_factor), parameters)
    together, next_to = _tables(parameters)
    return dense_ridge(rows, row_factor, penalty, together, next_to, parameters.backward_weight * next_to)


def _by_neighbors(known: Known, rows: Rows, parameters: Parameters, form: Form, tell: Tell) -> Graph:
    """For each product the weights of its sources."""
    row_factor = np.maximum(rows.sizes, 1.0) ** -parameters.customer_exponent
    together, next_to = _tables(parameters)
    one = np.ones(rows.n_products)
    key = (parameters.customer_exponent, parameters.gram_decay, parameters.kind_exponent, parameters.half_life_days)
    gram = known.keep(
        "ease gram", (key, form.gram_width),
        lambda: product_graph(
            rows, row_factor=row_factor, target_factor=one, forward=together, backward=together, k=form.gram_width, tell=tell
        ),
    )  # fmt: skip
    diagonal = squares(rows, row_factor)
    # Partners are chosen by how much of them the target follows, not by how many have them.
    rarity = (diagonal + 5.0 * diagonal.sum() / max(1, len(rows.product))) ** -0.5
    rarity[~np.isfinite(rarity)] = 0.0
    chosen = product_graph(  # seen from the target, what it comes after lies behind it
        rows, row_factor=row_factor, target_factor=rarity, forward=parameters.backward_weight * next_to, backward=next_to,
        k=form.width, tell=tell,
    )  # fmt: skip
    partners = Graph(chosen.starts, chosen.neighbor, (chosen.weight / rarity[chosen.neighbor]).astype(np.float32))
    return neighbor_ridge(partners, gram, diagonal, _penalty(rows, diagonal, parameters), tell)


def _only(rows: Rows, products: Array) -> Rows:
    """The same rows with ``products`` (all that they hold) numbered anew."""
    place = np.zeros(rows.n_products, np.int32)
    place[products] = np.arange(len(products), dtype=np.int32)
    return dataclasses.replace(rows, product=place[rows.product], n_products=len(products))


def _spread(graph: Graph, products: Array, n_products: int) -> Graph:
    """A graph of ``products`` alone as one of all."""
    sizes = np.zeros(n_products, np.int64)
    sizes[products] = np.diff(graph.starts)
    starts = np.zeros(n_products + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    return Graph(starts, products[graph.neighbor].astype(np.int32), graph.weight)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning in the form that will be taken."""
    return form_of(known, parameters).n_bytes


EASE = Method("ease", "linear autoencoder", STARTS, CHOICES, learn, n_bytes)
