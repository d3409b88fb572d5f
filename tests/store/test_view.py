from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopkeeper.core.errors import QueryError, SettingError, UnknownName
from shopkeeper.core.schema import FACTS, TABLES, table
from shopkeeper.store.arrow_types import arrow_schema
from shopkeeper.store.snapshot import Snapshot
from shopkeeper.store.store import Store

START = datetime(2024, 3, 1, tzinfo=UTC)


def naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def test_every_table_is_there_before_any_row_with_its_columns(store):
    with store.view() as view:
        for name in TABLES:
            found = view.table(name)
            assert found.num_rows == 0
            assert found.schema == arrow_schema(table(name)), name


def test_nothing_later_than_as_of_can_be_read(store, events, imported):
    imported("events", events(10, "i"))
    store.append("events", events(10, "s"))
    store.seal(minimum_rows=1)
    store.append("events", events(10, "t"))
    cut = START + timedelta(minutes=4)
    with store.view(as_of=cut) as view:
        for query in (
            "SELECT max(at) AS m, count(*) AS n FROM events",
            'SELECT max("at") AS m, count(*) AS n FROM (SELECT * FROM events WHERE at IS NOT NULL)',
        ):
            assert view.sql(query).to_pylist() == [{"m": naive(cut), "n": 15}]
        assert view.table("interactions").num_rows == view.count("events") == 15
        with view.before(cut - timedelta(microseconds=1)) as earlier:
            assert earlier.count("events") == 12
            with earlier.before(cut) as not_later:
                assert not_later.count("events") == 12


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_view_shows_exactly_what_was_there_and_not_later(tmp_path_factory, data):
    """Whatever the order of appending, sealing and importing: a view is the rows up to its snapshot and its moment."""
    folder = tmp_path_factory.mktemp("any") / "shop"
    moments = st.integers(0, 1000)
    steps = data.draw(st.lists(st.one_of(st.lists(moments, max_size=5), st.just("seal"), st.just("snapshot")), max_size=12))
    known: list[int] = []
    taken: list[tuple[Snapshot, list[int]]] = []
    with Store.create(folder) as store:
        for step in steps:
            if step == "seal":
                store.seal(minimum_rows=1)
            elif step == "snapshot":
                taken.append((Snapshot.from_dict(store.snapshot().as_dict()), list(known)))
            else:
                store.append(
                    "events", [{"event_id": f"{len(known) + k}", "at": float(at), "event": "login"} for k, at in enumerate(step)]
                )
                known += step
        cut = data.draw(moments)
        for snapshot, then in [*taken, (store.snapshot(), known)]:
            with store.view(as_of=datetime.fromtimestamp(cut, UTC), snapshot=snapshot) as view:
                found = view.sql("SELECT epoch(at)::BIGINT AS s, event_id FROM events").to_pylist()
            wanted = [(at, str(place)) for place, at in enumerate(then) if at <= cut]
            assert sorted((row["s"], row["event_id"]) for row in found) == sorted(wanted)


def test_a_snapshot_gives_the_same_rows_after_sealing_and_importing(store, events, imported):
    store.append("events", events(10, "a"))
    store.upsert("products", [{"product_id": "p1", "title": "old"}])
    snapshot = store.snapshot()
    with store.view() as view:
        print_before, rows = view.fingerprint(["interactions", "products"]), view.table("events")
        products = view.table("products")
    store.append("events", events(10, "b"))
    imported("events", events(3, "i"))
    store.seal(minimum_rows=1)
    store.upsert("products", [{"product_id": "p1", "title": "new"}, {"product_id": "p2"}])
    with store.view(snapshot=Snapshot.from_dict(snapshot.as_dict())) as again:
        assert again.table("events").sort_by("event_id") == rows.sort_by("event_id")
        assert again.table("products") == products
        assert again.fingerprint(["interactions", "products"]) == print_before
    with store.view() as now:
        assert now.count("events") == 23
        assert now.table("products", ("title",)).column(0).to_pylist() == ["new", None]
        assert now.fingerprint(["interactions"]) != print_before


def test_a_fingerprint_stays_when_other_tables_or_only_the_files_change(store, events):
    store.append("events", events(5))
    with store.view() as view:
        before = view.fingerprint(["events"])
    store.append("orders", [{"order_id": "o1", "at": START + timedelta(days=9)}])
    store.seal(minimum_rows=1)
    with store.view() as view:
        assert view.fingerprint(["events"]) == before
        assert view.fingerprint(["events", "orders"]) != before
    with store.view(as_of=START) as cut:
        assert cut.fingerprint(["events"]) != before


def test_a_view_of_today_shows_what_the_shop_wrote_today(store, events):
    store.append("events", events(3))
    store.append("decisions", [{"answer": "recommend.similar", "chosen": ["p1"]}])
    with store.view() as view:
        assert view.as_of == START + timedelta(minutes=2)
        assert view.count("decisions") == 1
    with store.view(as_of=START + timedelta(minutes=2)) as then:
        assert then.count("decisions") == 0


