"""Everything that is known of each customer, joined to one row each: this room's window to the other results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopkeeper.capabilities.customers.profiles.columns import CUSTOMER_ID, SOURCES, Source
from shopkeeper.core.columns import Column
from shopkeeper.core.tasks import ShopView

if TYPE_CHECKING:
    import pyarrow as pa

RESULTS: tuple[str, ...] = tuple(dict.fromkeys(source.table for source in SOURCES if source.task))
"""The results that are joined."""


def read_profiles(view: ShopView) -> pa.Table:
    """One row a customer of `customer_features`, in the order of their numbers; empty where a result has nothing to say."""
    tables = {source.table: f"t{place}" for place, source in enumerate(SOURCES)}
    given = {table: _given(view, table) for table in tables}
    columns = [f'{tables["customer_features"]}.customer_id AS "{CUSTOMER_ID.name}"']
    for source in SOURCES:
        columns += [_column(source, column, tables[source.table], given[source.table]) for column in source.columns]
    joined = f"customer_features AS {tables['customer_features']}"
    for table, alias in tables.items():
        if table != "customer_features" and given[table]:
            joined += f" LEFT JOIN {table} AS {alias} ON {alias}.customer_id = {tables['customer_features']}.customer_id"
    return view.sql(f"SELECT {', '.join(columns)} FROM {joined} ORDER BY 1")


def _given(view: ShopView, table: str) -> set[str]:
    """The columns that the table has; none where it has no rows."""
    return set(view.sql(f"SELECT * FROM {table} LIMIT 1").column_names) if view.count(table) else set()


def _column(source: Source, column: Column, alias: str, given: set[str]) -> str:
    """The column as it is joined. A number that is none (NaN) is empty: it would be more than any other."""
    name = source.original(column.name)
    if column.name == "opted_out":
        value = f"(NOT {alias}.accepts_marketing)" if given else "CAST(NULL AS BOOLEAN)"
    elif name not in given:
        value = f"CAST(NULL AS {_TYPES[column.type]})"
    elif column.type == "number":
        value = f'CASE WHEN isnan(CAST({alias}."{name}" AS DOUBLE)) THEN NULL ELSE CAST({alias}."{name}" AS DOUBLE) END'
    else:
        value = f'{alias}."{name}"'
    return f'{value} AS "{column.name}"'


_TYPES = {
    "text": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "moment": "TIMESTAMP", "date": "DATE",
    "json": "VARCHAR",
}  # fmt: skip


def missing(view: ShopView) -> list[str]:
    """The tasks whose results are not there."""
    tasks = {source.table: source.task for source in SOURCES if source.task}
    return [task for table, task in tasks.items() if view.count(table) == 0]
