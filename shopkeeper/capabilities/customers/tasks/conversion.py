"""The verbs of customers: which visits will end in an order."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, boolean, json, moment, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

SESSION_CONVERSION = Table(
    "session_conversion",
    "result",
    "The newest visits, each with its chance to end in an order, told from how it began.",
    (
        text("session_id", "the visit", required=True),
        text("customer_id", "the customer, where known"),
        moment("at", "the visit's newest event", required=True),
        number("p_buys", "probability of an order in this visit, as it began", required=True, low=0, high=1),
        boolean("is_open", "whether it may still go on", required=True),
        boolean("has_bought", "whether it has ended in an order already", required=True),
        json("reasons", "why it is likelier than most (effect above 0) or less (below): [{feature, value, shop_value, effect}]"),
        text("method", "the method; cart_rule where no classifier beats it", required=True),
    ),
    key=("session_id",),
)  # fmt: skip


@task(
    "customers.conversion",
    reads=("events",),
    optional=("orders", "order_lines", "products", "customer_orders"),
    needs={"events": 200},
    writes=SESSION_CONVERSION,
)
def conversion(view: ShopView, settings: CustomersSettings) -> Result:
    """Which visits will end in an order?

    A visit is looked at after its first `conversion_events` events, or right before its checkout if that comes earlier: nothing
    of the checkout, the purchase or what comes after is known. What was viewed, searched, put in the cart, how long, when, from
    where, and what the customer did before the visit. Learned from the oldest 60 % of the newest `conversion_sessions` visits,
    chosen and calibrated on the next 20 %, judged on the newest 20 %, beside a rule on the cart. Refused without events that name
    a session.
    """
    from shopkeeper.capabilities.customers.conversion.learn import learn_conversion

    return learn_conversion(view, settings)
