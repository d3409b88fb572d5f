"""Customer-based neighbors: what the customers most alike have, by cosine or Pearson over products in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.neighbors.biases import CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE, fit_biases
from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure, centered
from shopkeeper.numerics.neighbors.customer_neighbors import CustomerIndex, CustomerRule, answer_customers, learn_customers
from shopkeeper.numerics.neighbors.rating_prediction import newest_ratings
from shopkeeper.numerics.neighbors.visits import Visits, in_order
from shopkeeper.numerics.sparse_rows import Rows, only_first


@dataclass(frozen=True)
class Parameters:
    """What is tuned on the validation period. ``measure`` is a number of `co_rated.Measure`."""

    measure: int = Measure.COSINE
    cut: float = 1.0
    shrinkage: float = 1.0
    neighbors: int = 200
    candidates: int = 1000
    newest_first: int = 1
    amplification: float = 1.0
    rarity_exponent: float = 2.0
    past_decay: float = 0.5
    neighbor_decay: float = 0.1
    target_exponent: float = 0.25
    kind_exponent: float = 1.0
    half_life_days: float = 1e6


STARTS = (
    Parameters(),
    Parameters(shrinkage=0.0, rarity_exponent=0.0, past_decay=0.0, neighbor_decay=0.0, target_exponent=0.0),
)

CHOICES = {
    "measure": (Measure.COSINE, Measure.PEARSON),
    "neighbors": (25, 50, 100, 200, 500, 1000),
    "rarity_exponent": (0.0, 0.5, 1.0, 2.0),
    "past_decay": (0.0, 0.25, 0.5, 1.0, 2.0),
    "neighbor_decay": (0.0, 0.05, 0.1, 0.2, 0.4),
    "amplification": (0.5, 1.0, 1.5, 2.0, 3.0),
    "target_exponent": (0.0, 0.125, 0.25, 0.5, 0.75),
    "shrinkage": (0.0, 1.0, 5.0, 20.0),
    "cut": (1.0, 2.0, 5.0, 10.0, 50.0),
    "candidates": (200, 500, 1000, 2000, 5000),
    "newest_first": (0, 1),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
}


@dataclass(frozen=True)
class LearnedCustomers:
    """Customers by product, and the ratings of those who gave some (sorted by ``rated``: customer * products + product)."""

    index: CustomerIndex
    parameters: Parameters
    rated: Array
    rated_value: Array

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return self.index.n_bytes + int(self.rated.nbytes + self.rated_value.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products that the customers most alike have; a customer is not alike to oneself."""
        rows = questions.rows(self.parameters.kind_exponent, self.parameters.half_life_days)
        compared = rows.weight * (1.0 + rows.step) ** -self.parameters.past_decay
        if len(self.rated):
            compared = self._ratings(rows, questions.customer)
        product, score = answer_customers(
            self.index, rows.starts, rows.product, compared, claims(rows.count, rows.step), questions.customer, n,
            own=questions.own, tell=tell,
        )  # fmt: skip
        return Lists(product, score)

    def _ratings(self, rows: Rows, customer: Array) -> Array:
        """float64 [entries]: what the customer gave; who did not say likes what is in the past, as much as a good rating."""
        key = np.repeat(customer, rows.sizes) * rows.n_products + rows.product
        place = np.minimum(np.searchsorted(self.rated, key), len(self.rated) - 1)
        liked = float(self.rated_value.mean() + self.rated_value.std())
        return np.where(self.rated[place] == key, self.rated_value[place], liked)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedCustomers:
    """The index from products to customers."""
    del tell
    measure = Measure(parameters.measure)
    like = Likeness(measure, parameters.cut, parameters.shrinkage, only_common=known.ratings is not None)
    rule = CustomerRule(
        like, parameters.neighbors, parameters.candidates, bool(parameters.newest_first), known.settings.history,
        parameters.amplification, parameters.rarity_exponent, parameters.neighbor_decay, parameters.target_exponent,
    )  # fmt: skip
    rows, compared, rated, value = _compared(known, parameters, measure)
    return LearnedCustomers(learn_customers(rows, compared, rule, known.log.n_rows), parameters, rated, value)


def _compared(known: Known, parameters: Parameters, measure: Measure) -> tuple[Visits, Array, Array, Array]:
    """(customers by their last event, what each entry is compared by, keys of ratings in order, the ratings)."""
    rows = only_first(known.rows(parameters.kind_exponent, parameters.half_life_days), known.settings.history_limit)
    nothing = np.empty(0, np.int64), np.empty(0)
    ends = _last_moments(known)
    if known.ratings is None:
        ordered = in_order(rows, ends, np.arange(rows.n_rows, dtype=np.int32))
        return ordered, ordered.weight, *nothing
    customer, product, rating = newest_ratings(known.log, known.ratings)
    n_customers, n_products = known.log.n_rows, known.log.n_products
    biases = fit_biases(customer, product, rating, n_customers, n_products, CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE)
    value = centered(customer, product, rating, measure, biases)
    starts = np.zeros(n_customers + 1, np.int64)
    np.cumsum(np.bincount(customer, minlength=n_customers), out=starts[1:])
    said = (rating / max(1e-9, float(rating.max(initial=0.0)))).astype(np.float32)  # ratings are above 0
    place = np.arange(len(rating), dtype=np.int32)
    liked = Rows(starts, product.astype(np.int32), place, said, place, place.astype(np.uint32), n_products)
    ordered = in_order(liked, ends, np.arange(n_customers, dtype=np.int32))
    key = customer * n_products + product
    order = np.argsort(key)
    by_pair = np.searchsorted(key[order], ordered.row.repeat(np.diff(ordered.starts)) * np.int64(n_products) + ordered.product)
    return ordered, value[order][by_pair], key[order], value[order]


def _last_moments(known: Known) -> Array:
    """int64 [customers]: when each customer's last event was."""
    ends = np.zeros(known.log.n_rows, np.int64)
    there = np.diff(known.log.starts) > 0
    ends[there] = known.log.at[known.log.starts[1:][there] - 1]
    return ends


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: the rows, their index and each thread's table of customers met."""
    met = min(known.log.n_rows, known.settings.history * parameters.candidates)
    return 110 * len(known.log.product) + 60 * known.log.n_rows + 40 * known.log.n_products + 300 * met


CUSTOMER_NEIGHBORS = Method("customer_neighbors", "customer neighbors", STARTS, CHOICES, learn, n_bytes)
