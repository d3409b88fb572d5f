"""A file as rows: the SQL by which DuckDB reads it, the columns it has and a sample of their values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shopkeeper.core.errors import ImportProblem
from shopkeeper.store.importers.reading.files import Opened, explained
from shopkeeper.store.importers.reading.layout import unique_names

if TYPE_CHECKING:
    import duckdb

SAMPLE_ROWS = 20_000
JSON_SAMPLE_ROWS = 2_000
LONGEST_LINE_BYTES = 8 << 20
REJECTS = "store_rejects=true, rejects_limit=0"
NO_DELIMITER = "\x02"  # cannot stand in JSON text


@dataclass(frozen=True)
class SourceColumn:
    """A column of the file: its ``name`` there, its ``key`` in our SQL (c0, c1, …), DuckDB ``type`` and a sample of values.

    ``empty_is_null`` where the reader gives NULL for an empty cell.
    """

    name: str
    key: str
    type: str
    sample: tuple[Any, ...] = ()
    empty_is_null: bool = False


@dataclass(frozen=True)
class Rows:
    """The file as a relation with the columns ``c0…``, ``_row`` (from 1, in the file's order) and ``_broken`` (JSON only)."""

    opened: Opened
    columns: tuple[SourceColumn, ...]
    explode: str = ""
    nested: bool = False

    def sql(self, *, numbered: bool, keep_rejects: bool = True) -> str:
        """SELECT of the rows. ``numbered`` adds ``_row``; without it the file is read in parallel in any order.

        ``keep_rejects`` enters lines that are no rows into DuckDB's table reject_errors; without it they are skipped.
        """
        if self.opened.format == "parquet" and not self.nested:
            keys = ", ".join(f"{quoted(column.name)} AS {column.key}" for column in self.columns)
            number = ", file_row_number + 1 AS _row" if numbered else ""
            numbers = ", file_row_number = true" if numbered else ""
            source = f"read_parquet({literal(str(self.opened.readable))}{numbers})"
            return f"SELECT {keys}{number}, NULL::VARCHAR AS _broken FROM {source}"
        if self.opened.format == "csv":
            keys = ", ".join(column.key for column in self.columns)
            number = ", row_number() OVER () AS _row" if numbered else ""
            reader = csv_reader(self.opened, self.columns, keep_rejects=keep_rejects)
            return f"SELECT {keys}{number}, NULL::VARCHAR AS _broken FROM {reader}"
        return self._json_sql(numbered, keep_rejects)

    def typed(self, types: Mapping[str, str]) -> Rows:
        """The same rows with some columns (by key) read as numbers or moments at once, which is faster than by way of text."""
        columns = tuple(replace(column, type=types.get(column.key, column.type)) for column in self.columns)
        return replace(self, columns=columns)

    def _json_sql(self, numbered: bool, keep_rejects: bool) -> str:
        number = ", row_number() OVER () AS _row" if numbered else ""
        inner = f"SELECT line{number} FROM {_lines(self.opened, keep_rejects=keep_rejects)}"
        inner = f"SELECT *, CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN line END AS body FROM ({inner})"
        paths = ", ".join(literal(json_path(c.name)) for c in self.columns if not c.name.startswith(f"{self.explode}[]."))
        cells = f"json_extract_string(body, [{paths}]) AS cells"
        keep = "_row, " if numbered else ""
        if self.explode:
            items = (
                f"unnest(CASE WHEN json_array_length(body, {literal(json_path(self.explode))}) > 0 "
                f"THEN json_extract(body, {literal(json_path(self.explode) + '[*]')}) ELSE [NULL] END) AS item"
            )
            inner = f"SELECT *, {items} FROM ({inner})"
            inner_paths = ", ".join(literal(json_path(name)) for name in self._item_names())
            cells += f", json_extract_string(item, [{inner_paths}]::VARCHAR[]) AS item_cells"
        plain = item = 0
        keys = []
        for column in self.columns:
            if self.explode and column.name.startswith(f"{self.explode}[]."):
                item += 1
                keys.append(f"item_cells[{item}] AS {column.key}")
            else:
                plain += 1
                keys.append(f"cells[{plain}] AS {column.key}")
        broken = "CASE WHEN body IS NULL THEN coalesce(line, '') END AS _broken"
        return f"SELECT {', '.join(keys)}, {keep}{broken} FROM (SELECT *, {cells} FROM ({inner}))"

    def _item_names(self) -> list[str]:
        start = f"{self.explode}[]."
        return [column.name.removeprefix(start) for column in self.columns if column.name.startswith(start)]


def csv_reader(opened: Opened, read: Sequence[SourceColumn], *, keep_rejects: bool) -> str:
    """The read_csv call. A value that is not of its column's type makes its line no row."""
    layout = opened.layout
    if layout is None:
        raise ImportProblem("A text file without a layout.", got=opened.format, wanted="delimited text", next="open it again")
    columns = ", ".join(f"'{column.key}': '{column.type}'" for column in read)
    options = [
        literal(str(opened.readable)),
        "auto_detect=false",
        f"header={'true' if layout.header else 'false'}",
        f"delim={literal(layout.delimiter)}",
        f"quote={literal(layout.quote)}",
        f"escape={literal(layout.escape)}",
        f"columns={{{columns}}}",
        REJECTS if keep_rejects else "ignore_errors=true",
        f"max_line_size={LONGEST_LINE_BYTES}",
        f"compression='{opened.compression or 'none'}'",
    ]
    return f"read_csv({', '.join(options)})"


def _lines(opened: Opened, *, keep_rejects: bool) -> str:
    """A relation with the one column ``line``: each JSON object as text."""
    path = literal(str(opened.readable))
    packed = f"compression='{opened.compression or 'none'}'"
    if opened.format == "json":
        return f"(SELECT json::VARCHAR AS line FROM read_json_objects({path}, format='array', {packed}))"
    if opened.format == "parquet":
        return f"(SELECT to_json(whole)::VARCHAR AS line FROM read_parquet({path}) AS whole)"
    reader = (
        f"read_csv({path}, auto_detect=false, header=false, delim={literal(NO_DELIMITER)}, quote='', escape='', "
        f"columns={{'line': 'VARCHAR'}}, max_line_size={LONGEST_LINE_BYTES}, "
        f"{REJECTS if keep_rejects else 'ignore_errors=true'}, {packed})"
    )
    return f"(SELECT line FROM {reader} WHERE line IS NOT NULL)"


def read_rows(connection: duckdb.DuckDBPyConnection, opened: Opened, explode: str = "") -> Rows:
    """The file's rows with their columns and a sample of values. `ImportProblem` when nothing can be read."""
    with explained(opened.path):
        if opened.format == "parquet":
            described = connection.sql(f"DESCRIBE FROM read_parquet({literal(str(opened.readable))})").fetchall()
            nested = any(kind.endswith("]") or kind.startswith(("STRUCT", "MAP")) for _, kind, *_ in described)
            if not nested:
                columns = [SourceColumn(name, f"c{n}", kind) for n, (name, kind, *_) in enumerate(described)]
                return _sampled(connection, Rows(opened, tuple(columns)))
            return _sampled(connection, _json_rows(connection, opened, explode))
        if opened.format == "csv":
            names = opened.layout.names if opened.layout else ()
            return _sampled(connection, Rows(opened, tuple(SourceColumn(n, f"c{i}", "VARCHAR") for i, n in enumerate(names))))
        return _sampled(connection, _json_rows(connection, opened, explode))


def _json_rows(connection: duckdb.DuckDBPyConnection, opened: Opened, explode: str) -> Rows:
    names: dict[str, None] = {}
    for (line,) in connection.sql(f"FROM {_lines(opened, keep_rejects=False)} LIMIT {JSON_SAMPLE_ROWS}").fetchall():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            names.update(dict.fromkeys(_paths(found, explode)))
    if not names:
        raise ImportProblem(
            f"{opened.path.name} has no JSON object in its first lines.",
            got=f"{opened.format} without names",
            wanted="one JSON object a line, or a JSON array of objects",
            next="export it again as JSON lines or CSV",
        )
    unique = unique_names(list(names))
    kept = [name for name in names if name in unique]
    return Rows(opened, tuple(SourceColumn(n, f"c{i}", "VARCHAR") for i, n in enumerate(kept)), explode, nested=True)


def _paths(found: dict[str, Any], explode: str, start: str = "") -> list[str]:
    """The dotted names of a JSON object's values; lists stay whole, but the exploded one's elements are looked into."""
    names: list[str] = []
    for key, value in found.items():
        name = f"{start}{key}"
        if isinstance(value, dict) and value:
            names += _paths(value, "", f"{name}.")
        elif explode and name == explode and isinstance(value, list):
            inner = [path for element in value if isinstance(element, dict) for path in _paths(element, "")]
            names += [f"{explode}[].{path}" for path in dict.fromkeys(inner)]
        else:
            names.append(name)
    return names


def _sampled(connection: duckdb.DuckDBPyConnection, rows: Rows) -> Rows:
    """The rows with a sample of each column's filled values, as text."""
    shown = ", ".join(f"CAST({column.key} AS VARCHAR)" for column in rows.columns)
    cells = connection.sql(
        f"SELECT {shown} FROM ({rows.sql(numbered=False, keep_rejects=False)}) LIMIT {SAMPLE_ROWS}"
    ).fetchnumpy()
    columns = []
    for column, values in zip(rows.columns, cells.values(), strict=True):
        filled = tuple(value for value in values if isinstance(value, str) and value.strip())
        columns.append(replace(column, sample=filled, empty_is_null=rows.opened.format == "csv"))
    return Rows(rows.opened, tuple(columns), rows.explode, rows.nested)


def json_path(name: str) -> str:
    """The JSON path of a dotted name: a.b -> $."a"."b"."""
    return "$" + "".join('."' + part.replace('"', '\\"') + '"' for part in name.split("."))


def literal(text: str) -> str:
    """``text`` as a SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """``name`` as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
