from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.core.schema import CAMPAIGNS, CUSTOMERS, TABLES
from shopkeeper.store.arrow_types import arrow_schema, conform, from_micros, from_sqlite, to_micros, to_rows, to_sqlite


@given(st.datetimes(timezones=st.timezones()))
def test_moments_keep_every_microsecond(moment):
    assert from_micros(to_micros(moment)) == moment.astimezone(UTC)


def test_what_sqlite_keeps_comes_back_as_it_was():
    customers = pa.table(
        {
            "customer_id": ["a", "b"],
            "accepts_marketing": [True, None],
            "created_at": pa.array([1_700_000_000_000_001, None], pa.timestamp("us")),
        }
    )
    rows = to_sqlite(customers)
    assert rows == [("a", 1, 1_700_000_000_000_001), ("b", None, None)]
    assert from_sqlite(CUSTOMERS, customers.column_names, rows) == customers
    campaigns = pa.table({"campaign_id": ["c"], "start_date": pa.array([19_000], pa.date32())})
    assert from_sqlite(CAMPAIGNS, campaigns.column_names, to_sqlite(campaigns)) == campaigns
    for table in TABLES.values():
        assert from_sqlite(table, table.names, []).schema == arrow_schema(table)


def test_rows_have_moments_in_utc():
    table = pa.table({"at": pa.array([0, None], pa.timestamp("us")), "none": pa.nulls(2, pa.string())})
    assert to_rows(table) == [{"at": datetime(1970, 1, 1, tzinfo=UTC), "none": None}, {"at": None, "none": None}]


def test_missing_columns_are_filled_and_others_left_out():
    found = conform(pa.table({"customer_id": ["a"], "hat": [1], "country": pa.array([None], pa.null())}), CUSTOMERS)
    assert found.schema == arrow_schema(CUSTOMERS)
    assert found.column("country").to_pylist() == [None]
