"""The verbs of baskets: together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.core.columns import Table, integer, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

if TYPE_CHECKING:
    from shopkeeper.capabilities.baskets.together.loaded.model import TogetherModel

BASKET_COMPLEMENTS = Table(
    "basket_complements",
    "result",
    "What goes with each product, best first: bought together more than chance explains; at most 20 a product.",
    (
        text("product_id", "the product", required=True),
        text("other_id", "what goes with it", required=True),
        integer("rank", "place in the product's list, from 1", required=True, low=1),
        number("score", "strength of the evidence, with how popular the other is; comparable within one product's list", low=0),
        integer("n_together", "orders with both", unit="orders", low=0),
        number("lift", "orders with both, over what chance would give for products as frequent in baskets as large", low=0),
        number("p_corrected", "share of false discoveries at which the pair counts as one", low=0, high=1),
        number("co_view_lift", "the same as lift for visits that looked at both; 1 where nothing was looked at", low=0),
        text("relation", "complement: beyond chance and co-views; related: only chance", choices=("complement", "related")),
    ),
    key=("product_id", "rank"),
)


def load(folder: Path, view: ShopView) -> TogetherModel:
    """The learned complements, ready to answer."""
    from shopkeeper.capabilities.baskets.answers import warm
    from shopkeeper.capabilities.baskets.together.loaded.model import load_model

    model = load_model(folder, view)
    warm(model)
    return model


@task(
    "baskets.together",
    reads=("order_lines",),
    optional=("sold_lines", "events", "products"),
    writes=BASKET_COMPLEMENTS,
    load=load,
    observes=("products", "stock_levels"),
)
def together(view: ShopView, settings: BasketsSettings) -> Result:
    """What goes with each product, and is not bought instead of it?

    Counts how often products share a basket, guests' too, against what chance gives and against how often they are looked at
    together; chooses how to weigh pairs on later baskets, and is scored once on the last ones beside popularity and beside the
    item graph. Refused when fewer than 20 baskets have two products.
    """
    from shopkeeper.capabilities.baskets.together.learning import learn_together

    return learn_together(view, settings)
