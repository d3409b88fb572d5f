from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopkeeper.core.errors import UnknownName
from shopkeeper.store.entity_reader import MANY_ROWS
from shopkeeper.store.store import Store


def products(store: Store, as_of: datetime | None = None, *columns: str) -> list[dict]:
    with store.view(as_of=as_of) as view:
        return view.table("products", ("product_id", *(columns or ("title", "price")))).sort_by("product_id").to_pylist()


def tick() -> datetime:
    """A moment between two changes."""
    time.sleep(0.002)
    moment = datetime.now(UTC)
    time.sleep(0.002)
    return moment


def test_given_columns_are_merged_and_absent_ones_stay(store):
    assert (
        store.upsert("products", [{"product_id": "p1", "title": "Lamp", "price": 5}, {"product_id": "p2", "price": 1}]).n_new == 2
    )
    found = store.upsert("products", [{"product_id": "p1", "price": 6}, {"product_id": "p3"}])
    assert (found.n_new, found.n_known) == (1, 1)
    assert products(store) == [
        {"product_id": "p1", "title": "Lamp", "price": 6.0},
        {"product_id": "p2", "title": None, "price": 1.0},
        {"product_id": "p3", "title": None, "price": None},
    ]
    store.upsert("products", [{"product_id": "p1", "title": None}])
    assert products(store)[0] == {"product_id": "p1", "title": None, "price": 6.0}
    assert store.count("products") == 3


def test_an_earlier_view_shows_the_version_of_then(store):
    store.upsert("products", [{"product_id": "p1", "title": "first"}])
    after_first = tick()
    store.upsert("products", [{"product_id": "p1", "title": "second"}])
    after_second = tick()
    store.upsert("products", [{"product_id": "p1", "title": "third"}, {"product_id": "p2", "title": "new"}])
    assert [row["title"] for row in products(store, after_first)] == ["first", "new"]  # p2's first version counts from always
    assert [row["title"] for row in products(store, after_second)] == ["second", "new"]
    assert [row["title"] for row in products(store, datetime(2001, 1, 1, tzinfo=UTC))] == ["first", "new"]
    assert [row["title"] for row in products(store)] == ["third", "new"]


def test_what_people_mean_has_no_past(store):
    """A segment is a question: asked of any moment, it is the question as it is put now."""
    store.upsert("segments", [{"segment_id": "s", "expression": "new"}])
    store.upsert("segments", [{"segment_id": "s", "expression": "lapsed"}])
    with store.view(as_of=datetime(2011, 12, 9, tzinfo=UTC)) as view:
        before = view.snapshot
        assert view.table("segments")["expression"].to_pylist() == ["lapsed"]
    store.upsert("segments", [{"segment_id": "s", "expression": "loyal"}])
    with store.view(as_of=datetime(2011, 12, 9, tzinfo=UTC), snapshot=before) as view:
        assert view.table("segments")["expression"].to_pylist() == ["lapsed"]


def test_a_product_is_not_there_before_it_was_made(store):
    store.upsert("products", [{"product_id": "old"}, {"product_id": "new", "created_at": "2024-05-01T00:00:00Z"}])
    assert [row["product_id"] for row in products(store, datetime(2024, 4, 30, tzinfo=UTC))] == ["old"]
    assert [row["product_id"] for row in products(store, datetime(2024, 5, 1, tzinfo=UTC))] == ["new", "old"]


def test_what_says_nothing_new_is_not_written(store):
    row = {"product_id": "p1", "title": "Lamp", "price": 5.0, "created_at": "2024-05-01"}
    store.upsert("products", [row])
    before = store.snapshot().seqs["products"]
    assert store.upsert("products", [row, {"product_id": "p1"}]).n_known == 1 + 1
    assert store.snapshot().seqs["products"] == before
    assert store.connect().execute("SELECT count(*) FROM versions_products").fetchone()[0] == 0


def test_a_changed_price_is_remembered_as_a_fact(store):
    store.upsert("products", [{"product_id": "p1", "price": 5}, {"product_id": "p2", "price": 5}])
    assert store.count("prices") == 0
    store.upsert("products", [{"product_id": "p1", "price": 6}, {"product_id": "p2", "price": 5, "title": "same price"}])
    store.upsert("products", [{"product_id": "p1", "sale_price": 4.5}])
    store.upsert("products", [{"product_id": "p1", "title": "only the title"}])
    store.upsert_arrow("products", pa.table({"product_id": ["p2"], "price": [7.0]}))
    with store.view() as view:
        history = view.sql("SELECT product_id, price, sale_price FROM prices ORDER BY at").to_pylist()
        now = view.table("current_prices").to_pylist()
    assert history == [
        {"product_id": "p1", "price": 6.0, "sale_price": None},
        {"product_id": "p1", "price": 6.0, "sale_price": 4.5},
        {"product_id": "p2", "price": 7.0, "sale_price": None},
    ]
    assert now == [{"product_id": "p1", "price": 6.0, "sale_price": 4.5}, {"product_id": "p2", "price": 7.0, "sale_price": None}]


def test_bad_rows_are_told_and_kept_and_the_good_ones_written(store):
    found = store.upsert(
        "products",
        [
            {"title": "no number"},
            {"product_id": "p1", "price": -1},
            {"product_id": "p2", "prize": 1},
            "text",
            {"product_id": "p3"},
        ],
        source="feed.xml",
    )
    assert found.n_new == 1
    assert [(one.index, one.rule) for one in found.rejected] == [
        (0, "required"), (1, "range"), (2, "unknown_column"), (3, "not_an_object"),
    ]  # fmt: skip
    with store.view() as view:
        assert view.table("rejected", ("source", "table")).to_pylist() == [{"source": "feed.xml", "table": "products"}] * 4


