"""The verbs of recommendation: ratings."""

from __future__ import annotations

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.columns import Table, boolean, integer, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

RATING_METHODS = Table(
    "rating_methods",
    "result",
    "How well each method says what a customer would rate a product, by cross-validation.",
    (
        text("method", "the method", required=True),
        number("rmse", "root of the mean squared error", required=True, unit="stars", low=0),
        number("rmse_low", "lower end of its interval", unit="stars", low=0),
        number("rmse_high", "upper end of its interval", unit="stars", low=0),
        number("mae", "mean absolute error", unit="stars", low=0),
        integer("n_ratings", "how many ratings it was judged on", low=0),
        number("seconds", "how long learning and predicting one fold took", unit="seconds", low=0, measured=True),
        boolean("is_chosen", "whether this one was learned from all ratings"),
    ),
    key=("method",),
)


@task("recommend.ratings", reads=("reviews",), writes=RATING_METHODS)
def ratings(view: ShopView, settings: RecommendSettings) -> Result:
    """What would each customer rate a product?

    Compares the product's mean, biases, product and customer neighbors, SVD and SVD++ by cross-validation on the newest rating of
    each customer and product, and learns the best one from all. Refused with fewer than 100 ratings of known customers.
    """
    from shopkeeper.capabilities.recommend.ratings.learning import compare_ratings

    return compare_ratings(view, settings)
