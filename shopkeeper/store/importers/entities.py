"""Products, customers and identities from a staging file: one row for each number, the last known value of each column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shopkeeper.core import schema
from shopkeeper.store.arrow_types import DUCKDB
from shopkeeper.store.importers.facts import GOOD
from shopkeeper.store.importers.ids import parquet
from shopkeeper.store.importers.reading.relation import quoted
from shopkeeper.store.importers.recognition import Recognition
from shopkeeper.store.importers.staging import ORDER

PEOPLE = ("customers", "identities")


def entity_sql(name: str, recognition: Recognition, staging: Path) -> str:
    """SELECT of the key and the columns that the file has.

    A column's value is that of the last row that has one, or the most frequent where the preset says so.
    """
    table = schema.table(name)
    key = quoted(f"{name}.{table.id}")
    has = [column for column in table.names if f"{name}.{column}" in recognition.uses and column != table.id]
    frequent = set(recognition.preset.most_frequent) if recognition.preset else set()
    moment = f"{recognition.primary}.at"
    order = f"row({quoted(moment)}, _row)" if moment in recognition.uses else "_row"
    parts = [f"{key} AS {table.id}"]
    for column in has:
        source = quoted(f"{name}.{column}")
        if f"{name}.{column}" not in frequent:
            parts.append(f"arg_max({source}, {order}) AS {quoted(column)}")
    if "created_at" in table.names and "created_at" not in has and moment in recognition.uses and name != recognition.primary:
        parts.append(f"min({quoted(moment)}) AS created_at")
    # who only paid for a delivery is a customer all the same
    good = f"_rule IS NULL AND (_aside IS NULL OR starts_with(_aside, '{ORDER}'))" if name in PEOPLE else GOOD
    where = f"{good} AND {key} IS NOT NULL"
    query = f"SELECT {', '.join(parts)} FROM {parquet(staging)} WHERE {where} GROUP BY {key}"
    for column in has:
        if f"{name}.{column}" in frequent:
            counted = (
                f"SELECT {key} AS {table.id}, {quoted(f'{name}.{column}')} AS v, count(*) AS n FROM {parquet(staging)} "
                f"WHERE {where} AND v IS NOT NULL GROUP BY ALL"
            )
            best = f"SELECT {table.id}, arg_max(v, row(n, v)) AS {quoted(column)} FROM ({counted}) GROUP BY ALL"
            query = f"SELECT * FROM ({query}) LEFT JOIN ({best}) USING ({table.id})"
    columns = [column for column in table.names if column == table.id or column in has or f"AS {column}" in query]
    types = {column.name: DUCKDB[column.type] for column in table.columns}
    shown = ", ".join(f"CAST({quoted(column)} AS {types[column]}) AS {quoted(column)}" for column in columns)
    return f"SELECT {shown} FROM ({query})"


def merged_sql(name: str, columns: Sequence[str], *, made: bool) -> str:
    """SELECT of found_rows with what present_rows knows where they say nothing.

    A beginning (``created_at``) that was ``made`` from the file's first row does not move what is known already.
    """
    key = schema.table(name).id
    shown = [f"found.{key}"]
    for column in columns:
        if column == "created_at" and made:
            shown.append(f"CASE WHEN present.{key} IS NULL THEN found.created_at ELSE present.created_at END AS created_at")
        elif column != key:
            shown.append(f"coalesce(found.{quoted(column)}, present.{quoted(column)}) AS {quoted(column)}")
    return f"SELECT {', '.join(shown)} FROM found_rows AS found LEFT JOIN present_rows AS present ON found.{key} = present.{key}"
