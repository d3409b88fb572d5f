"""The verbs of customers: where each is in their life with the shop, and what happens in their visits."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, boolean, date, integer, json, moment, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.schema.words import MONEY
from shopkeeper.core.tasks import ShopView, task

LIFE_CYCLE_STAGES = ("new", "active", "loyal", "returned", "at_risk", "lapsed")

CUSTOMER_LIFE_CYCLE = Table(
    "customer_life_cycle", "result", "The stage of each customer who has ordered, with borders from their own rhythm.",
    (
        text("customer_id", "the customer", required=True),
        text("stage", "new: ordered once, not long ago; active: orders in their rhythm; loyal: has done so often without "
             "lapsing; returned: the newest order came after having lapsed; at_risk: silent for unusually long; lapsed: for "
             "longer than nearly all who came back",
             required=True, choices=LIFE_CYCLE_STAGES),
        moment("since_at", "since when in this stage", required=True),
        integer("n_order_days", "days with an order so far", unit="days", low=1),
        moment("last_order_at", "the newest order"),
        number("usual_gap_days", "the customer's usual time between orders (median foretold); after one order: to a second one",
               unit="days", low=0),
        number("at_risk_after_days", "so long after the newest order the customer is at risk", unit="days", low=0),
        number("lapsed_after_days", "so long after the newest order the customer has lapsed", unit="days", low=0),
        moment("due_at", "when the next order is expected; in the past: was expected"),
        number("still_due_share", "share of such times between orders that last longer than this silence has", low=0, high=1),
    ),
    key=("customer_id",),
)  # fmt: skip


@task("customers.life_cycle", reads=("order_lines",), optional=("sold_lines",), writes=CUSTOMER_LIFE_CYCLE)
def life_cycle(view: ShopView, settings: CustomersSettings) -> Result:
    """Where is each customer in their life with the shop: new, active, loyal, at risk, lapsed, returned?

    Borders follow from each customer's own times between orders, drawn towards what is usual in the shop by how few are known.
    Judged by who ordered in the newest period that is over, beside fixed borders of 90 and 180 days. Customers who have never
    ordered are not in the table.
    """
    from shopkeeper.capabilities.customers.life_cycle.now import life_cycle_now

    return life_cycle_now(view, settings)


SEGMENT_FLOWS = Table(
    "segment_flows", "result", "How many customers moved between stages in each month, and what they bought.",
    (
        date("month", "the first day of the month; stages are those at its end, from orders known then", required=True),
        text("kind", "what the stages are", required=True, choices=("stage",)),
        text("from_stage", "the stage at the end of the month before; empty: not a customer yet", required=True,
             choices=("", *LIFE_CYCLE_STAGES)),
        text("to_stage", "the stage at the end of this month; the same: stayed", required=True, choices=LIFE_CYCLE_STAGES),
        integer("n_customers", "customers", required=True, low=1),
        number("value", "worth of what they bought in this month, less returns", unit=MONEY, required=True),
        number("value_12m", "the same in the twelve months up to this one's end", unit=MONEY, required=True),
        boolean("is_complete", "whether the month is over; else stages are those of now", required=True),
    ),
    key=("month", "kind", "from_stage", "to_stage"),
)  # fmt: skip

COHORTS = Table(
    "cohorts", "result", "Customers by the month of their first order, and how many order again in each month since.",
    (
        date("cohort_date", "the first day of the month of their first order", required=True),
        integer("months_since", "months since then; 0 is that month itself", unit="months", required=True, low=0),
        integer("n_customers", "customers of the cohort", required=True, low=1),
        integer("n_active", "of them ordered in this month", required=True, low=0),
        number("retention", "their share", required=True, low=0, high=1),
        number("retention_low", "lower end of its interval (95 %)", low=0, high=1),
        number("retention_high", "upper end of its interval", low=0, high=1),
        integer("orders", "orders in this month", required=True, low=0),
        number("value", "worth of what they bought in this month, less returns", unit=MONEY, required=True),
        number("value_per_customer", "the same up to the end of this month, for each customer of the cohort", unit=MONEY),
        boolean("is_complete", "whether the month is over", required=True),
    ),
    key=("cohort_date", "months_since"),
)  # fmt: skip


@task("customers.flows", reads=("order_lines",), optional=("sold_lines",), writes=SEGMENT_FLOWS)
def flows(view: ShopView, settings: CustomersSettings) -> Result:
    """Who moves between the stages of life: how many customers, and what they bought, in each month?

    Stages at a month's end are told from orders known at that moment alone, borders too. Each month's rows sum to the customers
    known at its end; what leaves a stage in a month was in it at the end of the month before.
    """
    from shopkeeper.capabilities.customers.life_cycle.flows import segment_flows

    return segment_flows(view, settings)


@task("customers.cohorts", reads=("order_lines",), optional=("sold_lines",), writes=COHORTS)
def cohorts(view: ShopView, settings: CustomersSettings) -> Result:
    """How many customers still order, month after month since their first order, and what have they brought by then?

    Months are the shop's own. Customers who began before the months that are told are left out; in the shop's own first month
    some may have bought before its data begin.
    """
    from shopkeeper.capabilities.customers.life_cycle.cohorts import cohort_table

    return cohort_table(view, settings)


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
