"""What commands print on stdout: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    import pyarrow as pa

WIDE = 4000  # columns when nobody looks: in a file or a pipe no cell is folded
LONGEST_CELL = 100


def json_out(value: Any) -> None:
    """Print any rows, dataclass or dict as JSON; moments in ISO 8601 with Z, no NaN."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    typer.echo(orjson.dumps(value, option=options, default=str).decode())


def rows_out(table: pa.Table, *, as_json: bool, as_csv: bool, title: str = "") -> None:
    """Print an Arrow table in the form that was asked for."""
    if as_json:
        json_out(table.to_pylist())
    elif as_csv:
        import pyarrow.csv as csv

        sys.stdout.flush()
        csv.write_csv(table, sys.stdout.buffer)
    else:
        table_out(table.column_names, (row.values() for row in table.to_pylist()), title=title)


def table_out(
    columns: Sequence[str],
    rows: Iterable[Iterable[Any]],
    *,
    title: str = "",
    numbers: Sequence[str] = (),
    longest: int = LONGEST_CELL,
) -> None:
    """Print a table for people, cells cut at ``longest``.

    Columns whose every value is a number (or that are named in ``numbers``) stand to the right.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    body = [list(row) for row in rows]
    shown = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False, show_edge=False)
    for place, name in enumerate(columns):
        values = [row[place] for row in body if row[place] not in (None, "")]
        is_number = name in numbers or (bool(values) and all(isinstance(value, int | float) for value in values))
        shown.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in body:
        shown.add_row(*(_escaped(cell(value, longest)) for value in row))
    looked_at = sys.stdout.isatty()
    page = io.StringIO()
    console = Console(file=page, force_terminal=looked_at, width=None if looked_at else WIDE, no_color=not looked_at)
    console.print(shown)
    for line in page.getvalue().strip("\n").splitlines():
        typer.echo(line.rstrip())


def cell(value: Any, longest: int = LONGEST_CELL) -> str:
    """One value in words: moments without zone (they are UTC), numbers short, long text cut."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if 0.0 < abs(value) < 0.001:
            return f"{value:.2g}"
        return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:.2f}"
    if isinstance(value, datetime):
        utc = value.astimezone(UTC) if value.tzinfo else value
        return utc.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).replace("\n", " ")
    return text if len(text) <= longest else text[: longest - 1] + "…"


def facts_out(facts: Mapping[str, Any], *, indent: str = "") -> None:
    """Print names and values in two columns."""
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        typer.echo(f"{indent}{name:<{width}}  {cell(value)}".rstrip())


def size(n_bytes: float) -> str:
    """Bytes in words: 1536 -> '1.5 KiB'."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if n_bytes < 1024:
            return f"{n_bytes:.0f} {unit}" if unit == "B" else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1024
    return f"{n_bytes:.1f} TiB"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
