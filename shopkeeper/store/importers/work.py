"""One import under way: the file read once, checked, and written as Parquet beside the shop; the shop itself is not touched."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopkeeper.core import schema
from shopkeeper.core.progress import Progress
from shopkeeper.store.arrow_types import DUCKDB
from shopkeeper.store.importers.entities import entity_sql, merged_sql
from shopkeeper.store.importers.facts import GOOD, fact_sql, taken_back_sql
from shopkeeper.store.importers.ids import all_different, known, parquet
from shopkeeper.store.importers.personal import MASK
from shopkeeper.store.importers.reading.relation import literal, quoted
from shopkeeper.store.importers.recognition import RETURNED_AT, Use
from shopkeeper.store.importers.report import TableCount
from shopkeeper.store.importers.session import Session
from shopkeeper.store.importers.staging import Reading, broken_lines_sql, placed, rejected_sql

if TYPE_CHECKING:
    from shopkeeper.store.store import Store

# Level 1, and dictionaries only for columns of few words (kinds of event, countries): a seventh more bytes than the defaults
# in a quarter less time. A dictionary of ids is begun, grows, and is given up in every row group.
ZSTD = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4000, ROW_GROUP_SIZE 122880"
GROUPS_A_FILE = 12  # 1.5 million rows a segment
READ_UNTIL, WRITE_UNTIL = 0.7, 0.9
FOREVER = 2**62  # later than any moment
CLOCK = ("events", "orders", "order_lines")  # whose newest moment is the shop's own today
STRAY_DAYS, FEW_STRAYS = 30, 5


@dataclass
class Outcome:
    """What an import is about to change: segments by table, entities by table, and the account of the file's rows.

    ``stand_ins`` are the facts that only stand in for rows to come: orders that are made from their lines.
    """

    files: dict[str, list[Path]] = field(default_factory=dict)
    entities: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, TableCount] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    n_rows: int = 0
    stand_ins: tuple[str, ...] = ()


class Work:
    """Reads one file into segments in a folder of its own."""

    def __init__(self, store: Store, session: Session, reading: Reading, folder: Path, progress: Progress) -> None:
        self.store = store
        self.session = session
        self.reading = reading
        self.recognition = reading.recognition
        self.folder = folder
        self.now = f"TIMESTAMP '{datetime.now(UTC).replace(tzinfo=None).isoformat(sep=' ')}'"
        self.mark = secrets.token_hex(8)
        self.progress = progress
        self.outcome = Outcome(stand_ins=("orders",) if reading.recognition.primary == "order_lines" else ())

    def run(self) -> Outcome:
        """What the import would change. Raises `ImportProblem`, `DiskFull`, `Cancelled`."""
        if not (self._is_plain() and self._straight()):
            self._staged()
        self.progress.step(WRITE_UNTIL, "counting the rows")
        self._note_strays()
        return self.outcome

    def _note_strays(self) -> None:
        """Note a handful of rows that lie far after all others: they move the shop's own today, and what counts back from it."""
        files = self.outcome.files.get(self.recognition.primary)
        if not files or self.recognition.primary not in CLOCK:
            return
        n_rows = int(self.session.one(f"SELECT count(*) FROM {parquet(files)}")[0])
        most = max(n_rows // 10_000, min(FEW_STRAYS, n_rows // 1000))
        newest = self.session.rows(f'SELECT "at" FROM {parquet(files)} ORDER BY "at" DESC LIMIT {most + 1}') if most else []
        moments = [row[0] for row in newest]
        gaps = [(later - earlier).days for later, earlier in pairwise(moments)]
        n_strays = max((place + 1 for place, days in enumerate(gaps) if days > STRAY_DAYS), default=0)
        if n_strays:
            self.outcome.notes.append(
                f"{n_strays:,} of {n_rows:,} rows lie {gaps[n_strays - 1]:,} days and more after all others, "
                f"from {moments[n_strays - 1]:%Y-%m-%d} to {moments[0]:%Y-%m-%d}: "
                "the shop's today is the newest of them, and the last weeks and months are counted back from there"
            )

    def _is_plain(self) -> bool:
        """True when the file's rows are one fact's rows, with their ids: such a file becomes segments in one pass."""
        found = self.recognition
        declared = schema.table(found.primary)
        has_id = f"{declared.name}.{declared.id}" in found.uses
        alone = len(found.tables) == 1 and found.preset is None and not self.reading.has_breaks
        return declared.kind == "fact" and alone and has_id

    # -- one pass over the file

    def _straight(self) -> bool:
        """Read and write in parallel; False when ids repeat within the file, which needs the other way."""
        table = schema.table(self.recognition.primary)
        shown = ", ".join(
            f"{quoted(f'{table.name}.{column.name}')} AS {quoted(column.name)}"
            if f"{table.name}.{column.name}" in self.recognition.uses
            else f"{self.now if column.name == table.moment else f'NULL::{DUCKDB[column.type]}'} AS {quoted(column.name)}"
            for column in table.columns
        )
        self._forget_broken_lines()
        query = f"SELECT {shown} FROM ({self.reading.judged(numbered=False)}) WHERE _verdict IS NULL"
        with self.session.counting(self.folder) as counted:
            files, n_good = self._write(query, 0.1, READ_UNTIL, f"reading {self.session.path.name}")
        if not all_different(self.session, files, table.id):
            shutil.rmtree(files[0].parent)
            return False
        n_read = counted[0] if counted and counted[0] is not None else self._count()
        n_broken = self._broken_lines()
        self.outcome.n_rows = n_read + n_broken
        if n_read > n_good or n_broken:
            bad = self.folder / "bad.parquet"
            with self.session.in_order():
                query = self.reading.staged(keep_rejects=False, only_bad=True)
                self.session.work(
                    f"COPY ({query}) TO {literal(str(bad))} ({ZSTD})", READ_UNTIL, WRITE_UNTIL, "collecting rejected rows"
                )
            self._reject([bad], None)
        self._keep_new(table.name, files, n_good)
        return True

    def _count(self) -> int:
        return int(self.session.one(f"SELECT count(*) FROM ({self.reading.rows.sql(numbered=False, keep_rejects=False)})")[0])

    # -- over a staging file

    def _staged(self) -> None:
        """Read the file once into a staging file and make every table from that."""
        staging = self.folder / "staging.parquet"
        self._forget_broken_lines()
        with self.session.in_order():
            query = f"COPY ({self.reading.staged()}) TO {literal(str(staging))} ({ZSTD})"
            n_read = self.session.work(query, 0.1, READ_UNTIL, f"reading {self.session.path.name}")
        n_broken = self._broken_lines()
        self.outcome.n_rows = n_read + n_broken
        bad = [staging]
        for name in self.recognition.tables:
            if schema.table(name).kind == "fact":
                bad += self._fact(name, staging)
            else:
                self._entity(name, staging)
        aside = f"SELECT _aside, count(*) FROM {parquet(staging)} WHERE _aside IS NOT NULL GROUP BY 1 ORDER BY 2 DESC"
        for mark, n_rows in self.session.rows(aside):
            kind, _, what = mark.partition(":")
            (self.outcome.kept if kind == "order" else self.outcome.ignored)[what] = n_rows
        self._reject(bad, staging)

    def _fact(self, name: str, staging: Path) -> list[Path]:
        """Write one fact; returns the file of the rows whose id the file had before, if there are any."""
        table = schema.table(name)
        files, n_rows = self._write(
            fact_sql(name, self.recognition, staging, self.now), READ_UNTIL, WRITE_UNTIL, f"writing {name}"
        )
        again: list[Path] = []
        if not all_different(self.session, files, table.id):
            later = f"FROM {parquet(files)} QUALIFY row_number() OVER (PARTITION BY {table.id} ORDER BY _row)"
            if name == self.recognition.primary:
                again = [self._repeated(table.id, f"SELECT _row {later} > 1", staging)]
            files, n_rows = self._write(f"SELECT * {later} = 1", WRITE_UNTIL, WRITE_UNTIL, f"writing {name}")
        self._keep_new(name, files, n_rows, numbered=True)
        if f"{name}.{RETURNED_AT}" in self.recognition.uses and files:
            back, n_back = self._write(taken_back_sql(files, staging), WRITE_UNTIL, WRITE_UNTIL, "writing returns")
            self._keep_new(name, back, n_back, numbered=True, count=False)
        return again

    def _repeated(self, key: str, rows: str, staging: Path) -> Path:
        """A file, like the staging file, of the rows whose id came before."""
        target = self.folder / "repeated.parquet"
        pairs = ", ".join(f"{literal(goal)}, {self._shown(goal, use)}" for goal, use in self.recognition.uses.items())
        rule = literal(f"duplicate: '{key}' was there before in this file; the first row was kept")
        shown = f"_row, _line, {rule} AS _rule, CAST(json_object({pairs}) AS VARCHAR) AS _raw"
        self.session.rows(
            f"COPY (SELECT {shown} FROM {parquet(staging)} WHERE _row IN ({rows})) TO {literal(str(target))} ({ZSTD})"
        )
        return target

    def _shown(self, target: str, use: Use) -> str:
        """A value of ours for people's eyes, masked where it may name somebody."""
        is_personal = use.pseudonym or bool(set(use.columns) & self.recognition.personal)
        return literal(MASK) if is_personal else f"CAST({quoted(target)} AS VARCHAR)"

    def _entity(self, name: str, staging: Path) -> None:
        found = self.session.table(entity_sql(name, self.recognition, staging))
        if self.store.count(name) and found.num_rows:
            table, seq = schema.table(name), self.store.snapshot().positions()[name]
            self.session.connection.register("found_rows", found)
            self.session.connection.register("present_rows", self.store.read_entity(table, seq, FOREVER))
            merged = merged_sql(name, found.column_names, made=f"{name}.created_at" not in self.recognition.uses)
            found = self.session.table(merged)
        self.outcome.entities[name] = found
        if name == self.recognition.primary:
            n_good = int(self.session.one(f"SELECT count(*) FROM {parquet(staging)} WHERE {GOOD}")[0])
            self.outcome.kept[name] = found.num_rows
            if n_good > found.num_rows:
                self.outcome.ignored[f"earlier rows of the same {schema.table(name).id}"] = n_good - found.num_rows

    # -- segments and the account

    def _write(self, query: str, low: float, high: float, doing: str) -> tuple[list[Path], int]:
        """(Parquet files of 1.5 million rows each, how many rows)."""
        target = self.folder / f"written-{secrets.token_hex(4)}"
        copy = f"COPY ({query}) TO {literal(str(target))} ({ZSTD}, ROW_GROUPS_PER_FILE {GROUPS_A_FILE})"
        n_rows = self.session.work(copy, low, high, doing)
        return (sorted(target.glob("*.parquet")) if n_rows else []), n_rows

    def _keep_new(self, name: str, files: list[Path], n_rows: int, *, numbered: bool = False, count: bool = True) -> None:
        """Keep the rows whose ids the shop does not have. ``numbered`` files have a column ``_row`` too many."""
        table = schema.table(name)
        there = known(self.store, table, stands_in=name in self.outcome.stand_ins) if n_rows else None
        n_new = n_rows
        if there is not None or (numbered and n_rows):
            query = f"SELECT * {'EXCLUDE (_row)' if numbered else ''} FROM {parquet(files)}"
            if there is not None:
                self.session.connection.register("known_ids", there)
                query += f" ANTI JOIN known_ids ON {table.id} = known_ids.id"
            files, n_new = self._write(query, WRITE_UNTIL, WRITE_UNTIL, f"writing {name}")
            if there is not None:
                self.session.connection.unregister("known_ids")
        before = self.outcome.tables.get(name, TableCount())
        self.outcome.tables[name] = TableCount(before.n_new + n_new, before.n_known + n_rows - n_new)
        if n_new:
            self.outcome.files.setdefault(name, []).extend(files)
        if count and name == self.recognition.primary:
            self._account(name, files if n_new else [], n_new, n_rows - n_new)

    def _account(self, name: str, files: Sequence[Path], n_new: int, n_known: int) -> None:
        kept = self.outcome.kept
        n_back = 0
        if name == "order_lines" and files:
            n_back = int(self.session.one(f"SELECT count(*) FROM {parquet(files)} WHERE quantity < 0")[0])
        kept[name] = n_new - n_back
        if n_back:
            kept[f"{name}, returns"] = n_back
        if n_known:
            kept["already in the shop"] = n_known

    # -- what was refused

    def _forget_broken_lines(self) -> None:
        for name in ("reject_errors", "reject_scans"):
            self.session.rows(f"DROP TABLE IF EXISTS {name}")

    def _broken_lines(self) -> int:
        """How many lines DuckDB could not read as rows; they are then in the table broken_lines."""
        there = bool(self.session.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'"))
        names = [column.name for column in self.reading.rows.columns]
        nothing = "SELECT 1::BIGINT AS line, '' AS rule, '' AS message, '' AS text WHERE false"
        self.session.rows(f"CREATE OR REPLACE TEMP TABLE broken_lines AS {broken_lines_sql(names) if there else nothing}")
        # a record stands behind the n-th broken one when it is at least that one's number, less n - 1, among the good ones
        self.session.rows(
            "CREATE OR REPLACE TEMP TABLE skipped_lines AS SELECT before, max(n) AS n FROM "
            "(SELECT line - n + 1 AS before, n FROM (SELECT line, row_number() OVER (ORDER BY line) AS n FROM broken_lines)) "
            "GROUP BY before"
        )
        return int(self.session.one("SELECT count(*) FROM broken_lines")[0])

    def _line_breaks(self, staging: Path | None) -> None:
        """Make the table line_breaks: after which records of the file how many line ends stood within cells."""
        rows = (
            f"SELECT _line, _breaks FROM {parquet(staging)} WHERE _breaks > 0"
            if staging
            else "SELECT 1 AS _line, 0 AS _breaks WHERE false"
        )
        self.session.rows(
            "CREATE OR REPLACE TEMP TABLE line_breaks AS "
            f"SELECT _at AS after, sum(_breaks) OVER (ORDER BY _at) AS n FROM ({placed(rows)})"
        )

    def _reject(self, bad: Sequence[Path], staging: Path | None) -> None:
        """Write the rejected rows as segments of `rejected`, and count them by rule."""
        self._line_breaks(staging)
        rows = " UNION ALL ".join(f"SELECT _row, _line, _rule, _raw FROM {parquet(path)} WHERE _rule IS NOT NULL" for path in bad)
        rows = rows or "SELECT 1 AS _row, 1 AS _line, '' AS _rule, '' AS _raw WHERE false"
        source, table = self.session.path.name, self.recognition.primary
        query = rejected_sql(self.reading, rows, source=source, mark=self.mark, table=table, now=self.now)
        files, n_rows = self._write(query, WRITE_UNTIL, WRITE_UNTIL, "writing rejected rows")
        if n_rows:
            self.outcome.files["rejected"] = files
            counts = self.session.rows(f"SELECT rule, count(*) FROM {parquet(files)} GROUP BY rule ORDER BY 2 DESC, 1")
            self.outcome.rejected.update(counts)
            self.outcome.tables["rejected"] = TableCount(n_rows, 0)
