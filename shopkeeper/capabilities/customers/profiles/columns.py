"""The columns of `customer_profiles`: which table each comes from, and under which heading a profile shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shopkeeper.capabilities.customers.clusters.rfm_segments import NAMES as RFM_SEGMENTS
from shopkeeper.core.columns import Column, boolean, integer, json, moment, number, text
from shopkeeper.core.schema.features import BASKET_FEATURES, HABIT_FEATURES, MONEY_FEATURES, ORDER_FEATURES, VISIT_FEATURES
from shopkeeper.core.schema.words import MONEY

STAGES = ("new", "active", "loyal", "returned", "at_risk", "lapsed")


@dataclass(frozen=True)
class Source:
    """A table with one row a customer, and its columns as a profile has them.

    ``task`` is what has to be run for it, "" for what the shop itself brings. ``names`` gives the name in the source where a
    profile calls a column otherwise (beside columns of other tables ``method`` alone says nothing).
    """

    group: str
    table: str
    task: str
    columns: tuple[Column, ...]
    names: Mapping[str, str]

    def original(self, name: str) -> str:
        """What the column is called in the source."""
        return self.names.get(name, name)


_CUSTOMER = (
    text("country", "country"),
    text("region", "state or province"),
    text("language", "ISO 639-1 code"),
    boolean("accepts_marketing", "has agreed to be written to; empty where nobody asked"),
    boolean("opted_out", "has refused to be written to; yes only where that is known"),
    moment("created_at", "since when known"),
)
_RFM = (
    integer("recency_score", "how recent the newest order is among all customers, 5 the most recent", low=1, high=5),
    integer("frequency_score", "how many orders among all customers, 5 the most", low=1, high=5),
    integer("monetary_score", "how much value among all customers, 5 the most", low=1, high=5),
    text("rfm", "the three scores as one word: 543"),
    text("rfm_segment", "the named group of recency and frequency: champions, loyal, …", choices=RFM_SEGMENTS),
)
_CLUSTER = (
    integer("cluster", "number of the cluster", low=0),
    text("cluster_name", "what sets the cluster apart"),
    number("cluster_distance", "distance from the cluster's center", unit="standard deviations", low=0),
    integer("density_cluster", "number of the dense region, -1 for a customer unlike all others", low=-1),
    number("map_x", "place on the map of customers, to the right"),
    number("map_y", "place on the map of customers, upwards"),
)
_LIFE_CYCLE = (
    text("stage", "where in the life cycle, told by the customer's own rhythm", choices=STAGES),
    moment("stage_since_at", "since when in this stage"),
    number("usual_gap_days", "the usual time between this customer's orders", unit="days", low=0),
    number("at_risk_after_days", "at risk after so many days without an order", unit="days", low=0),
    number("lapsed_after_days", "lapsed after so many days without an order", unit="days", low=0),
    moment("due_at", "when the next order is expected; in the past: was expected"),
    integer("n_order_days", "days with an order so far", unit="days", low=1),
    number("still_due_share", "share of such times between orders that last longer than this silence has", low=0, high=1),
)
_VALUE = (
    integer("n_repeat_orders", "orders after the first, as the model of value counts them", low=0),
    number("p_alive", "probability of being still a customer", low=0, high=1),
    number("p_orders_again", "probability of at least one order within the horizon", low=0, high=1),
    number("expected_orders", "orders expected over the horizon", low=0),
    number("expected_orders_low", "lower end of its interval", low=0),
    number("expected_orders_high", "upper end of its interval", low=0),
    number("order_value", "expected worth of an order", unit=MONEY),
    number("expected_value", "value expected over the horizon", unit=MONEY),
    number("expected_value_low", "lower end of its interval", unit=MONEY),
    number("expected_value_high", "upper end of its interval", unit=MONEY),
    integer("value_horizon_days", "how far ahead value is told", unit="days", low=1),
    text("value_model", "what told it"),
)
_CHURN = (
    number("p_buys", "probability of an order within buys_within_days", low=0, high=1),
    number("p_lost", "probability of no order within lost_after_days", low=0, high=1),
    boolean("is_at_risk", "whether leaving is likely enough to act"),
    json("churn_reasons", "why the customer is likelier to be lost than most, or less likely"),
    text("churn_method", "what told p_buys"),
    text("lost_method", "what told p_lost"),
    integer("buys_within_days", "the horizon of p_buys", unit="days", low=1),
    integer("lost_after_days", "the horizon of p_lost", unit="days", low=1),
)

FEATURES_GROUP = "features"
SOURCES: tuple[Source, ...] = (
    Source("customer", "customers", "", _CUSTOMER, {}),
    Source("orders", "customer_features", "customers.features", ORDER_FEATURES, {}),
    Source("money", "customer_features", "customers.features", MONEY_FEATURES, {}),
    Source("baskets", "customer_features", "customers.features", BASKET_FEATURES, {}),
    Source("habits", "customer_features", "customers.features", HABIT_FEATURES, {}),
    Source("visits", "customer_features", "customers.features", VISIT_FEATURES, {}),
    Source("rfm", "customer_rfm", "customers.rfm", _RFM, {}),
    Source("cluster", "customer_clusters", "customers.clusters", _CLUSTER, {"cluster_distance": "distance"}),
    Source("life_cycle", "customer_life_cycle", "customers.life_cycle", _LIFE_CYCLE, {"stage_since_at": "since_at"}),
    Source("value", "customer_value", "customers.value", _VALUE, {"value_horizon_days": "horizon_days", "value_model": "model"}),
    Source("churn", "customer_churn", "customers.churn", _CHURN, {"churn_reasons": "reasons", "churn_method": "method"}),
)  # fmt: skip
"""In the order in which a profile is read."""

CUSTOMER_ID = text("customer_id", "the customer", required=True)
COLUMNS: tuple[Column, ...] = (CUSTOMER_ID, *(column for source in SOURCES for column in source.columns))
COLUMN: Mapping[str, Column] = {column.name: column for column in COLUMNS}
SOURCE_OF: Mapping[str, Source] = {column.name: source for source in SOURCES for column in source.columns}
