from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import counting
import httpx
import pyarrow as pa
import pytest

from shopkeeper.core.registry import REGISTRY
from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

EVENTS = [
    {"event_id": f"e{n}", "at": f"2026-01-0{n}T10:00:00Z", "event": "view_item", "customer_id": "anna", "product_id": product}
    for n, product in enumerate("AABAC", 1)
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, running_of: Callable[..., Any]) -> Iterator[httpx.Client]:
    """One server for all tests here: they only read. The task that summarizes has not run."""
    names: list[str] = []
    REGISTRY.discover()
    counting.declare(names)
    with Shop.create(tmp_path_factory.mktemp("tables") / "shop", name="Tables") as shop:
        shop.append("events", EVENTS)
        shop.learn(["counting.count"])
        with running_of(shop) as client:
            yield client
    for name in names:
        REGISTRY.remove(name)


def test_the_tables_and_how_they_stand(client: httpx.Client):
    tables = {table["name"]: table for table in client.get("/api/tables").json()}
    assert (tables["events"]["kind"], tables["events"]["n_rows"], tables["events"]["newest_at"]) == ("fact", 5, "2026-01-05T10:00:00Z")  # fmt: skip
    assert (tables["product_counts"]["kind"], tables["product_counts"]["n_rows"]) == ("result", 3)
    assert (tables["interactions"]["kind"], tables["interactions"]["n_rows"]) == ("view", None)


def test_pages_neither_overlap_nor_leave_gaps(client: httpx.Client):
    seen, offset = [], 0
    while offset is not None:
        page = client.get("/api/tables/events", params={"limit": 2, "offset": offset}).json()
        seen += [row["event_id"] for row in page["rows"]]
        offset = page["next_offset"]
        assert page["n_rows"] == 5
    assert seen == ["e5", "e4", "e3", "e2", "e1"]


def test_a_result_in_three_forms(client: httpx.Client):
    rows = [{"product_id": "A", "n_events": 3}, {"product_id": "B", "n_events": 1}, {"product_id": "C", "n_events": 1}]
    assert client.get("/api/tables/product_counts").json()["rows"] == rows
    for asked in ({"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
        reply = client.get("/api/tables/product_counts", **asked)
        assert reply.headers["content-type"] == "text/csv; charset=utf-8"
        assert reply.headers["content-disposition"] == 'attachment; filename="product_counts.csv"'
        assert [{**row, "n_events": int(row["n_events"])} for row in csv.DictReader(io.StringIO(reply.text))] == rows
    for asked in ({"params": {"format": "arrow"}}, {"headers": {"Accept": "application/vnd.apache.arrow.stream"}}):
        reply = client.get("/api/tables/product_counts", **asked)
        assert pa.ipc.open_stream(reply.content).read_all().to_pylist() == rows
    assert client.get("/api/tables/product_counts", headers={"Accept": "text/html,*/*"}).json()["rows"] == rows


def test_moments_say_that_they_are_utc_in_every_form(client: httpx.Client):
    assert client.get("/api/tables/events?limit=1").json()["rows"][0]["at"] == "2026-01-05T10:00:00Z"
    last = client.get("/api/tables/events/last?column=customer_id&value=anna&n=1").json()
    assert last["rows"][0]["at"] == "2026-01-05T10:00:00Z"
    (row,) = csv.DictReader(io.StringIO(client.get("/api/tables/events?limit=1&format=csv").text))
    assert row["at"].endswith("Z")
    assert datetime.fromisoformat(row["at"]) == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert row["quantity"] == "", "what is not known is empty"


def test_a_part_of_a_table(client: httpx.Client):
    reply = client.get("/api/tables/events", params={"format": "csv", "limit": 2, "offset": 1})
    assert [row["event_id"] for row in csv.DictReader(io.StringIO(reply.text))] == ["e4", "e3"]
    assert reply.headers["x-total-rows"] == "5"


def test_as_it_was_known_then(client: httpx.Client):
    page = client.get("/api/tables/events", params={"as_of": "2026-01-02T23:00:00Z"}).json()
    assert [row["event_id"] for row in page["rows"]] == ["e2", "e1"]


def test_views_and_entities(client: httpx.Client):
    client.post("/api/entities/products", json=[{"product_id": "B"}, {"product_id": "A"}])
    assert [row["product_id"] for row in client.get("/api/tables/products").json()["rows"]] == ["A", "B"]
    assert client.get("/api/tables/interactions").json()["n_rows"] == 5


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/api/tables/event", 404, "There is no table 'event'."),
        ("/api/tables/events?format=xml", 422, "query.format cannot be taken."),
        ("/api/tables/events?offset=-1", 422, "query.offset cannot be taken."),
        ("/api/tables/events/last?column=product_id&value=A", 404, "'events' cannot be looked up by 'product_id'."),
        ("/api/tables/rejected/last?column=rejected_id&value=A", 404, "'rejected' cannot be looked up by 'rejected_id'."),
    ],
)
def test_what_cannot_be_read_is_told(client: httpx.Client, path: str, status: int, title: str):
    reply = client.get(path)
    assert (reply.status_code, reply.json()["title"]) == (status, title)


def test_a_result_that_was_not_made_yet(client: httpx.Client):
    reply = client.get("/api/tables/count_summary")
    assert (reply.status_code, reply.json()["next"]) == (409, "`shopkeeper learn counting.summarize`")


def test_a_customers_newest_rows(client: httpx.Client):
    reply = client.get("/api/tables/events/last", params={"column": "customer_id", "value": "anna", "n": 2}).json()
    assert [row["event_id"] for row in reply["rows"]] == ["e5", "e4"]
