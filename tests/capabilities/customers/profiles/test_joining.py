"""One row a customer, whatever results are there."""

from contextlib import closing
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from shopkeeper.capabilities.customers.profiles.columns import COLUMNS
from shopkeeper.capabilities.customers.profiles.joining import missing, read_profiles
from shopkeeper.core.registry import REGISTRY
from shopkeeper.store.arrow_types import arrow_schema

AT = datetime(2026, 1, 1)


def result(name, rows):
    table = REGISTRY.discover().table(name)
    return pa.Table.from_pylist(
        [{column.name: row.get(column.name) for column in table.columns} for row in rows], arrow_schema(table)
    )


@pytest.fixture
def view(shop):
    shop.upsert("customers", [
        {"customer_id": "a", "country": "DE", "accepts_marketing": False, "created_at": AT.replace(tzinfo=UTC)},
        {"customer_id": "b", "accepts_marketing": True}, {"customer_id": "c"},
    ])  # fmt: skip
    results = shop._results() | {
        "customer_features": result("customer_features", [
            {"customer_id": name, "n_orders": n, "value": float("nan") if n == 2 else 1.0 * n} for n, name in enumerate("cab")]),
        "customer_life_cycle": result("customer_life_cycle", [{"customer_id": "a", "stage": "new", "since_at": AT}]),
        "customer_value": result("customer_value", [{"customer_id": "b", "expected_value": 7.0, "model": "bg_nbd", "horizon_days": 365}]),
    }  # fmt: skip
    with closing(shop.store.view(results=results)) as opened:
        yield opened


def test_what_is_known_is_joined_and_the_rest_is_empty(view):
    table = read_profiles(view)
    assert table.column_names == [column.name for column in COLUMNS]
    a, b, c = table.to_pylist()
    assert [row["customer_id"] for row in (a, b, c)] == ["a", "b", "c"]
    assert (a["country"], a["opted_out"], a["stage"], a["stage_since_at"], a["expected_value"]) == ("DE", True, "new", AT, None)
    assert (b["opted_out"], b["stage"], b["expected_value"], b["value_model"], b["value_horizon_days"]) == (
        False, None, 7.0, "bg_nbd", 365,
    )  # fmt: skip
    assert (c["opted_out"], c["accepts_marketing"], c["cluster"], c["n_orders"]) == (None, None, None, 0)


def test_a_number_that_is_none_is_empty(view):
    assert read_profiles(view)["value"].to_pylist() == [1.0, None, 0.0]


def test_what_is_not_there_is_named(view):
    assert missing(view) == ["customers.rfm", "customers.clusters", "customers.churn"]


def test_the_columns_have_their_types(view):
    assert read_profiles(view).cast(arrow_schema(REGISTRY.table("customer_profiles")))
