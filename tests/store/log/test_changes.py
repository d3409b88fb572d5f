from __future__ import annotations

import time
from datetime import UTC, datetime

from shopkeeper.store.store import Store


def test_a_follower_sees_each_new_row_once_in_order(store, events, tmp_path):
    store.append("events", events(3, "before"))
    positions = store.snapshot().positions()
    with Store.open(tmp_path / "shop") as other:
        other.append("events", events(2, "a"))
        rows, positions = store.changes(["events", "orders"], positions)
        assert [row["event_id"] for row in rows["events"]] == ["a0", "a1"]
        assert rows["events"][1]["at"] == datetime(2024, 3, 1, 0, 1, tzinfo=UTC)
        assert "orders" not in rows
        assert store.changes(["events", "orders"], positions) == ({}, positions)
        other.append("events", events(2, "b"))
        other.seal(minimum_rows=1)
        other.append("events", events(1, "c"))
        rows, positions = store.changes(["events"], positions)
        assert [row["event_id"] for row in rows["events"]] == ["b0", "b1", "c0"]
        other.seal(minimum_rows=1)
        assert store.changes(["events"], positions) == ({}, positions)


def test_changed_entities_come_as_they_are_now(store):
    positions = store.snapshot().positions()
    store.upsert("products", [{"product_id": "p1", "title": "a"}, {"product_id": "p2", "title": "b"}])
    store.upsert("products", [{"product_id": "p1", "title": "c"}])
    rows, positions = store.changes(["products"], positions)
    assert [(row["product_id"], row["title"]) for row in rows["products"]] == [("p2", "b"), ("p1", "c")]
    assert store.changes(["products"], positions)[0] == {}
    store.upsert("products", [{"product_id": "p2", "created_at": 0}])
    rows, _ = store.changes(["products"], positions)
    assert rows["products"][0]["created_at"] == datetime(1970, 1, 1, tzinfo=UTC)


def test_what_this_very_thread_wrote_is_seen_too(store, events, imported):
    positions = store.snapshot().positions()
    assert store.changes(["events", "customers"], positions)[0] == {}
    assert store.last("events", "customer_id", "c1") == []
    store.upsert("customers", [{"customer_id": "c1"}])
    imported("events", events(3))
    rows, _ = store.changes(["events", "customers"], positions)
    assert (len(rows["events"]), len(rows["customers"])) == (3, 1)
    assert len(store.last("events", "customer_id", "c1")) == 1


def test_entities_come_in_parts_too(store):
    store.upsert("customers", [{"customer_id": f"c{k}"} for k in range(10)])
    seen, positions = [], {"customers": 0}
    for _ in range(5):
        rows, positions = store.changes(["customers"], positions, limit=4)
        seen += [row["customer_id"] for row in rows.get("customers", [])]
    assert sorted(seen) == sorted(f"c{k}" for k in range(10))


def test_nothing_new_costs_next_to_nothing(store, events):
    store.append("events", events(1000))
    positions = store.snapshot().positions()
    store.changes(["events", "products"], positions)
    began = time.perf_counter()
    for _ in range(200):
        assert store.changes(["events", "products"], positions)[0] == {}
    assert (time.perf_counter() - began) / 200 < 0.0005
