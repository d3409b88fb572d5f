"""The verbs of customers: what is known of each."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, text
from shopkeeper.core.results import Result
from shopkeeper.core.schema import CUSTOMER_STATE, FEATURES
from shopkeeper.core.tasks import ShopView, task

CUSTOMER_FEATURES = Table(
    "customer_features",
    "result",
    "What is known of each customer now: orders, money, baskets, habits, visits.",
    (text("customer_id", "the customer", required=True), *FEATURES),
    key=("customer_id",),
)


@task(
    "customers.features",
    reads=("order_lines",),
    optional=("customer_state",),
    writes=CUSTOMER_FEATURES,
)
def features(view: ShopView, settings: CustomersSettings) -> Result:  # noqa: ARG001 - features have no knobs
    """What is known of each customer: orders, money, baskets, habits, visits?

    The view `customer_state` at the shop's newest moment, kept so that others need not work it out again.
    """
    found = view.table("customer_state").select(list(CUSTOMER_STATE.names))
    return Result(found, headline=f"{found.num_rows:,} customers are known.")
