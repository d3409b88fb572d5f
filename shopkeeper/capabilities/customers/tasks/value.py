"""The verbs of customers: what each will be worth."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, integer, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.schema.words import MONEY
from shopkeeper.core.tasks import ShopView, task

CUSTOMER_VALUE = Table(
    "customer_value", "result", "Whether each customer who has ordered is still one, and the orders and value to come.",
    (
        text("customer_id", "the customer", required=True),
        integer("n_repeat_orders", "days with orders after the first such day", required=True, unit="days", low=0),
        number("value_so_far", "worth of all purchases less returns", required=True, unit=MONEY),
        number("p_alive", "probability that the customer has not left for good", required=True, low=0, high=1),
        number("p_orders_again", "probability of at least one order within the horizon", required=True, low=0, high=1),
        number("expected_orders", "days with orders expected within the horizon", required=True, unit="days", low=0),
        number("expected_orders_low", "lower bound on their number, as it will be seen", required=True, unit="days", low=0),
        number("expected_orders_high", "upper bound on their number", required=True, unit="days", low=0),
        number("order_value", "expected worth of a day with orders, less returns", required=True, unit=MONEY, low=0),
        number("expected_value", "worth expected within the horizon, less returns", required=True, unit=MONEY, low=0),
        number("expected_value_low", "lower bound on the worth, as it will be seen", required=True, unit=MONEY, low=0),
        number("expected_value_high", "upper bound on the worth", required=True, unit=MONEY, low=0),
        integer("horizon_days", "how far ahead is told", required=True, unit="days", low=1),
        text("model", "the model that told it", required=True, choices=("bg_nbd", "pareto_nbd", "nbd")),
    ),
    key=("customer_id",),
)  # fmt: skip


@task("customers.value", reads=("order_lines",), optional=("sold_lines",), writes=CUSTOMER_VALUE)
def value(view: ShopView, settings: CustomersSettings) -> Result:
    """What will each customer be worth: are they still there, how often will they order, what will they pay?

    BG/NBD, Pareto/NBD and NBD (nobody leaves) learn from the days with orders before the newest period; the one that gave the
    largest probability to what came then learns from everything. Gamma-Gamma tells what orders are worth. Bounds hold the share
    `value_interval_share` of customers. Guests are left out; orders of one day count once; returns lessen the worth.
    """
    from shopkeeper.capabilities.customers.value.learning import value_of_customers

    return value_of_customers(view, settings)
