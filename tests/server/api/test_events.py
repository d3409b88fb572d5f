from __future__ import annotations

import json

import httpx
import orjson
import pytest

from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

NDJSON = {"Content-Type": "application/x-ndjson"}


def event(number: int, **more: object) -> dict[str, object]:
    return {"event_id": f"e{number}", "at": "2026-01-01T10:00:00Z", "event": "view_item", "product_id": "A", **more}


def test_one_event_is_on_disk_when_acknowledged(client: httpx.Client, shop: Shop):
    reply = client.post("/api/events", json=event(1, customer_id="anna"))
    assert (reply.status_code, reply.json()) == (200, {"n_new": 1, "n_known": 0, "n_rejected": 0, "rejected": []})
    with Shop.open(shop.folder) as elsewhere:
        assert elsewhere.sql("select event_id, customer_id from events").to_pylist() == [
            {"event_id": "e1", "customer_id": "anna"}
        ]


def test_a_batch_and_its_repetition(client: httpx.Client, shop: Shop):
    batch = [event(number) for number in range(100)]
    assert client.post("/api/events", json=batch).json()["n_new"] == 100
    again = client.post("/api/events", json=[*batch, event(100)])
    assert (again.status_code, again.json()["n_new"], again.json()["n_known"]) == (200, 1, 100)
    assert shop.store.count("events") == 101


def test_a_large_batch_is_taken_too(client: httpx.Client, shop: Shop):
    assert client.post("/api/events", json=[event(number) for number in range(3000)]).json()["n_new"] == 3000
    assert shop.store.count("events") == 3000


def test_rejected_rows_are_told_by_their_place_and_the_rest_is_kept(client: httpx.Client, shop: Shop):
    rows = [event(0), {"event_id": "bad", "event": "view_itm"}, event(2), "not an object", event(4, position=0)]
    reply = client.post("/api/events", json=rows)
    body = reply.json()
    assert reply.status_code == 207
    assert (body["n_new"], body["n_rejected"]) == (2, 3)
    assert [each["index"] for each in body["rejected"]] == [1, 3, 4]
    assert all(each["rule"] and each["message"] for each in body["rejected"])
    assert body["rejected"][1]["rule"] == "not_an_object"
    kept = shop.sql('select "table", rule, raw from rejected').to_pylist()
    assert len(kept) == 3
    assert {row["table"] for row in kept} == {"events"}
    assert any(json.loads(row["raw"]) == "not an object" for row in kept)


def test_when_nothing_can_be_taken_it_is_a_problem(client: httpx.Client, shop: Shop):
    for rows, title in (
        ({"event": "view_itm"}, "This row of 'events' cannot be taken."),
        ([{"event": "view_itm"}, 3], "None of these rows of 'events' can be taken."),
    ):
        reply = client.post("/api/events", json=rows)
        assert (reply.status_code, reply.json()["title"]) == (422, title)
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.json()["rejected"][0]["index"] == 0
    assert shop.store.count("events") == 0


def test_an_empty_batch_is_fine(client: httpx.Client):
    assert client.post("/api/events", json=[]).json()["n_new"] == 0


def test_ndjson_with_a_broken_line(client: httpx.Client, shop: Shop):
    lines = b"\n".join([orjson.dumps(event(0)), b'{"event_id": "half', b"", orjson.dumps(event(1)), b""])
    reply = client.post("/api/events", content=lines, headers=NDJSON)
    assert reply.status_code == 207
    assert (reply.json()["n_new"], [each["index"] for each in reply.json()["rejected"]]) == (2, [1])
    assert shop.store.count("events") == 2


def test_ndjson_of_many_lines(client: httpx.Client, shop: Shop):
    lines = b"\n".join(orjson.dumps(event(number)) for number in range(2500))
    assert client.post("/api/events", content=lines, headers=NDJSON).json()["n_new"] == 2500


def test_a_row_without_number_or_moment_gets_them(client: httpx.Client, shop: Shop):
    assert client.post("/api/events", json={"event": "view_item", "product_id": "A"}).json()["n_new"] == 1
    (row,) = shop.sql("select event_id, at from events").to_pylist()
    assert row["event_id"]
    assert row["at"] is not None


def test_an_idempotency_key_makes_a_repetition_harmless_for_rows_without_numbers(client: httpx.Client, shop: Shop):
    rows = [{"event": "view_item", "product_id": "A"}, {"event": "view_item", "product_id": "A"}]
    for expected in ((2, 0), (0, 2)):
        body = client.post("/api/events", json=rows, headers={"Idempotency-Key": "order-17"}).json()
        assert (body["n_new"], body["n_known"]) == expected
    assert client.post("/api/events", json=rows, headers={"Idempotency-Key": "order-18"}).json()["n_new"] == 2
    assert shop.store.count("events") == 4


FORMS = [
    ({"Content-Type": "text/csv"}, b"a,b", 415, "Rows in this form cannot be taken."),
    ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"x", 415, "A compressed body cannot be taken."),
    ({"Content-Type": "application/json"}, b'[{"event": }]', 422, "The body is not JSON."),
    ({"Content-Type": "application/json"}, b"3", 422, "The body is neither an object nor an array."),
]


def test_a_form_that_is_not_spoken(client: httpx.Client):
    for headers, content, status, title in FORMS:
        reply = client.post("/api/events", content=content, headers=headers)
        assert (reply.status_code, reply.json()["title"]) == (status, title)


def test_the_error_says_where_the_json_is_broken(client: httpx.Client):
    reply = client.post("/api/events", content=b'{"event": "view_item", oops}', headers={"Content-Type": "application/json"})
    assert "oops" in reply.json()["got"]


def test_other_facts_have_their_own_address(client: httpx.Client, shop: Shop):
    line = {"line_id": "l1", "order_id": "o1", "product_id": "A", "quantity": 2, "price": 9.5}
    assert client.post("/api/facts/order_lines", json=[line]).json()["n_new"] == 1
    assert client.post("/api/facts/outcomes", json={"decision_id": "d", "outcome": "click"}).json()["n_new"] == 1
    assert (shop.store.count("order_lines"), shop.store.count("outcomes")) == (1, 1)
    reply = client.post("/api/facts/order_line", json=[line])
    assert (reply.status_code, reply.json()["wanted"]) == (404, "did you mean 'order_lines'?")
    assert client.post("/api/facts/rejected", json=[{}]).status_code == 404


def test_what_came_is_counted_in_the_metrics(client: httpx.Client):
    client.post("/api/events", json=[event(0), event(1), {"event": "nonsense"}])
    client.post("/api/events", json=event(0))
    text = client.get("/metrics").text
    assert 'shopkeeper_rows_received_total{outcome="new",table="events"} 2.0' in text
    assert 'shopkeeper_rows_received_total{outcome="known",table="events"} 1.0' in text
    assert 'shopkeeper_rows_received_total{outcome="rejected",table="events"} 1.0' in text
    assert 'shopkeeper_tail_rows{table="events"} 2.0' in text
