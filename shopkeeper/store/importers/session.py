"""A DuckDB of its own for one import: limits, the shop's time zone, our macros, progress and cancellation."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from shopkeeper.core.errors import ImportProblem
from shopkeeper.core.progress import Progress
from shopkeeper.store.importers.personal import define_pseudonym
from shopkeeper.store.importers.reading.files import explained

MEMORY_SHARE, MOST_MEMORY_BYTES = 0.4, 4_000_000_000
WATCH_SECONDS = 0.2
VALUE_KINDS = ("string_value", "int_value", "double_value", "float_value")
PARAMETERS = json.dumps([{"key": "VARCHAR", "value": dict.fromkeys(VALUE_KINDS, "VARCHAR")}])
# the value of one parameter of a Google Analytics event
EVENT_PARAMETER = (
    f"CREATE TEMP MACRO event_parameter(list, name) AS (SELECT coalesce({', '.join(f'v.{kind}' for kind in VALUE_KINDS)}) "
    f"FROM (SELECT list_extract(list_filter(from_json(list, '{PARAMETERS}'), lambda p: p.key = name), 1).value AS v))"
)


def memory_bytes() -> int:
    """How much memory an import may take: two fifths of the machine's, at most 4 GB."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else MOST_MEMORY_BYTES
    return min(int(whole * MEMORY_SHARE), MOST_MEMORY_BYTES)


class Session:
    """Runs statements about one file. Errors of DuckDB come out as `ImportProblem` or `DiskFull`, without the statement."""

    def __init__(self, path: Path, temporary: Path, time_zone: str, key: bytes, progress: Progress) -> None:
        self.path = path
        self.time_zone = time_zone
        self._progress = progress
        self.connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "memory_limit": f"{memory_bytes() // 1_000_000}MB",
                "temp_directory": str(temporary),
                "preserve_insertion_order": "false",
                # a pushed-down filter on a verdict would compute every value twice
                "disabled_optimizers": "filter_pushdown",
            }
        )
        try:
            self.connection.execute("SET TimeZone = ?", [time_zone])
        except duckdb.Error:
            self.connection.close()
            raise ImportProblem(
                f"There is no time zone {time_zone!r}.",
                got=time_zone,
                wanted="a name such as Europe/Berlin or UTC",
                next="correct shop.toml",
            ) from None
        define_pseudonym(self.connection, key)
        self.connection.execute(EVENT_PARAMETER)

    def close(self) -> None:
        """Let go of memory and temporary files."""
        self.connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a small query."""
        with explained(self.path):
            return self.connection.execute(sql).fetchall()

    def one(self, sql: str) -> tuple[Any, ...]:
        """The only row of a query."""
        return self.rows(sql)[0]

    def table(self, sql: str) -> Any:
        """The result of a query as an Arrow table."""
        with explained(self.path):
            return self.connection.sql(sql).to_arrow_table()

    def arrays(self, sql: str) -> dict[str, Any]:
        """The result of a query as numpy arrays by column."""
        with explained(self.path):
            return dict(self.connection.sql(sql).fetchnumpy())

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Rows keep the file's order within (and are numbered by it); slower."""
        self.connection.execute("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            self.connection.execute("SET preserve_insertion_order = false")

    def work(self, sql: str, low: float, high: float, doing: str) -> int:
        """Run a long statement, telling its progress from ``low`` to ``high``; returns the number of rows it wrote.

        Raises `Cancelled` when the watcher says so; the statement is then interrupted.
        """
        outcome: list[Any] = []

        def run() -> None:
            try:
                outcome.append(self.connection.execute(sql).fetchall())
            except Exception as error:  # noqa: BLE001 - carried to the thread that waits, whatever it is
                outcome.append(error)

        worker = threading.Thread(target=run, name="import")
        self._progress.step(low, doing)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(WATCH_SECONDS)
                if worker.is_alive():
                    share = max(self.connection.query_progress(), 0.0) / 100
                    self._progress.step(low + (high - low) * min(share, 1.0), doing)
        except BaseException:
            self.connection.interrupt()
            worker.join()
            raise
        with explained(self.path):
            if isinstance(outcome[0], BaseException):
                raise outcome[0]
        rows = outcome[0]
        return int(rows[0][0]) if rows and isinstance(rows[0][0], int) else 0

    @contextmanager
    def counting(self, folder: Path) -> Iterator[list[int | None]]:
        """Counts the rows that the first scan of the statements within reads; the list then holds one number, or None.

        DuckDB's own profile knows it for nothing; reading the file again only to count would cost a fifth of the import.
        """
        found: list[int | None] = []
        target = folder / "profile.json"
        self.connection.execute("PRAGMA enable_profiling = 'json'")
        self.connection.execute(f"SET profiling_output = '{str(target).replace(chr(39), chr(39) * 2)}'")
        try:
            yield found
        finally:
            self.connection.execute("PRAGMA disable_profiling")
        found.append(_scanned(json.loads(target.read_text())) if target.exists() else None)
        target.unlink(missing_ok=True)


def _scanned(node: Any) -> int | None:
    """The number of rows that came out of the only table scan of a profile; None when the profile says nothing of it."""
    found: list[int | None] = []

    def visit(one: Any) -> None:
        if isinstance(one, list):
            for child in one:
                visit(child)
        elif isinstance(one, dict):
            if str(one.get("type") or one.get("operator_type") or "").strip() in ("TABLE_SCAN", "READ_CSV"):
                found.append(
                    next((one[k] for k in ("intermediate_rows", "operator_cardinality", "cardinality") if k in one), None)
                )
            visit(one.get("children", []))
            visit(one.get("operator", []))

    visit(node)
    return found[0] if len(found) == 1 else None