def test_many_rows_are_read_from_a_copy_with_changes_laid_over(store, tmp_path):
    n = MANY_ROWS + 10
    store.upsert_arrow("products", pa.table({"product_id": [f"p{k:06d}" for k in range(n)], "title": ["old"] * n}))
    assert len(products(store)) == n
    copies = list(store.folder.entities.iterdir())
    assert len(copies) == 1
    store.upsert("products", [{"product_id": "p000001", "title": "new"}, {"product_id": "x"}])
    with Store.open(tmp_path / "shop") as other:
        found = products(other)
        assert [row["title"] for row in found[:3]] == ["old", "new", "old"]
        assert len(found) == n + 1
        assert list(store.folder.entities.iterdir()) == copies
    store.upsert_arrow("products", pa.table({"product_id": [f"p{k:06d}" for k in range(n)], "title": ["newer"] * n}))
    with Store.open(tmp_path / "shop") as other:
        assert {row["title"] for row in products(other)} == {"newer", None}
    assert len(list(store.folder.entities.iterdir())) == 1
    next(store.folder.entities.iterdir()).write_bytes(b"broken")
    with Store.open(tmp_path / "shop") as other:
        assert len(products(other)) == n + 1


def test_the_last_of_two_rows_with_one_id_wins(store):
    found = store.upsert("products", [{"product_id": "p1", "title": "a"}, {"product_id": "p1", "title": "b"}])
    assert found.n_new == 1
    assert products(store)[0]["title"] == "b"


def test_arrow_brings_many_rows_with_every_type(store):
    n = 45_000
    data = pa.table({"product_id": [f"p{k}" for k in range(n)], "price": pa.array(range(n), pa.float64())})
    assert store.upsert_arrow("products", data).n_new == n
    again = store.upsert_arrow("products", data)
    assert (again.n_new, again.n_known) == (0, n)
    assert store.count("products") == n
    with pytest.raises(UnknownName, match="'prize'"):
        store.upsert_arrow("products", data.rename_columns(["product_id", "prize"]))
    rows = pa.table({
        "campaign_id": ["c1", "c2"], "start_date": pa.array([date(2024, 1, 1), None]), "budget": [1.5, None],
    })  # fmt: skip
    store.upsert_arrow("campaigns", rows)
    store.upsert("customers", [{"customer_id": "c1", "accepts_marketing": True, "created_at": 1_700_000_000}])
    with store.view() as view:
        assert view.table("campaigns", ("start_date", "budget")).to_pylist() == [
            {"start_date": date(2024, 1, 1), "budget": 1.5}, {"start_date": None, "budget": None},
        ]  # fmt: skip
        customer = view.table("customers", ("accepts_marketing", "created_at")).to_pylist()
    assert customer == [{"accepts_marketing": True, "created_at": datetime(2023, 11, 14, 22, 13, 20)}]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 3), st.dictionaries(st.sampled_from(["title", "brand"]), st.sampled_from("xyz"))), max_size=4
        ),
        max_size=6,
    )
)
def test_any_changes_leave_what_was_last_given_and_every_snapshot_as_it_was(tmp_path_factory, changes):
    truth: dict[str, dict] = {}
    taken = []
    with Store.create(tmp_path_factory.mktemp("any") / "shop") as store:
        for rows in changes:
            for key, given_ in rows:
                store.upsert("products", [{"product_id": f"p{key}", **given_}])
                truth.setdefault(f"p{key}", {"title": None, "brand": None}).update(given_)
            taken.append((store.snapshot(), {key: dict(row) for key, row in truth.items()}))
        for snapshot, then in taken:
            with store.view(snapshot=snapshot) as view:
                found = view.table("products", ("product_id", "title", "brand")).to_pylist()
            assert {row.pop("product_id"): row for row in found} == then


def test_a_shop_made_before_a_table_or_a_column_came_gets_them_when_it_is_opened(tmp_path):
    import sqlite3

    with Store.create(tmp_path / "shop") as old:
        old.upsert("rules", [{"rule_id": "r1", "action": "block", "brand": "Alder"}])
    with sqlite3.connect(tmp_path / "shop" / "shop.sqlite") as connection:
        for name in ("placements", "versions_placements"):
            connection.execute(f'DROP TABLE "{name}"')
        connection.execute("DELETE FROM positions WHERE table_name = 'placements'")
        for name in ("rules", "versions_rules"):
            for column in ("n_most", "recurs", "enabled"):
                connection.execute(f'ALTER TABLE "{name}" DROP COLUMN "{column}"')
    connection.close()
    with Store.open(tmp_path / "shop") as store:
        store.upsert("placements", [{"placement_id": "home", "diversity": 0.5, "with_rules": False}])
        store.upsert("rules", [{"rule_id": "r2", "action": "cap", "each": "brand", "n_most": 2, "enabled": True}])
        with store.view() as view:
            assert view.table("placements", ("placement_id", "diversity", "with_rules")).to_pylist() == [
                {"placement_id": "home", "diversity": 0.5, "with_rules": False}
            ]
            found = view.table("rules", ("rule_id", "brand", "n_most", "enabled")).sort_by("rule_id").to_pylist()
        assert found == [
            {"rule_id": "r1", "brand": "Alder", "n_most": None, "enabled": None},
            {"rule_id": "r2", "brand": None, "n_most": 2, "enabled": True},
        ]
        assert set(store.changes(("rules", "placements"), {})[0]) == {"rules", "placements"}
