"""The verbs of customers: profiles of clusters."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, integer, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.schema.words import MONEY
from shopkeeper.core.tasks import ShopView, task

CLUSTER_PROFILES = Table(
    "cluster_profiles",
    "result",
    "What sets each cluster apart: the mean of every feature beside the shop's.",
    (
        integer("cluster", "the group, 0 with the most value a customer", required=True, low=0),
        text("cluster_name", "what sets the group apart", required=True),
        integer("n_customers", "how many are in it", required=True, low=0),
        number("customers_share", "their share of those who have ordered", low=0, high=1),
        number("value", "worth of all their purchases less returns", unit=MONEY),
        number("value_share", "its share of the shop's; empty where that is not positive"),
        text("feature", "the feature, by its name in customer_features", required=True),
        number("mean", "its mean in the group, over those of whom it is known"),
        number("shop_mean", "the same over all who have ordered"),
        number("difference", "how far the group is from the shop, on the scale that clusters are made on (logarithms of counts, "
               "days and money; the outer percents cut off)", unit="standard deviations"),
        integer("rank", "1 the feature that sets the group apart most", required=True, low=1),
    ),
    key=("cluster", "feature"),
)  # fmt: skip


@task(
    "customers.cluster_profiles",
    reads=("order_lines",),
    optional=("customer_clusters", "customer_features", "customer_state"),
    writes=CLUSTER_PROFILES,
)
def cluster_profiles(view: ShopView, settings: CustomersSettings) -> Result:
    """What sets each group of customers apart?

    Means of every feature in each cluster beside the shop's, and how far apart they are in standard deviations.
    """
    from shopkeeper.capabilities.customers.clusters.profiles import profiles_result

    return profiles_result(view, settings)
