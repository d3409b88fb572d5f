"""Ways to say what a customer would rate a product: two naive ones, neighbors, and two factorizations that tune themselves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.factors.ratings import RatingDescent, RatingFactors
from shopkeeper.numerics.factors.svd import svd
from shopkeeper.numerics.factors.svd_plus_plus import svd_plus_plus
from shopkeeper.numerics.neighbors import customer_neighbors, product_neighbors
from shopkeeper.numerics.neighbors.biases import CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE, fit_biases

HELD_OUT = 0.1  # share of the known ratings that a method chooses its l2 on
FEWEST_HELD_OUT = 50
WORTHWHILE = 0.9999


@dataclass(frozen=True)
class KnownRatings:
    """Ratings that a method learns from: ``customer``, ``product`` int64 and ``rating`` float64, each pair once."""

    customer: Array
    product: Array
    rating: Array
    n_customers: int
    n_products: int

    def __len__(self) -> int:
        """How many ratings."""
        return len(self.rating)

    def some(self, kept: Array) -> KnownRatings:
        """Those where ``kept`` holds (bool), or at these places."""
        return dataclasses.replace(self, customer=self.customer[kept], product=self.product[kept], rating=self.rating[kept])

    @property
    def sizes(self) -> dict[str, int]:
        """The numbers of customers and products by name."""
        return {"n_customers": self.n_customers, "n_products": self.n_products}


Predict = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class LearnedRatings:
    """``predict(customer, product)`` gives float64; ``arrays`` is what is saved, ``card`` what was chosen."""

    predict: Predict
    arrays: Mapping[str, Array]
    card: Mapping[str, float]


@dataclass(frozen=True)
class RatingMethod:
    """A method by its field's name; ``learn(known, seed)`` learns."""

    name: str
    title: str
    learn: Callable[[KnownRatings, int], LearnedRatings]


def product_mean(known: KnownRatings, seed: int) -> LearnedRatings:
    """The product's mean; the mean of all for a product without ratings."""
    del seed
    mean = float(known.rating.mean()) if len(known) else 0.0
    count = np.bincount(known.product, minlength=known.n_products)
    total = np.bincount(known.product, weights=known.rating, minlength=known.n_products)
    means = np.where(count > 0, total / np.maximum(count, 1), mean)

    def predict(customer: Array, product: Array) -> Array:
        del customer
        return np.asarray(means[product])

    return LearnedRatings(predict, {"product_mean": means}, {"mean": mean})


def biases(known: KnownRatings, seed: int) -> LearnedRatings:
    """The mean, how kind the customer is and how liked the product."""
    del seed
    pull = CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE
    found = fit_biases(known.customer, known.product, known.rating, known.n_customers, known.n_products, *pull)
    return LearnedRatings(found.of_rows, {"customer_bias": found.row, "product_bias": found.column}, {"mean": found.mean})


def by_products(known: KnownRatings, seed: int) -> LearnedRatings:
    """What the customer rated the products most alike."""
    return _by_neighbors(known, seed, product_neighbors.predict_ratings)


def by_customers(known: KnownRatings, seed: int) -> LearnedRatings:
    """What the customers most alike rated the product."""
    return _by_neighbors(known, seed, customer_neighbors.predict_ratings)


def _by_neighbors(known: KnownRatings, seed: int, predict: Callable[..., Array]) -> LearnedRatings:
    del seed
    ratings = known.customer, known.product, known.rating
    arrays = dict(zip(("rating_customer", "rating_product", "rating"), ratings, strict=True))
    return LearnedRatings(lambda customer, product: predict(*ratings, customer, product, **known.sizes), arrays, {})


Factorize = Callable[[KnownRatings, RatingDescent, int], RatingFactors]


def by_svd(known: KnownRatings, seed: int) -> LearnedRatings:
    """SVD with biases."""
    start = RatingDescent(n_factors=100, n_rounds=60, learning_rate=0.02, l2=0.12)
    return _tuned(
        lambda part, descent, at: svd(
            *_columns(part), n_customers=part.n_customers, n_products=part.n_products, descent=descent, seed=at
        ),
        start,
        known,
        seed,
    )


def by_svd_plus_plus(known: KnownRatings, seed: int) -> LearnedRatings:
    """SVD++."""
    start = RatingDescent(n_factors=50, n_rounds=40, learning_rate=0.01, l2=0.15)
    return _tuned(
        lambda part, descent, at: svd_plus_plus(
            *_columns(part), n_customers=part.n_customers, n_products=part.n_products, descent=descent, seed=at
        ),
        start,
        known,
        seed,
    )


def _columns(known: KnownRatings) -> tuple[Array, Array, Array]:
    return known.customer, known.product, known.rating


def _tuned(factorize: Factorize, start: RatingDescent, known: KnownRatings, seed: int) -> LearnedRatings:
    """The factors with the l2 that was best on a part of the known ratings, learned again from all of them."""
    descent = _best_l2(factorize, start, known, seed)
    found = factorize(known, descent, seed)
    arrays = {
        "customer_bias": found.customer_bias, "product_bias": found.product_bias,
        "customer_vector": found.customer, "product_vector": found.product,
    }  # fmt: skip
    card = {**dataclasses.asdict(descent), "mean": found.mean, "low": found.low, "high": found.high}
    return LearnedRatings(found.of_pairs, arrays, card)


def _best_l2(factorize: Factorize, start: RatingDescent, known: KnownRatings, seed: int) -> RatingDescent:
    """``start`` with its l2 moved up or down by halves for as long as held-out ratings are met better."""
    held = np.random.default_rng(seed).permutation(len(known))[: int(HELD_OUT * len(known))]
    if len(held) < FEWEST_HELD_OUT:
        return dataclasses.replace(start, l2=2.0 * start.l2)  # so few ratings say little about taste
    rest, asked = known.some(np.delete(np.arange(len(known)), held)), known.some(held)

    def missed(l2: float) -> float:
        found = factorize(rest, dataclasses.replace(start, l2=l2), seed)
        return float(np.mean((found.of_pairs(asked.customer, asked.product) - asked.rating) ** 2))

    best, least = start.l2, missed(start.l2)
    for factor in (1.5, 1.0 / 1.5):
        moved = False
        while 0.01 < best * factor < 2.0 and (reached := missed(best * factor)) < least * WORTHWHILE:
            best, least, moved = best * factor, reached, True
        if moved:
            break
    return dataclasses.replace(start, l2=best)


RATING_METHODS: tuple[RatingMethod, ...] = (
    RatingMethod("product_mean", "product's mean", product_mean),
    RatingMethod("biases", "biases", biases),
    RatingMethod("product_neighbors", "product neighbors", by_products),
    RatingMethod("customer_neighbors", "customer neighbors", by_customers),
    RatingMethod("svd", "SVD", by_svd),
    RatingMethod("svd_plus_plus", "SVD++", by_svd_plus_plus),
)
