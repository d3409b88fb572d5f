"""The verbs of customers: one row with everything known of each."""

from __future__ import annotations

from shopkeeper.capabilities.customers.profiles.columns import COLUMNS
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

CUSTOMER_PROFILES = Table(
    "customer_profiles",
    "result",
    "Everything that is known of each customer: one row each, empty where a result is not there.",
    COLUMNS,
    key=("customer_id",),
)


@task(
    "customers.profiles",
    reads=("customer_features",),
    optional=("customers", "customer_rfm", "customer_clusters", "customer_life_cycle", "customer_value", "customer_churn"),
    writes=CUSTOMER_PROFILES,
)
def profiles(view: ShopView, settings: CustomersSettings) -> Result:  # noqa: ARG001 - what is joined has no knobs
    """What is known of each customer, all in one row?

    Features, RFM, cluster, life cycle, value and churn beside country, language and whether the customer may be written to.
    What a task was refused for is empty.
    """
    from shopkeeper.capabilities.customers.profiles.joining import missing, read_profiles

    view.progress.step(0.0, "joining what is known")
    table = read_profiles(view)
    without = missing(view)
    left_out = f" Not there yet: {', '.join(without)}." if without else ""
    return Result(table, headline=f"{table.num_rows:,} customers have a profile.{left_out}")