def test_rows_of_the_future_are_not_yet_there(store, events):
    store.append("events", [*events(1), {"event_id": "later", "event": "login", "at": datetime.now(UTC) + timedelta(days=2)}])
    with store.view() as view:
        assert view.table("events", ("event_id",)).column(0).to_pylist() == ["e0"]
        assert view.as_of <= datetime.now(UTC)


def test_sql_takes_parameters_and_gives_arrow(store, events):
    store.append("events", events(6))
    with store.view() as view:
        found = view.sql(
            "SELECT customer_id, count(*) AS n FROM events WHERE at >= $since AND event = $kind GROUP BY ALL ORDER BY ALL",
            {"since": START + timedelta(minutes=2), "kind": "view_item"},
        )
        assert found.to_pylist() == [{"customer_id": "c0", "n": 1}, {"customer_id": "c1", "n": 1}, {"customer_id": "c2", "n": 2}]
        assert view.sql("SELECT 'at the till', \"at\" FROM events LIMIT 1").num_rows == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT nothing FROM events", "nothing"),
        ("SELEC 1", "syntax error"),
        ("DROP TABLE events", "DROP"),
        ("SELECT 1; SELECT 2", "SELECT, SELECT"),
        ("COPY events TO 'x.csv'", "COPY"),
        ("SET threads = 1", "SET"),
        ("", "nothing"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
    ],
)
def test_what_is_no_query_over_the_shop_is_refused(store, query, words):
    with store.view() as view, pytest.raises(QueryError, match=words):
        view.sql(query)


def test_a_python_variable_is_no_table(store):
    secret = pa.table({"a": [1]})
    with store.view() as view, pytest.raises(UnknownName, match="secret"):
        view.sql("SELECT * FROM secret")
    assert secret.num_rows == 1


def test_unknown_names_are_told_with_the_nearest(store):
    with store.view() as view:
        with pytest.raises(UnknownName, match="did you mean 'events'"):
            view.table("event")
        with pytest.raises(UnknownName, match="did you mean 'product_id'"):
            view.table("events", ("product",))
        with pytest.raises(UnknownName, match="'evnts'"):
            view.sql("SELECT * FROM evnts")


def test_results_are_read_by_name_and_empty_in_an_earlier_view(store, events, tmp_path):
    store.append("events", events(3))
    path = store.folder.result("groups", "run-1")
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"customer_id": ["c1"], "segment": ["loyal"]}), path)
    with store.view(results={"groups": path, "plain": pa.table({"n": [1, 2]})}) as view:
        joined = view.sql("SELECT segment, n FROM groups CROSS JOIN plain ORDER BY n").to_pylist()
        assert joined == [{"segment": "loyal", "n": 1}, {"segment": "loyal", "n": 2}]
        with view.before(START) as earlier:
            assert earlier.table("groups").num_rows == 0
            assert earlier.table("groups").column_names == ["customer_id", "segment"]


def test_time_zones_are_checked(store):
    with pytest.raises(SettingError, match="Europe/Lundon"):
        store.view(time_zone="Europe/Lundon")


def test_a_moment_without_a_zone_is_utc(store, events):
    store.append("events", events(5))
    with store.view(as_of=datetime(2024, 3, 1, 0, 2)) as view:
        assert view.count("events") == 3
        assert view.as_of.tzinfo is UTC


def test_views_of_one_store_do_not_see_each_others_cut(store, events):
    store.append("events", events(5))
    with store.view(as_of=START) as early, store.view() as late:
        assert (early.count("events"), late.count("events"), early.count("events")) == (1, 5, 1)


def test_every_fact_is_cut(store):
    later = START + timedelta(days=1)
    rows = {
        "stock_levels": {"product_id": "p", "quantity": 1}, "prices": {"product_id": "p", "price": 1},
        "reviews": {"text": "fine"}, "orders": {"order_id": "o"},
        "order_status": {"order_id": "o", "status": "paid"}, "messages": {"conversation_id": "m", "sender": "agent", "text": "hello"},
        "competitor_prices": {"product_id": "p", "competitor": "x", "price": 2}, "impressions": {"product_id": "p", "place": "home"},
        "outcomes": {"decision_id": "d", "outcome": "click"}, "rejected": {"source": "s", "rule": "r"},
        "events": {"event": "login"}, "order_lines": {"order_id": "o", "product_id": "p", "quantity": 1, "price": 1},
        "decisions": {"answer": "a.b", "chosen": "[]"},
    }  # fmt: skip
    assert set(rows) == {fact.name for fact in FACTS}
    for name, row in rows.items():
        found = store.append(name, [{**row, table(name).id: "1", "at": START}, {**row, table(name).id: "2", "at": later}])
        assert found.n_new == 2, (name, found)
    with store.view(as_of=START) as view:
        for name in rows:
            assert view.table(name).column(table(name).id).to_pylist() == ["1"], name
        assert view.table("daily_sales").column("date").to_pylist() == [date(2024, 3, 1)]
