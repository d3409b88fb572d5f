"""The verbs of recommendation: learn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.columns import Table, integer, json, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.loaded.model import RecommendModel

RECOMMENDATIONS = Table(
    "recommendations",
    "result",
    "What each customer would like next, best first: products that the customer does not have.",
    (
        text("customer_id", "the customer", required=True),
        integer("rank", "place in the list, from 1", required=True, low=1),
        text("product_id", "the product", required=True),
        text("title", "its name"),
        number("score", "strength of the evidence; comparable within one customer's list only", low=0),
        text("rung", "what it stands on", choices=("customer", "trending")),
        json("reason_product_ids", "the customer's own products that speak most for it, strongest first"),
        json("reason_shares", "the share of the score that each of them gives; they sum to at most 1"),
    ),
    key=("customer_id", "rank"),
)


def load(folder: Path, view: ShopView) -> RecommendModel:
    """The learned model, ready to answer."""
    from shopkeeper.capabilities.recommend.answers import warm
    from shopkeeper.capabilities.recommend.loaded.model import load_model

    model = load_model(folder, view)
    warm(model)
    return model


@task(
    "recommend.learn",
    reads=("interactions",),
    optional=("products", "stock_levels", "decisions", "outcomes", "impressions", "recommend_trials", "recommend_methods"),
    unmoved_by=("decisions", "outcomes", "impressions"),
    writes=RECOMMENDATIONS,
    load=load,
    observes=("events", "order_lines", "products", "stock_levels", "rules", "placements", "outcomes", "decisions"),
)
def learn(view: ShopView, settings: RecommendSettings) -> Result:
    """What would each customer like?

    Learns which products the same customers have (the item graph), what is bought now, and which products read alike;
    chooses its parameters on a validation period, is scored once on the last period beside popularity, and is then
    learned again from everything. Refused when fewer than 20 customers have two products.
    """
    from shopkeeper.capabilities.recommend.learning.everything import learn_everything

    return learn_everything(view, settings)
