"""Files of lines and of orders may come in any order, and rows by the API between them: the shop's tables are the same."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from shopkeeper.store.importers import import_file
from shopkeeper.store.store import Store

LINES = (
    "order_id,product_id,quantity,price,at,customer_id,country\n"
    "1,a,2,5,2024-01-01 10:00,c,GB\n1,b,1,3,2024-01-01 10:01,c,GB\n2,a,1,5,2024-01-02 12:00,d,FR\n3,a,1,5,2024-01-03 12:00,c,GB\n"
)
ORDERS = (
    "order_id,order_date,customer_id,total,channel,device,payment_method,session_id,discount\n"
    "1,2024-01-01 09:59,c,13,email,mobile,card,s1,1\n2,2024-01-02 12:00,d,5,cpc,desktop,paypal,s2,0\n"
)
OWN = {
    "order_id": "3",
    "at": "2024-01-03T12:00:00Z",
    "customer_id": "c",
    "value": 5.0,
    "channel": "social",
    "payment_method": "card",
}
LATER = datetime(2024, 3, 1, tzinfo=UTC)
TABLES = ("orders", "order_lines", "customer_orders", "customer_state", "customer_comings")


def contents(store: Store, as_of: datetime | None = LATER) -> dict[str, list[dict]]:
    with store.view(as_of=as_of) as view:
        return {name: sorted(view.table(name).to_pylist(), key=str) for name in TABLES}


@pytest.fixture
def filled(tmp_path, write):
    """A shop that was given lines, orders and one more order in this order of the letters."""
    lines, orders = write(LINES, "lines.csv"), write(ORDERS, "orders.csv")

    def fill(order: str) -> Store:
        store = Store.create(tmp_path / order)
        for step in order:
            if step == "a":
                assert store.append("orders", [OWN]).n_new == 1
            elif step == "s":
                store.seal(minimum_rows=1)
            else:
                report = import_file(store, lines if step == "l" else orders)
                assert report.adds_up
                assert "already in the shop" not in report.kept
        return store

    return fill


@pytest.mark.parametrize(
    "as_of", [None, LATER, datetime(2024, 1, 2, 13, tzinfo=UTC), datetime(2024, 1, 1, 9, 59, 30, tzinfo=UTC)]
)
def test_in_any_order_the_tables_are_the_same(filled, as_of):
    found = []
    for order in map("".join, itertools.permutations("loa")):
        with filled(order) as store:
            found.append(contents(store, as_of))
            assert store.count("orders") == 3
    assert found.count(found[0]) == len(found) == 6


def test_the_orders_own_row_holds_as_soon_as_it_comes(filled):
    with filled("l") as store:
        orders = {row["order_id"]: row for row in contents(store)["orders"]}
        assert [(row["value"], row["country"], row["channel"]) for row in orders.values()] == [
            (13.0, "GB", None), (5.0, "FR", None), (5.0, "GB", None),
        ]  # fmt: skip
        before = store.snapshot()
        store.append(
            "orders", [{"order_id": "2", "at": "2024-01-02T12:00:00Z", "customer_id": "d", "value": 5.0, "channel": "cpc"}]
        )
        assert {row["order_id"]: row["channel"] for row in contents(store)["orders"]} == {"1": None, "2": "cpc", "3": None}
        with store.view(as_of=LATER, snapshot=before) as view:  # an earlier snapshot is what it was
            assert {row["channel"] for row in view.table("orders").to_pylist()} == {None}


def test_an_order_sent_twice_counts_once(filled):
    with filled("lo") as store:
        assert store.append("orders", [{**OWN, "order_id": "1"}]).n_known == 1
        assert store.append("orders", [OWN, OWN]).n_known == 1
        store.seal(minimum_rows=1)
        assert store.append("orders", [OWN]).n_known == 1
        assert store.count("orders") == 3


def test_lines_of_orders_that_are_there_make_none(filled):
    with filled("ol") as store:
        assert [one.n_rows for one in store.plan("orders", 100)[0]] == [2, 1]


@pytest.mark.parametrize("order", ["lo", "ol", "loa", "loas", "lsaos"])
def test_looked_up_there_is_one_row_an_order(filled, order):
    with filled(order) as store:
        assert [row["channel"] for row in store.last("orders", "order_id", "1")] == ["email"]
        own = "social" if "a" in order else None
        assert [row["channel"] for row in store.last("orders", "customer_id", "c")] == [own, "email"]
        assert [row["order_id"] for row in store.last("orders", "customer_id", "c", 1)] == ["3"]
        assert store.last("orders", "order_id", "9") == []


def test_the_same_file_again_changes_nothing(filled, write):
    with filled("lo") as store:
        before = contents(store)
        again = import_file(store, write(LINES + "\n", "again.csv"))
        assert again.tables["orders"].n_new == 0
        assert contents(store) == before


def test_a_shop_from_before_knows_which_orders_were_made_from_lines(filled, write, tmp_path):
    with filled("l") as store:
        connection = store.connect()
        connection.execute("ALTER TABLE manifest DROP COLUMN stands_in")
        connection.execute("PRAGMA user_version = 2")
    with Store.open(tmp_path / "l") as store:
        import_file(store, write(ORDERS, "orders.csv"))
        assert {row["order_id"]: row["channel"] for row in contents(store)["orders"]} == {"1": "email", "2": "cpc", "3": None}
