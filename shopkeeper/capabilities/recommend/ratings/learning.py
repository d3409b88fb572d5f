"""From reviews to the compared methods and the best one learned from all ratings."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.recommend.ratings.judge import Judged, chosen, cross_validated, scores
from shopkeeper.capabilities.recommend.ratings.methods import KnownRatings
from shopkeeper.capabilities.recommend.ratings.read import Ratings, read_ratings
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView

MINIMUM_RATINGS = 100


def compare_ratings(view: ShopView, settings: RecommendSettings) -> Result:
    """The result of `recommend.ratings`."""
    view.progress.step(0.0, "reading reviews")
    ratings = read_ratings(view)
    _refuse_too_few(ratings)
    known = KnownRatings(ratings.customer, ratings.product, ratings.rating, len(ratings.customers), len(ratings.products))
    sampled = _sample(known, settings.ratings_judged, view.seed)
    judged = cross_validated(
        sampled, settings.rating_folds, view.seed, lambda share: view.progress.step(0.05 + 0.8 * share, "comparing methods")
    )
    best = chosen(judged, view.seed)
    view.progress.step(0.9, "learning the best method from all ratings")
    learned = best.method.learn(known, view.seed)
    arrays = {
        **learned.arrays,
        "customer_bytes": ratings.customers.data, "customer_offsets": ratings.customers.offsets,
        "product_bytes": ratings.products.data, "product_offsets": ratings.products.offsets,
    }  # fmt: skip
    card = {
        "method": best.method.name, "parameters": dict(learned.card), "n_ratings": len(known), "n_judged": len(sampled),
        "n_customers": known.n_customers, "n_products": known.n_products,
    }  # fmt: skip
    found = scores(judged, best, settings.rating_folds, view.seed)
    return Result(_table(judged, best, view.seed), found, arrays, card, _headline(judged, best, len(known)))


def _refuse_too_few(ratings: Ratings) -> None:
    if len(ratings) < MINIMUM_RATINGS:
        raise NotEnoughData(
            "There are too few ratings to compare methods on.",
            got=f"{len(ratings)} ratings with a customer and a product",
            wanted=f"at least {MINIMUM_RATINGS}",
            next="import reviews with rating, customer_id and product_id: `shopkeeper import reviews.csv`",
            n_ratings=len(ratings),
        )


def _sample(known: KnownRatings, limit: int, seed: int) -> KnownRatings:
    """All ratings of a sample of customers with about ``limit`` ratings."""
    if len(known) <= limit:
        return known
    order = np.random.default_rng(seed).permutation(known.n_customers)
    count = np.bincount(known.customer, minlength=known.n_customers)
    within = np.zeros(known.n_customers, np.bool_)
    within[order[: 1 + int(np.searchsorted(np.cumsum(count[order]), limit))]] = True
    return known.some(within[known.customer])


def _table(judged: list[Judged], best: Judged, seed: int) -> pa.Table:
    intervals = [each.rmse_interval(seed) for each in judged]
    return pa.table({
        "method": pa.array([each.method.name for each in judged], pa.string()),
        "rmse": pa.array([each.rmse for each in judged], pa.float64()),
        "rmse_low": pa.array([low for low, _ in intervals], pa.float64()),
        "rmse_high": pa.array([high for _, high in intervals], pa.float64()),
        "mae": pa.array([each.mae for each in judged], pa.float64()),
        "n_ratings": pa.array([len(each.error) for each in judged], pa.int64()),
        "seconds": pa.array([each.seconds for each in judged], pa.float64()),
        "is_chosen": pa.array([each is best for each in judged], pa.bool_()),
    })  # fmt: skip


def _headline(judged: list[Judged], best: Judged, n_ratings: int) -> str:
    naive = judged[0]
    if best is naive:
        return f"From {n_ratings:,} ratings nothing says more about a product than its mean (RMSE {naive.rmse:.3f})."
    return (
        f"From {n_ratings:,} ratings {best.method.title} says best what a customer would rate: "
        f"RMSE {best.rmse:.3f} against {naive.rmse:.3f} of the {naive.method.title}."
    )
