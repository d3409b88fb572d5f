"""The verbs of customers: what is known of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, text
from shopkeeper.core.results import Result
from shopkeeper.core.schema import FEATURES
from shopkeeper.core.tasks import ShopView, task

if TYPE_CHECKING:
    import pyarrow as pa

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
    from shopkeeper.capabilities.customers.state.working_out import customer_state

    found = customer_state(view)
    return Result(found, headline=_headline(found))


def _headline(found: pa.Table) -> str:
    """How many are known, how many of them have ordered, and how many more than once."""
    n_orders = found["n_orders"].to_numpy()
    n_buyers, n_again = int((n_orders > 0).sum()), int((n_orders > 1).sum())
    known = f"{found.num_rows:,} customers are known"
    return f"{known}: {n_buyers:,} with orders, {n_again:,} of them with more than one ({n_again / max(n_buyers, 1):.0%})."
