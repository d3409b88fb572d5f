"""The verbs of customers: clusters."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, integer, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

CUSTOMER_CLUSTERS = Table(
    "customer_clusters",
    "result",
    "The group of each customer who has ordered, found in all that is known of them, and their place on a map.",
    (
        text("customer_id", "the customer", required=True),
        integer("cluster", "the group, 0 with the most value a customer", required=True, low=0),
        text("cluster_name", "what sets the group apart", required=True),
        number("distance", "how far the customer is from the middle of the group", unit="standard deviations", low=0),
        integer("density_cluster", "the dense group, 0 the largest, -1 in none; empty where density was not looked at", low=-1),
        number("map_x", "place on the map, to the right; the card says what that means"),
        number("map_y", "place on the map, upwards"),
    ),
    key=("customer_id",),
)


@task("customers.clusters", reads=("order_lines",), optional=("customer_features", "customer_state"), writes=CUSTOMER_CLUSTERS)
def clusters(view: ShopView, settings: CustomersSettings) -> Result:
    """Which groups of customers are there?

    K-means, with the number of groups chosen by elbow, by silhouette beside noise and by stability between halves of the
    customers; where nothing is both stable and clearer than noise there is one group, and the headline says so. Customers without
    an order are in none.
    """
    from shopkeeper.capabilities.customers.clusters.clustered import clusters_result

    return clusters_result(view, settings)
