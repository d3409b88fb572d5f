"""The verbs of customers: RFM."""

from __future__ import annotations

from shopkeeper.capabilities.customers.clusters.rfm_segments import NAMES
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, integer, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

CUSTOMER_RFM = Table(
    "customer_rfm",
    "result",
    "Scores of each customer who has ordered: how recently, how often, for how much, beside the others.",
    (
        text("customer_id", "the customer", required=True),
        integer("recency_score", "1 the longest ago to 5 just now", required=True, low=1, high=5),
        integer(
            "frequency_score", "1 one order to 5 more orders than four fifths of the customers", required=True, low=1, high=5
        ),
        integer("monetary_score", "1 the least to 5 the most value, returns taken off", required=True, low=1, high=5),
        text("rfm", "the three scores as one word: 543", required=True),
        text("rfm_segment", "the named group that recency and frequency put the customer in", required=True, choices=NAMES),
    ),
    key=("customer_id",),
)


@task("customers.rfm", reads=("order_lines",), optional=("customer_features", "customer_state"), writes=CUSTOMER_RFM)
def rfm(view: ShopView, settings: CustomersSettings) -> Result:
    """Who bought lately, often and for much?

    Scores by fifths of the customers, equal values always with equal scores, and eleven named segments with what to do about
    each. Customers without an order have no scores.
    """
    from shopkeeper.capabilities.customers.clusters.rfm import rfm_result

    return rfm_result(view, settings)
