"""A file brought into the shop, or only looked at.

Facts enter the manifest in one transaction with the record of the import; until then nothing in the shop has changed, so
that a cancelled or failed import leaves no trace.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopkeeper.core.errors import ImportProblem
from shopkeeper.core.progress import Part, Progress, Silent
from shopkeeper.store.importers.ids import parquet
from shopkeeper.store.importers.inspecting import recognize
from shopkeeper.store.importers.presets.preset import preset_named, recognized_preset
from shopkeeper.store.importers.reading.files import Opened, explained, open_file, prepare
from shopkeeper.store.importers.reading.relation import read_rows
from shopkeeper.store.importers.recognition import OF_ORDER, Recognition, no_orders
from shopkeeper.store.importers.report import ImportReport, TableCount
from shopkeeper.store.importers.session import Session
from shopkeeper.store.importers.staging import KNOWN_ORDERS, UNKNOWN_ORDER, Reading
from shopkeeper.store.importers.values.expressions import compiled, with_notes
from shopkeeper.store.importers.work import Outcome, Work

if TYPE_CHECKING:
    from shopkeeper.store.store import Store

SILENT = Silent()
FOREVER = datetime(9999, 12, 31, tzinfo=UTC)  # orders with a moment to come count, too


@dataclass(frozen=True)
class Choices:
    """What somebody said about a file: part of what makes two imports the same."""

    preset: str | None = None
    table: str | None = None
    map: Mapping[str, str] | None = None
    delimiter: str | None = None
    encoding: str | None = None
    header: bool | None = None


def inspect(
    path: Path,
    *,
    preset: str | None = None,
    table: str | None = None,
    map: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    time_zone: str = "UTC",
    currency: str = "",
) -> Recognition:
    """What an import of this file would understand; writes nothing.

    Raises `ImportProblem` for a file that cannot be read; what is missing is in `Recognition.missing`.
    """
    choices = Choices(preset, table, map, delimiter, encoding, header)
    with (
        tempfile.TemporaryDirectory(prefix="shopkeeper-") as folder,
        _understood(Path(path), choices, Path(folder), time_zone, currency, b"", SILENT) as (_, reading),
    ):
        return reading.recognition


def import_file(
    store: Store,
    path: Path,
    *,
    preset: str | None = None,
    table: str | None = None,
    map: Mapping[str, str] | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    time_zone: str = "UTC",
    currency: str = "",
    pseudonym_key: bytes = b"",
    progress: Progress = SILENT,
    dry_run: bool = False,
) -> ImportReport:
    """The report of bringing a file into the shop; with ``dry_run`` everything but the last step is done.

    ``map`` is {the file's column: table.column}; a quoted word instead of a column is a constant; ``column@d/m/y``,
    ``@m/d/y`` or ``@%d.%m.%y`` says how a moment is written. Moments without a zone are in ``time_zone``, amounts in
    ``currency``. Raises `ImportProblem`, `DiskFull`, `Cancelled`; then nothing has changed.
    """
    began, path = time.monotonic(), Path(path)
    choices = Choices(preset, table, map, delimiter, encoding, header)
    with (
        _workplace(store) as folder,
        _understood(path, choices, folder, time_zone, currency, pseudonym_key, progress) as (session, reading),
    ):
        orders_seq = _check(store, session, reading.recognition)
        digest = Digest(path, choices, time_zone)
        if _maybe_known(store, path) and _is_done(store, digest, orders_seq):
            return ImportReport(path.name, digest.result(), reading.recognition, already_imported=True)
        outcome = Work(store, session, reading, folder, progress).run()
        if _is_done(store, digest, orders_seq):
            return ImportReport(path.name, digest.result(), reading.recognition, already_imported=True)
        _all_rejected(session, reading.recognition, outcome)
        told = digest.until(orders_seq) if UNKNOWN_ORDER in outcome.rejected else digest.result()
        if not dry_run:
            _commit(store, path, outcome, told, reading.recognition, began, progress)
        return _report(path, told, reading.recognition, outcome, time.monotonic() - began, dry_run=dry_run)


@contextmanager
def _workplace(store: Store) -> Iterator[Path]:
    """A folder in the shop for files under way; it is gone afterwards, whatever happens."""
    folder = store.folder.incoming("rejected")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _understood(
    path: Path, choices: Choices, folder: Path, time_zone: str, currency: str, key: bytes, progress: Progress
) -> Iterator[tuple[Session, Reading]]:
    """A session with the file, understood as far as it can be."""
    opened = open_file(path, delimiter=choices.delimiter, encoding=choices.encoding, header=choices.header)
    opened = prepare(opened, folder, Part(progress, 0.0, 0.1))
    session = Session(path, folder / "spill", time_zone, key, progress)
    try:
        yield session, _read(session, opened, choices, currency)
    finally:
        session.close()


def _read(session: Session, opened: Opened, choices: Choices, currency: str) -> Reading:
    rows = read_rows(session.connection, opened)
    preset = preset_named(choices.preset) if choices.preset else None
    if preset is None and choices.table is None:
        preset = recognized_preset([column.name for column in rows.columns])
    if preset is not None and preset.explode and opened.format != "csv":
        rows = read_rows(session.connection, opened, preset.explode)
    recognition = recognize(rows, preset=preset, table=choices.table, map=choices.map)
    if recognition.problem() is not None:
        return Reading(rows, recognition, {})
    rows, expressions = compiled(session, rows, recognition)
    return Reading(rows, with_notes(recognition, expressions, currency), expressions)


class Digest:
    """SHA-256 of a file and of what was said about it, computed in a thread of its own while the file is read."""

    def __init__(self, path: Path, choices: Choices, time_zone: str) -> None:
        said = [
            choices.preset,
            choices.table,
            dict(choices.map or {}),
            choices.delimiter,
            choices.encoding,
            choices.header,
            time_zone,
        ]
        self._said = json.dumps(said, sort_keys=True)
        self._path = path
        self._found: str | OSError = ""
        self._thread = threading.Thread(target=self._compute, name="digest", daemon=True)
        self._thread.start()

    def _compute(self) -> None:
        try:
            with self._path.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256")
        except OSError as error:
            self._found = error
            return
        digest.update(self._said.encode())
        self._found = digest.hexdigest()

    def result(self) -> str:
        """The digest; waits for it."""
        self._thread.join()
        if isinstance(self._found, OSError):
            with explained(self._path):
                raise self._found
        return self._found

    def until(self, orders_seq: int) -> str:
        """What stands for the file as long as no order comes to the shop: some of its lines wait for theirs."""
        return f"{self.result()}-{orders_seq}"


def _is_done(store: Store, digest: Digest, orders_seq: int) -> bool:
    """True when this file was imported, and no order has come since for which lines of it wait."""
    return any(store.imports.find(one) is not None for one in (digest.result(), digest.until(orders_seq)))


def _maybe_known(store: Store, path: Path) -> bool:
    """True when a file of this size was imported before: only then is it worth waiting for the digest first."""
    size = path.stat().st_size
    return bool(
        store.connect().execute("SELECT 1 FROM imports WHERE json_extract(report, '$.n_bytes') = ? LIMIT 1", (size,)).fetchone()
    )


def _check(store: Store, session: Session, recognition: Recognition) -> int:
    """Raise `ImportProblem` when something is missing, or lines need orders and the shop has none.

    Where lines take something from the shop's orders, the session is shown these: also those not sealed yet, and those made
    from other lines. Returns how far the orders had come then, 0 where nobody asks for them.
    """
    problem = recognition.problem()
    if problem is not None:
        raise problem
    if not recognition.asks_orders:
        return 0
    with store.view(as_of=FOREVER) as view:
        orders = view.table("orders", ("order_id", "at", "customer_id"))
        orders_seq = view.snapshot.positions().get("orders", 0)
    if recognition.needs_orders and not orders.num_rows:
        raise no_orders(recognition)
    session.connection.register(KNOWN_ORDERS, orders.rename_columns(["known_order_id", *OF_ORDER.values()]))
    return orders_seq


def _all_rejected(session: Session, recognition: Recognition, outcome: Outcome) -> None:
    """Raise `ImportProblem` when not one row could be taken: then it was understood wrongly, and nothing is written."""
    n_rejected = sum(outcome.rejected.values())
    if not n_rejected or n_rejected < outcome.n_rows:
        return
    found = ", ".join(f"{n:,} × {rule}" for rule, n in outcome.rejected.items())
    first = session.rows(f"SELECT message, raw FROM {parquet(outcome.files['rejected'])} ORDER BY line LIMIT 1")[0]
    rule = next(iter(outcome.rejected))
    correct = "look with --dry-run at how the columns are understood, and correct them with --map COLUMN=TABLE.COLUMN"
    raise ImportProblem(
        f"Not one of the {outcome.n_rows:,} rows of {session.path.name} can be taken as {recognition.primary}.",
        got=f"{found}; the first: {first[0]}, row {str(first[1])[:300]}",
        wanted="rows that keep the schema's rules",
        next=f"import the orders of these lines first, then this file again; or {correct}" if rule == UNKNOWN_ORDER else correct,
        rule=rule,
    )


def _commit(
    store: Store, path: Path, outcome: Outcome, digest: str, recognition: Recognition, began: float, progress: Progress
) -> None:
    """Change the shop: entities first, which may be written twice without harm, then facts and the record at once."""
    progress.step(0.95, "entering it into the shop")
    for name, rows in outcome.entities.items():
        done = store.upsert_arrow(name, rows, source=path.name)
        outcome.tables[name] = TableCount(done.n_new, done.n_known, done.n_changed)
    report = _report(path, digest, recognition, outcome, time.monotonic() - began, dry_run=False).as_dict()
    for name in outcome.files:
        store.folder.facts(name).mkdir(parents=True, exist_ok=True)
    report["n_bytes"] = path.stat().st_size
    store.imports.add(outcome.files, source=path.name, digest=digest, report=report, stand_ins=outcome.stand_ins)


def _report(
    path: Path, digest: str, recognition: Recognition, outcome: Outcome, seconds: float, *, dry_run: bool
) -> ImportReport:
    tables: dict[str, Any] = dict(outcome.tables)
    for name, rows in outcome.entities.items():
        tables.setdefault(name, TableCount(rows.num_rows, 0))
    return ImportReport(
        path.name,
        digest,
        recognition,
        outcome.n_rows,
        tables,
        outcome.kept,
        outcome.rejected,
        outcome.ignored,
        tuple(outcome.notes),
        seconds,
        dry_run=dry_run,
    )
