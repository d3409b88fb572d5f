"""The verbs of customers: what happens in visits."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, boolean, integer, json, moment, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.schema.words import MONEY
from shopkeeper.core.tasks import ShopView, task

FUNNEL_DIMENSIONS = ("all", "product", "category", "device", "hour", "channel")
FUNNEL_STEPS = ("view", "cart", "checkout", "purchase")
ABANDONMENT_KINDS = ("browse", "cart", "checkout")

FUNNELS = Table(
    "funnels", "result", "How many visits come how far, from looking at a product to buying it, and where they are lost.",
    (
        text("dimension", "by what visits are told apart; all: not at all", required=True, choices=FUNNEL_DIMENSIONS),
        text("name", "the product's number, category, device, hour of the day or channel; unknown where it is not recorded",
             required=True),
        text("title", "the product's name"),
        text("step", "the step; those that the shop never records are left out", required=True, choices=FUNNEL_STEPS),
        integer("place", "its place among all four", unit="1-4", required=True, low=1, high=4),
        integer("n_visits", "visits that came so far; who came farther was here too", required=True, low=0),
        number("share_of_first", "their share of the visits at the first step", low=0, high=1),
        number("share_of_previous", "their share of the visits at the step before; empty at the first one", low=0, high=1),
        number("share_low", "lower end of its interval (95 %)", low=0, high=1),
        number("share_high", "upper end of its interval", low=0, high=1),
        number("share_elsewhere", "the same share of all other visits", low=0, high=1),
        number("n_missing", "how many more visits would have come so far at that share", low=0),
        number("p_corrected", "how likely such a drop is by chance, corrected for how many were looked at", low=0, high=1),
        boolean("is_large_drop", "whether more are lost than elsewhere, beyond doubt and by a tenth at least", required=True),
    ),
    key=("dimension", "name", "step"),
)  # fmt: skip

ABANDONMENTS = Table(
    "abandonments", "result", "Visits that left something: looked at, in the cart or at the checkout, and not bought since.",
    (
        text("session_id", "the visit; 'visit:<customer>:<begin>' where events name no session", required=True),
        text("customer_id", "the customer; empty for an anonymous visit"),
        moment("at", "when the visit ended", required=True),
        text("kind", "how far it came: browse, cart or checkout", required=True, choices=ABANDONMENT_KINDS),
        json("product_ids", "what was left, the newest first; twenty at most", required=True),
        integer("n_products", "how many products were left", required=True, low=1),
        number("value", "what that is worth at today's prices; empty where no price is known", unit=MONEY, low=0),
        boolean("is_newest", "whether it is this customer's newest such visit: the one to write about",
                required=True),
    ),
    key=("session_id",),
)  # fmt: skip


@task(
    "customers.funnels",
    reads=("events",),
    optional=("orders", "order_lines", "products"),
    writes=FUNNELS,
)
def funnels(view: ShopView, settings: CustomersSettings) -> Result:
    """How far do visits come, from looking at a product to buying it, and where are they lost?

    Purchases are taken from events and from the orders of a visit, each order once. Drops are compared with those of all other
    visits by Fisher's exact test, corrected for how many were looked at.
    """
    from shopkeeper.capabilities.customers.journeys.funnels import funnel_table

    return funnel_table(view, settings)


@task(
    "customers.abandonments",
    reads=("events",),
    optional=("orders", "order_lines", "products", "current_prices"),
    writes=ABANDONMENTS,
)
def abandonments(view: ShopView, settings: CustomersSettings) -> Result:
    """Who looked, filled a cart or began to check out and did not buy, and what did they leave?

    What the customer bought later, in whatever visit, is not told, nor what was bought as another variant of the same product.
    """
    from shopkeeper.capabilities.customers.journeys.abandonments import abandonment_table

    return abandonment_table(view, settings)
