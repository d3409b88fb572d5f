"""The verbs of customers: who will buy soon, who is lost, and why."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, boolean, integer, json, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

CUSTOMER_CHURN = Table(
    "customer_churn",
    "result",
    "Each customer's chance to buy soon and to be lost, with the reasons; customers who have ordered.",
    (
        text("customer_id", "the customer", required=True),
        number("p_buys", "probability of an order within buys_within_days", required=True, low=0, high=1),
        number("p_lost", "probability of no order within lost_after_days", required=True, low=0, high=1),
        boolean("is_at_risk", "whether p_lost is at least the setting at_risk_share", required=True),
        json(
            "reasons",
            "why the customer is likelier to be lost than most (effect above 0), or less likely (below 0), the strongest first: "
            "up to three of {feature, value, shop_value, effect in log odds}; days quiet have the customer's usual_value too",
        ),
        text("method", "the method behind p_buys; bg_nbd where no classifier beats it", required=True),
        text("lost_method", "the method behind p_lost", required=True),
        integer("buys_within_days", "the horizon of p_buys", unit="days", required=True, low=1),
        integer("lost_after_days", "the horizon of p_lost", unit="days", required=True, low=1),
    ),
    key=("customer_id",),
)


@task(
    "customers.churn",
    reads=("order_lines",),
    optional=("customer_state", "customer_orders", "customer_features", "churn_methods"),
    writes=CUSTOMER_CHURN,
)
def churn(view: ShopView, settings: CustomersSettings) -> Result:
    """Who will buy soon, who will not come back, and why?

    Uses what `customers.churn_methods` chose (compares the methods itself where that has not run). Probabilities are calibrated
    on the newest period whose end is known.
    """
    from shopkeeper.capabilities.customers.churn.predict import predict

    return predict(view, settings)
