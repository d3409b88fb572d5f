"""A profile has everything, and nothing that names a person."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shopkeeper.capabilities.customers.profiles.columns import SOURCES

PLANTED = {
    "name": "Zoltan Qwertz",
    "email": "zoltan@qwertz.example",
    "phone": "+49 555 0192837",
    "address": "Planted Lane 77",
    "ip": "203.0.113.77",
}
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A shop that knows who its customers are, and has learned."""
    from shopkeeper.shop import Shop

    with Shop.create(tmp_path_factory.mktemp("reply") / "shop") as shop:
        shop.upsert("customers", [{"customer_id": "k1", "country": "DE", "accepts_marketing": True}, {"customer_id": "k2"}])
        shop.upsert("identities", [{"customer_id": "k1", **PLANTED}])
        shop.append("order_lines", [
            {"line_id": f"l{n}", "order_id": f"o{n // 2}", "at": NOW - timedelta(days=9 * n), "customer_id": "k1", "product_id": f"p{n}",
             "quantity": 1, "price": 5.0} for n in range(8)])  # fmt: skip
        for task in ("customers.features", "customers.profiles", "customers.segments"):
            shop.run(task)
        yield shop


def test_everything_in_groups(told):
    body = told.ask("customers.profile", customer="k1")
    assert body["is_known"] is True
    assert set(body) >= {source.group for source in SOURCES}
    for source in SOURCES:
        assert set(body[source.group]) == {column.name for column in source.columns}
    assert body["customer"]["country"] == "DE"
    assert body["orders"]["n_orders"] == 4
    assert body["money"]["value"] == 40.0
    assert body["life_cycle"]["stage"] is None
    assert body["since"] == {"orders": 0, "events": 0, "last_at": None}
    assert {"newcomer", "high_value"} & {tag["segment_id"] for tag in body["tags"]}
    assert all(tag["description"] for tag in body["tags"])


def test_somebody_unknown_is_told_so(told):
    body = told.ask("customers.profile", customer="nobody")
    assert (body["is_known"], body["tags"], body["customer_id"]) == (False, [], "nobody")
    assert "orders" not in body


def test_what_came_since_is_in_it(told):
    at = NOW + timedelta(days=1)
    told.append("events", [{"event_id": "e1", "event": "view_item", "at": at, "customer_id": "new", "product_id": "p1"}])
    told.upsert("customers", [{"customer_id": "k1", "accepts_marketing": False}])
    body = told.ask("customers.profile", customer="new")
    assert (body["is_known"], body["since"]) == (False, {"orders": 0, "events": 1, "last_at": at.isoformat()})
    changed = told.ask("customers.profile", customer="k1")["customer"]
    assert (changed["accepts_marketing"], changed["opted_out"]) == (False, True)


def test_nothing_names_a_person(told):
    """What is in `identities` is in no reply, no result and no file of a model."""
    replies = [
        told.ask("customers.profile", customer="k1"),
        told.ask("customers.segment_members", expression="everyone"),
        told.ask("customers.look_alikes", customers=("k1", "k2"), n=5),
    ]
    files = [path for part in ("models", "results") for path in (Path(told.folder) / part).rglob("*") if path.is_file()]
    assert any(path.suffix == ".npy" for path in files)
    for planted in PLANTED.values():
        assert planted not in json.dumps(replies, ensure_ascii=False)
        for path in files:
            assert planted.encode() not in path.read_bytes(), path.name
    results = (told.table(name).to_pylist() for name in ("customer_features", "customer_profiles", "segment_members"))
    assert not any(planted in str(rows) for rows in results for planted in PLANTED.values())
