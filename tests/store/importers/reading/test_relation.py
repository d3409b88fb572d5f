"""Rows of every format, with nested names, samples and line numbers."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shopkeeper.store.importers.reading.relation import json_path, literal, quoted

EVENTS = [
    {"event_id": "1", "at": "2024-01-01T10:00:00Z", "event": "view_item", "product_id": "a", "value": 1.5},
    {"event_id": "2", "at": "2024-01-01T10:00:01Z", "event": "add_to_cart", "product_id": "b", "value": None},
]


@pytest.mark.parametrize("form", ["jsonl", "json", "pretty", "csv", "parquet"])
def test_every_format_brings_the_same_events(bring, rows, tmp_path, form):
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(EVENTS), tmp_path / "e.bin")
        content = (tmp_path / "e.bin").read_bytes()
    elif form == "csv":
        content = "event_id,at,event,product_id,value\n" + "".join(
            ",".join("" if value is None else str(value) for value in event.values()) + "\n" for event in EVENTS
        )
    elif form == "jsonl":
        content = "".join(json.dumps(event) + "\n" for event in EVENTS)
    else:
        content = json.dumps(EVENTS, indent=2 if form == "pretty" else None)
    bring(content, "events.dat")
    assert rows("SELECT event_id, event, product_id, value, hour(at) FROM events ORDER BY 1") == [
        ("1", "view_item", "a", 1.5, 10),
        ("2", "add_to_cart", "b", None, 10),
    ]


def test_nested_json_has_dotted_names_and_nested_parquet_too(bring, rows, tmp_path):
    events = [{"id": "1", "event": "purchase", "ts": 1704103200, "customer": {"id": "c1"}, "product": {"sku": "p1"}}]
    bring(
        "".join(json.dumps(event) + "\n" for event in events),
        "a.jsonl",
        map={"customer.id": "events.customer_id", "product.sku": "product_id"},
    )
    pq.write_table(pa.Table.from_pylist([{**events[0], "id": "2"}]), tmp_path / "b.parquet")
    bring(tmp_path / "b.parquet", map={"customer.id": "events.customer_id", "product.sku": "product_id"})
    assert rows("SELECT event_id, customer_id, product_id, epoch(at)::BIGINT FROM events ORDER BY 1") == [
        ("1", "c1", "p1", 1704103200),
        ("2", "c1", "p1", 1704103200),
    ]


def test_rejected_lines_have_their_numbers_in_the_file(bring, rows):
    content = (
        "order_id,product_id,quantity,price,at,note\n"  # 1
        "1,a,1,1,2024-01-01,\n"  # 2
        "2,b\n"  # 3: too few
        '3,c,1,1,2024-01-01,"two\nlines"\n'  # 4, 5
        "4,d,one,1,2024-01-01,\n"  # 6: no number
        "5,e,1,1,2024-01-01,x,y\n"  # 7: too many
        "6,f,1,-1,2024-01-01,\n"  # 8: below zero
        "7,,1,1,2024-01-01,\n"  # 9: no product
        "8,h,1,1,2024-13-01,\n"  # 10: no moment
    )
    report = bring(content)
    assert report.n_rows == 8 and report.kept == {"order_lines": 2}
    assert rows("SELECT line, rule FROM rejected ORDER BY line") == [
        (3, "columns"), (6, "type"), (7, "columns"), (8, "range"), (9, "required"), (10, "type"),
    ]  # fmt: skip
    [(raw, source)] = rows("SELECT raw, source FROM rejected WHERE line = 8")
    assert json.loads(raw)["order_id"] == "6" and source == "file.csv"


def test_a_column_named_as_sql_would_not_like_it(bring, rows):
    bring('order_id,select,"pri""ce\'s",quantity,at\n1,p,2,1,2024-01-01\n', map={"select": "product_id", "pri\"ce's": "price"})
    assert rows("SELECT product_id, price FROM order_lines") == [("p", 2.0)]


def test_quoting_for_sql():
    assert json_path('a.b"c') == '$."a"."b\\"c"'
    assert literal("it's") == "'it''s'" and quoted('a"b') == '"a""b"'
