"""Every table of a shop and every column of it, once: facts, entities and views.

The data dictionary, the empty tables, the import checks, the HTTP models and the tests are made from these files.

Names follow the field: events are GA4's, products follow the Google Merchant feed and schema.org, moments are UTC
and end in ``_at`` (or are just ``at`` for the moment of the fact itself), money is in the shop's currency.
"""

from __future__ import annotations

from collections.abc import Mapping

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import unknown
from shopkeeper.core.schema.entities import (
    ARTICLES,
    CAMPAIGNS,
    CUSTOMERS,
    IDENTITIES,
    PLACEMENTS,
    PRODUCTS,
    RULES,
    SEGMENTS,
    SUPPLIERS,
)
from shopkeeper.core.schema.facts import (
    COMPETITOR_PRICES,
    DECISIONS,
    EVENTS,
    IMPRESSIONS,
    MESSAGES,
    ORDER_LINES,
    ORDER_STATUS,
    ORDERS,
    OUTCOMES,
    PRICES,
    REJECTED,
    REVIEWS,
    STOCK_LEVELS,
)
from shopkeeper.core.schema.features import CUSTOMER_STATE, CUSTOMER_VIEWS, FEATURES
from shopkeeper.core.schema.views import (
    CANCELLED_ORDERS,
    CURRENT_PRICES,
    CUSTOMER_EVENTS,
    DAILY_SALES,
    INTERACTIONS,
    LAST_STOCK,
    ORDER_CUSTOMERS,
    OWNED_LINES,
    SESSION_CUSTOMERS,
    SOLD_LINES,
)
from shopkeeper.core.schema.words import (
    AVAILABILITIES,
    CAPPED_EACH,
    EVENT_KINDS,
    MONEY,
    ORDER_STATUSES,
    OWNED_CHOICES,
    RULE_ACTIONS,
)

__all__ = [
    "ARTICLES",
    "AVAILABILITIES",
    "CAMPAIGNS",
    "CANCELLED_ORDERS",
    "CAPPED_EACH",
    "COMPETITOR_PRICES",
    "CURRENT_PRICES",
    "CUSTOMERS",
    "CUSTOMER_EVENTS",
    "CUSTOMER_STATE",
    "CUSTOMER_VIEWS",
    "DAILY_SALES",
    "DECISIONS",
    "ENTITIES",
    "EVENTS",
    "EVENT_KINDS",
    "FACTS",
    "FEATURES",
    "IDENTITIES",
    "IMPRESSIONS",
    "INTERACTIONS",
    "LAST_STOCK",
    "MESSAGES",
    "MONEY",
    "ORDERS",
    "ORDER_CUSTOMERS",
    "ORDER_LINES",
    "ORDER_STATUS",
    "ORDER_STATUSES",
    "OUTCOMES",
    "OWNED_CHOICES",
    "OWNED_LINES",
    "PLACEMENTS",
    "PRICES",
    "PRODUCTS",
    "REJECTED",
    "REVIEWS",
    "RULES",
    "RULE_ACTIONS",
    "SEGMENTS",
    "SESSION_CUSTOMERS",
    "SOLD_LINES",
    "STOCK_LEVELS",
    "SUPPLIERS",
    "TABLES",
    "VIEWS",
    "table",
]

FACTS = (
    EVENTS, ORDERS, ORDER_LINES, ORDER_STATUS, STOCK_LEVELS, PRICES, COMPETITOR_PRICES, REVIEWS, MESSAGES, IMPRESSIONS,
    DECISIONS, OUTCOMES, REJECTED,
)  # fmt: skip
ENTITIES = (PRODUCTS, CUSTOMERS, IDENTITIES, SUPPLIERS, CAMPAIGNS, ARTICLES, RULES, PLACEMENTS, SEGMENTS)
VIEWS = (
    INTERACTIONS, DAILY_SALES, CURRENT_PRICES, LAST_STOCK, CANCELLED_ORDERS, ORDER_CUSTOMERS, OWNED_LINES, SOLD_LINES,
    SESSION_CUSTOMERS, CUSTOMER_EVENTS,
    *CUSTOMER_VIEWS,
)  # fmt: skip

TABLES: Mapping[str, Table] = {table.name: table for table in (*FACTS, *ENTITIES, *VIEWS)}


def table(name: str) -> Table:
    """The table of that name; `UnknownName` with the nearest one otherwise."""
    found = TABLES.get(name)
    if found is None:
        raise unknown("table", name, TABLES, next="`shopkeeper show` lists the tables")
    return found
