"""The rows of facts from a staging file: their ids, orders summed from lines, what was taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shopkeeper.core import schema
from shopkeeper.core.columns import Table
from shopkeeper.store.arrow_types import DUCKDB
from shopkeeper.store.importers.ids import parquet
from shopkeeper.store.importers.reading.relation import quoted
from shopkeeper.store.importers.recognition import RETURNED_AT, Recognition
from shopkeeper.store.importers.staging import ORDER

GOOD = "_rule IS NULL AND _aside IS NULL"


def fact_sql(name: str, recognition: Recognition, staging: Path, now: str) -> str:
    """SELECT of ``_row`` and the table's columns, typed and in the schema's order."""
    table = schema.table(name)
    has = {column for column in table.names if f"{name}.{column}" in recognition.uses}
    if name == "orders" and recognition.primary == "order_lines":
        inner = _orders_of_lines(recognition, staging, has)
    elif name == "order_status" and recognition.primary != name:
        inner = _with_ids(table, _states(staging))
    else:
        inner = _rows(table, recognition, staging, has, now)
    shown = ", ".join(
        f"CAST({quoted(column.name)} AS {DUCKDB[column.type]}) AS {quoted(column.name)}" for column in table.columns
    )
    return f"SELECT _row, {shown} FROM ({inner})"


def _rows(table: Table, recognition: Recognition, staging: Path, has: set[str], now: str) -> str:
    """One row of ours for each good row of the file."""
    shown = [f"{quoted(f'{table.name}.{column}')} AS {quoted(column)}" for column in table.names if column in has]
    shown += [f"NULL AS {quoted(column)}" for column in table.names if column not in has and column not in (table.id, "at")]
    if "at" not in has and "at" in table.names:
        shown.append(f'{now} AS "at"')
    where = GOOD if table.name == recognition.primary else f"{GOOD} AND {_filled(table, has)}"
    if table.name == "order_lines" and table.id not in has:
        if recognition.line_number is None:
            # numbered over all rows of the order, also those set aside, so that other rules do not shift the numbers
            number = f'row_number() OVER (PARTITION BY "{table.name}.order_id" ORDER BY _row)'
        else:
            number = '"_line_number"'
        numbered = f"SELECT *, \"{table.name}.order_id\" || '-' || {number} AS _id FROM {parquet(staging)}"
        return f"SELECT _row, _id AS line_id, {', '.join(shown)} FROM ({numbered}) WHERE {where}"
    rows = f"SELECT _row, {', '.join(shown)} FROM {parquet(staging)} WHERE {where}"
    return rows if table.id in has else _with_ids(table, rows)


def _filled(table: Table, has: set[str]) -> str:
    needed = [column.name for column in table.columns if column.required and column.name in has]
    return " AND ".join(f"{quoted(f'{table.name}.{name}')} IS NOT NULL" for name in needed) or "true"


def _with_ids(table: Table, rows: str) -> str:
    """Rows with an id made of their content; equal rows are numbered."""
    content = ", ".join(f"coalesce(CAST({quoted(name)} AS VARCHAR), chr(1))" for name in table.names if name != table.id)
    numbered = f"SELECT *, md5(concat_ws(chr(2), {content})) AS _content FROM ({rows})"
    again = "row_number() OVER (PARTITION BY _content ORDER BY _row)"
    made = f"SELECT *, {again} AS _again FROM ({numbered})"
    suffix = "CASE WHEN _again > 1 THEN '-' || _again ELSE '' END"
    return f"SELECT * EXCLUDE (_content, _again), _content || {suffix} AS {table.id} FROM ({made})"


def _orders_of_lines(recognition: Recognition, staging: Path, has: set[str]) -> str:
    """Orders from a file of lines: the sum of the lines that are kept, and what the order's first row that has it says.

    They stand in for orders that are still to come: files of lines and of orders may be brought in in any order.
    """
    table = schema.table("orders")
    per_line = recognition.preset is not None and any(rule.do == "order" for rule in recognition.preset.rows)
    at = '"orders.at"' if "at" in has else '"order_lines.at"'
    columns = [f'min({at}) AS "at"']
    for name in table.names:
        if name in (table.id, "at"):
            continue
        if name == "value" and name not in has:
            columns.append('coalesce(sum("order_lines.quantity" * "order_lines.price") FILTER (_aside IS NULL), 0) AS value')
        elif name not in has:
            columns.append(f"NULL AS {quoted(name)}")
        elif name == "shipping" and per_line:
            columns.append(f'sum("orders.{name}") AS {name}')
        else:
            columns.append(f'arg_min("orders.{name}", _row) AS {quoted(name)}')
    return (
        f'SELECT min(_row) AS _row, "orders.order_id" AS order_id, {", ".join(columns)} FROM {parquet(staging)} '
        f"WHERE _rule IS NULL AND (_aside IS NULL OR starts_with(_aside, '{ORDER}')) "
        'AND "orders.order_id" IS NOT NULL GROUP BY order_id'
    )


def _states(staging: Path) -> str:
    """The state of each order of a file of trade, once. Rows of one order that disagree are about single lines, not about it."""
    order, at, status = (quoted(f"order_status.{name}") for name in ("order_id", "at", "status"))
    return (
        f'SELECT min(_row) AS _row, {order} AS order_id, min({at}) AS "at", min({status}) AS status, NULL AS note '
        f"FROM {parquet(staging)} WHERE {GOOD} AND {order} IS NOT NULL AND {at} IS NOT NULL AND {status} IS NOT NULL "
        f"GROUP BY {order} HAVING min({status}) = max({status})"
    )


def taken_back_sql(lines: Sequence[Path], staging: Path) -> str:
    """SELECT, like `fact_sql`, of a return for each line of an order that was paid back as a whole, at that moment."""
    moment = quoted(f"order_lines.{RETURNED_AT}")
    return (
        f"SELECT lines.* REPLACE (line_id || '-return' AS line_id, {moment} AS \"at\", -quantity AS quantity) "
        f"FROM {parquet(lines)} AS lines "
        f"JOIN (SELECT _row, {moment} FROM {parquet(staging)} WHERE {moment} IS NOT NULL) USING (_row)"
    )
