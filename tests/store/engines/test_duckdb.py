from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shopkeeper.core.errors import QueryError, StoreDamaged, UnknownName
from shopkeeper.store.engines.duckdb import checked, plain, with_at_quoted
from shopkeeper.store.settings import StoreSettings
from shopkeeper.store.store import Store


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("SELECT at FROM events", 'SELECT "at" FROM events'),
        ("SELECT max(at), at::DATE FROM events e WHERE e.at > 1", 'SELECT max("at"), "at"::DATE FROM events e WHERE e.at > 1'),
        ("SELECT 'look at this', \"at\" -- at\nFROM x /* at */", "SELECT 'look at this', \"at\" -- at\nFROM x /* at */"),
        ("SELECT at AT TIME ZONE 'UTC', cat, at_home, $at", "SELECT \"at\" AT TIME ZONE 'UTC', cat, at_home, $at"),
    ],
)
def test_the_moments_column_may_be_written_without_quotes(written, taken):
    assert with_at_quoted(written) == taken


def test_a_query_that_is_right_is_left_as_it_is():
    for query in (
        'SELECT e."at" FROM events AS e',
        "SELECT e.at FROM events AS e",
        "SELECT timestamp '2024-01-01' AT TIME ZONE 'UTC'",
    ):
        assert checked(query) == query
    with pytest.raises(QueryError, match="syntax error"):
        checked("SELECT at at at FROM")


def test_moments_are_bound_in_utc():
    given = datetime(2024, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert plain({"since": given, "n": 1}) == {"since": datetime(2024, 3, 1, 10, tzinfo=UTC).replace(tzinfo=None), "n": 1}
    assert plain(None) == {}


def test_nothing_outside_the_shops_folder_can_be_read(store, tmp_path):
    (tmp_path / "letter.csv").write_text("a\n1\n")
    with store.view() as view:
        for query in (
            f"SELECT * FROM read_csv('{tmp_path}/letter.csv')",
            f"SELECT * FROM '{tmp_path}/letter.csv'",
            "SELECT * FROM read_text('/etc/hostname')",
            f"SELECT * FROM read_blob('{store.folder.database}')",
        ):
            with pytest.raises((QueryError, StoreDamaged, UnknownName)):
                view.sql(query)


def test_threads_and_memory_follow_the_settings(tmp_path):
    settings = StoreSettings(query_threads=1, query_memory_share=0.05)
    with Store.create(tmp_path / "s", settings=settings) as store, store.view() as view:
        found = view.sql("SELECT current_setting('threads') AS threads, current_setting('TimeZone') AS zone").to_pylist()
    assert found == [{"threads": 1, "zone": "UTC"}]
