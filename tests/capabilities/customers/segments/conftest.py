"""The twelve customers of `people` in a real shop, and what is learned of them."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime

import pyarrow as pa
import pytest
from capabilities.customers.segments.people import AS_OF, EVENTS, LINES, PRODUCTS, PROFILES, ago

from shopkeeper.capabilities.customers.profiles.columns import COLUMN, COLUMNS
from shopkeeper.capabilities.customers.tasks.profiles import CUSTOMER_PROFILES
from shopkeeper.store.arrow_types import arrow_schema


def profiles_table() -> pa.Table:
    schema = arrow_schema(CUSTOMER_PROFILES)
    naive = [{name: value.replace(tzinfo=None) if isinstance(value, datetime) else value for name, value in row.items()}
             for row in PROFILES]  # fmt: skip
    assert {name for row in naive for name in row} <= set(COLUMN)
    return pa.Table.from_pylist([{column.name: row.get(column.name) for column in COLUMNS} for row in naive], schema=schema)


@pytest.fixture(scope="package")
def written(tmp_path_factory):
    """The shop with these rows in it."""
    from shopkeeper.shop import Shop

    with Shop.create(tmp_path_factory.mktemp("segments") / "shop", time_zone="Europe/Berlin") as shop:
        fill(shop)
        yield shop


def fill(shop) -> None:
    shop.upsert("products", PRODUCTS)
    shop.upsert("customers", [{"customer_id": row["customer_id"], "country": row.get("country"),
                               "accepts_marketing": row.get("accepts_marketing")} for row in PROFILES])  # fmt: skip
    shop.append("order_lines", [
        {"line_id": f"l{n}", "order_id": order, "at": ago(days), "customer_id": customer, "product_id": product,
         "quantity": pieces, "price": 10.0} for n, (customer, order, days, product, pieces) in enumerate(LINES)])  # fmt: skip
    shop.append("events", [
        {"event_id": f"e{n}", "event": event, "at": ago(days), "customer_id": customer, "product_id": product, "search_term": words}
        for n, (customer, event, days, product, words) in enumerate(EVENTS)])  # fmt: skip
    shop.append("events", [{"event_id": "now", "event": "page_view", "at": AS_OF}])


@pytest.fixture
def view(written):
    """What the language is asked over."""
    with closing(view_of(written)) as opened:
        yield opened


def view_of(shop, profiles=None):
    results = {**shop._results(), "customer_profiles": profiles_table() if profiles is None else profiles}
    return shop.store.view(time_zone=shop.time_zone, results=results)


@pytest.fixture(scope="package")
def learned(written, tmp_path_factory):
    """The task's result on these customers, and its model as answers load it."""
    from shopkeeper.capabilities.customers.segments.learning import learn_segments

    with closing(view_of(written)) as opened:
        return learn_segments(opened, written.settings("customers").values)


@pytest.fixture
def model(learned, written, tmp_path):
    """The model saved and loaded."""
    return loaded(written, learned)


def loaded(shop, result):
    from shopkeeper.capabilities.customers.segments.model import load_model

    version = shop.store.models.save("customers.segments", result.learned, result.card)
    with closing(view_of(shop)) as opened:
        return load_model(shop.store.models.get("customers.segments", version).path, opened)
