"""DuckDB over a shop's files: in memory, built-in functions only, and blind to everything outside the shop's folder."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

from shopkeeper.core.errors import Cancelled, DiskFull, QueryError, ShopkeeperError, StoreDamaged
from shopkeeper.store.folder import Folder
from shopkeeper.store.settings import StoreSettings


def engine(folder: Folder, settings: StoreSettings) -> duckdb.DuckDBPyConnection:
    """One in-memory database for all views of a store; each view takes its own cursor of it."""
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
        "temp_directory": str(folder.temporary),
        "memory_limit": f"{int(_memory_bytes() * settings.query_memory_share / 1e6)}MB",
        "threads": settings.query_threads or os.cpu_count() or 1,
    }
    connection = duckdb.connect(":memory:", config=config)
    allowed = ", ".join(_text(f"{folder.root}/{name}/") for name in ("facts", "results", "tmp"))
    connection.execute(f"SET allowed_directories = [{allowed}]")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 4_000_000_000


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def files(paths: list[str]) -> str:
    """A list of files as DuckDB reads it."""
    return "[" + ", ".join(_text(path) for path in paths) + "]"


_PARAMETER = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w+|\?)""")


def tables_of(connection: duckdb.DuckDBPyConnection, query: str, known: Container[str]) -> set[str]:
    """The names of the tables that a checked query reads; ``connection`` is any of the engine's.

    Where DuckDB would have to know the columns to tell (``JOIN … USING``, ``COLUMNS(…)``): every word that names a table.
    """
    bare = _PARAMETER.sub(lambda match: "NULL" if match[1] else match[0], query)
    try:
        # A cursor of its own knows no views yet, and so does not try to look behind their names.
        with connection.cursor() as blank:
            return set(blank.get_table_names(bare))
    except duckdb.BinderException:
        return {word for word in re.findall(r"\w+", bare.lower()) if word in known}
    except duckdb.Error as error:
        raise explain(error, query) from error


# A bare `at` outside texts, quoted names and comments, unless it begins AT TIME ZONE.
_BARE_AT = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|(?<![\w$.])(at)(?![\w$])(?!\s+time\s+zone)""", re.I | re.S
)


def with_at_quoted(query: str) -> str:
    """The query with each bare ``at`` in quotes: the column of every fact's moment is a reserved word of DuckDB 2."""
    return _BARE_AT.sub(lambda match: '"at"' if match[1] else match[0], query)


def checked(query: str) -> str:
    """The query as DuckDB takes it; `QueryError` unless it is exactly one SELECT."""
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.ParserException:
        query = with_at_quoted(query)
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise explain(error, query) from error
    kinds = [statement.type.name for statement in statements]
    if kinds not in (["SELECT"], ["EXPLAIN"]):
        raise QueryError(
            "This is not one query.",
            got=", ".join(kinds) or "nothing",
            wanted="exactly one SELECT: a view of a shop is read-only",
            next="write rows with `shopkeeper import` or Shop.append",
        )
    return query


def plain(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Parameters as DuckDB should bind them: moments as UTC without a zone, as all moments of the store are."""
    found = dict(parameters or {})
    for name, value in found.items():
        if isinstance(value, datetime) and value.tzinfo is not None:
            found[name] = value.astimezone(UTC).replace(tzinfo=None)
    return found


def explain(error: duckdb.Error, query: str) -> ShopkeeperError:
    """What DuckDB's error means."""
    message = str(error)
    if isinstance(error, duckdb.InterruptException):
        return Cancelled("The query was stopped.", got=f"{query:.200}", wanted="to finish", next="run it again")
    if "No space left on device" in message:
        return DiskFull(
            "A query found no room to spill.", got=message, wanted="room in the shop's tmp folder", next="make room on the disk"
        )
    if isinstance(error, duckdb.IOException):
        return StoreDamaged(
            "A file of the shop cannot be read.",
            got=message,
            wanted="every file that the manifest names",
            next="`shopkeeper doctor` names the damaged ones; restore them from a backup",
        )
    first, _, _ = message.partition("\n\n")
    return QueryError(
        "The query cannot be answered.", got=first, wanted="a query in DuckDB's SQL over the shop's tables", next=_hint(message)
    )


def _hint(message: str) -> str:
    if isinstance(message, str) and "does not exist" in message:
        return "`shopkeeper show` lists the tables, `shopkeeper show <table>` its columns"
    return "correct the query"
