"""The rules as SQL are the rules of single rows: the same rows, the same verdicts."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest

from shopkeeper.core import schema
from shopkeeper.store.arrow_types import DUCKDB
from shopkeeper.store.importers import import_file
from shopkeeper.store.log.rows import RowReader
from shopkeeper.store.quality import Value, rule_sql
from shopkeeper.store.store import Store

AT = datetime(2024, 1, 1, tzinfo=UTC)
GOOD = {"event_id": "1", "at": AT, "event": "view_item", "product_id": "p", "position": 1, "value": 2.5}
ROWS = [
    GOOD,
    {**GOOD, "event": None},
    {**GOOD, "event": "dance"},
    {**GOOD, "position": 0},
    {**GOOD, "position": 1_000_000},
    {**GOOD, "value": None, "position": None, "product_id": None},
]


def sql_verdicts(table, rows):
    given = [name for name in table.names if any(name in row for row in rows)]
    shown = ", ".join(f'?::{DUCKDB[table.column(name).type]} AS "{name}"' for name in given)
    rule = rule_sql(table, {name: Value(f'"{name}"') for name in given})
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        values = [
            [row.get(name).replace(tzinfo=None) if isinstance(row.get(name), datetime) else row.get(name) for name in given]
            for row in rows
        ]
        found = [connection.execute(f"SELECT {rule} FROM (SELECT {shown})", value).fetchone()[0] for value in values]
    return [text and text.split(": ")[0] for text in found]


def row_verdicts(table, rows):
    rejected = {one.index: one.rule for one in RowReader(table).read(rows).rejected}
    return [rejected.get(index) for index in range(len(rows))]


def test_the_same_rows_break_the_same_rules():
    found = sql_verdicts(schema.EVENTS, ROWS)
    assert found == row_verdicts(schema.EVENTS, ROWS) == [None, "required", "choice", "range", None, None]


@pytest.mark.parametrize("table", [table for table in schema.FACTS if table.name != "rejected"], ids=lambda table: table.name)
def test_every_bound_of_every_fact_is_the_same_in_both(table):
    good = {
        "text": "x", "number": 1.0, "integer": 1, "boolean": True, "moment": AT, "date": AT.date(), "json": "[]",
    }  # fmt: skip
    base = {c.name: (c.choices[0] if c.choices else good[c.type]) for c in table.columns}
    rows = [base]
    for column in table.columns:
        if column.name not in (table.id, table.moment):  # rows.py makes these two where they are missing
            rows.append({**base, column.name: None})
        rows += [{**base, column.name: "neither"}] if column.choices else []
        rows += [{**base, column.name: column.low - 1}] if column.low is not None else []
        rows += [{**base, column.name: column.high + 1}] if column.high is not None else []
    assert sql_verdicts(table, rows) == row_verdicts(table, rows)


def test_a_file_and_the_api_reject_the_same_rows(tmp_path):
    broken = [
        ("1", "2024-01-01", "view_item", "1", "1.5"),
        ("2", "2024-01-01", "dance", "1", "1.5"),
        ("3", "2024-01-01", "view_item", "0", "1.5"),
        ("4", "2024-01-01", "view_item", "one", "1.5"),
        ("5", "2024-01-01", "view_item", "1", "inf"),
        ("6", "soon", "view_item", "1", "1.5"),
        ("7", "2024-01-01", "", "1", ""),
        ("8", "2024-01-01", "view_item", "1.5", "2"),
    ]

    def number(text, kind):
        try:
            return kind(text) if text else None
        except ValueError:
            return text

    with Store.create(tmp_path / "shop") as store:
        path = tmp_path / "e.csv"
        path.write_text("event_id,at,event,position,value\n" + "".join(",".join(row) + "\n" for row in broken))
        import_file(store, path)
        with store.view() as view:
            by_file = dict(
                zip(
                    *view.sql("SELECT json_extract_string(raw, '$.event_id') AS id, rule FROM rejected").to_pydict().values(),
                    strict=True,
                )
            )
    rows = [
        {"event_id": e, "at": at, "event": event or None, "position": number(position, float), "value": number(value, float)}
        for e, at, event, position, value in broken
    ]
    rows = [{name: value for name, value in row.items() if value is not None} for row in rows]
    by_row = {broken[one.index][0]: one.rule for one in RowReader(schema.EVENTS).read(rows).rejected}
    assert by_file == by_row == {"2": "choice", "3": "range", "4": "type", "5": "type", "6": "type", "7": "required", "8": "type"}


def test_a_type_is_broken_when_something_is_written_that_cannot_be_read():
    rule = rule_sql(schema.EVENTS, {"value": Value("v", "raw")})
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT {rule} FROM (VALUES (1.0, '1'), (NULL, 'x'), (NULL, NULL)) t(v, raw)").fetchall()
    assert [text for (text,) in found] == [None, "type: 'value' cannot be read: wanted a finite number", None]


def test_a_table_without_columns_has_no_rule():
    assert rule_sql(schema.EVENTS, {}) == "NULL::VARCHAR"
