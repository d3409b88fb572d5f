"""The shop's tables: how many rows, how fresh, what they mean; and a table's rows page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shopkeeper.core.columns import Column, Table

if TYPE_CHECKING:
    from shopkeeper.core.registry import Registry
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

HIDDEN = "•••"
MAX_PAGE_ROWS = 200


@dataclass(frozen=True)
class TableCard:
    """One table as the overview shows it; ``newest_at`` is None where no row has a moment."""

    name: str
    kind: str
    meaning: str
    n_rows: int
    newest_at: datetime | None
    made_by: str | None = None


@dataclass(frozen=True)
class Rows:
    """A page of a table: columns as declared, rows as dicts, and how many rows there are in all."""

    table: Table
    columns: tuple[Column, ...]
    rows: tuple[dict[str, Any], ...]
    total: int
    offset: int


def cards(shop: Shop) -> tuple[TableCard, ...]:
    """Every stored table and every result, the fullest first."""
    found = []
    for state in shop.tables():
        writer = shop.registry.writer(state.name)
        made_by = writer.name if writer else None
        found.append(TableCard(state.name, state.kind, state.meaning, state.n_rows, state.newest_at, made_by))
    return tuple(sorted(found, key=lambda card: (-card.n_rows, card.name)))


def view_card(view: ShopView, table: Table) -> TableCard:
    """A derived table: it has to be worked out to be counted."""
    newest = f'max("{table.moment}")' if table.moment else "NULL"
    row = view.sql(f"SELECT count(*) AS n_rows, {newest} AS newest FROM {table.name}").to_pylist()[0]
    return TableCard(table.name, table.kind, table.meaning, row["n_rows"], _moment(row["newest"]))


def rows(
    view: ShopView,
    table: Table,
    *,
    sort: str = "",
    descending: bool = True,
    offset: int = 0,
    limit: int = 25,
    search: str = "",
    shows_personal: bool = False,
) -> Rows:
    """One page of the table, newest first unless told. ``search`` is looked for in every text column.

    A personal column is shown as dots unless ``shows_personal``, and is then neither searched nor sorted by. Raises
    `UnknownName` for a sort column that does not exist.
    """
    open_columns = [column for column in table.columns if shows_personal or not column.personal]
    condition = _condition(open_columns, search)
    parameters = {"search": f"%{_escaped(search)}%"} if "$search" in condition else {}
    where = f"WHERE {condition}" if condition else ""
    total = int(view.sql(f"SELECT count(*) AS n FROM {table.name} {where}", parameters)["n"][0].as_py())
    order = _order(table, open_columns, sort, descending)
    chosen = ", ".join(f'"{column.name}"' for column in open_columns)
    limit = max(1, min(limit, MAX_PAGE_ROWS))
    found = view.sql(f"SELECT {chosen} FROM {table.name} {where} {order} LIMIT {limit} OFFSET {max(0, offset)}", parameters)
    hidden = {column.name: HIDDEN for column in table.columns if column not in open_columns}
    return Rows(table, table.columns, tuple({**row, **hidden} for row in found.to_pylist()), total, offset)


def find(registry: Registry, name: str) -> Table:
    """The table of that name; raises `UnknownName` with the nearest one."""
    return registry.table(name)


def _condition(columns: list[Column], search: str) -> str:
    if not search.strip():
        return ""
    texts = [column.name for column in columns if column.type in ("text", "json")]
    return " OR ".join(f"\"{name}\" ILIKE $search ESCAPE '\\'" for name in texts) or "false"


def _escaped(search: str) -> str:
    """The words with the pattern's own signs made harmless."""
    return search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _order(table: Table, open_columns: list[Column], sort: str, descending: bool) -> str:
    names = [column.name for column in open_columns]
    if sort:
        table.column(sort)
    by = sort if sort in names else (table.moment or "")
    tie = [name for name in table.key if name != by and name in names]
    parts = ([f'"{by}" {"DESC" if descending else "ASC"} NULLS LAST'] if by else []) + [f'"{name}"' for name in tie]
    return "ORDER BY " + ", ".join(parts) if parts else ""


def _moment(newest: object) -> datetime | None:
    if isinstance(newest, date) and not isinstance(newest, datetime):
        return datetime(newest.year, newest.month, newest.day)  # noqa: DTZ001 - a calendar day, shown as such
    return newest if isinstance(newest, datetime) else None
