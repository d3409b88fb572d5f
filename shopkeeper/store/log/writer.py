"""The writer: one thread a process that takes what all threads append, checks it, and commits it in groups."""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import ShopkeeperError
from shopkeeper.core.schema import FACTS, REJECTED
from shopkeeper.store.folder import Folder
from shopkeeper.store.log import database
from shopkeeper.store.log.batches import Batch, BatchCodec, hashes_of
from shopkeeper.store.log.known import KnownIds
from shopkeeper.store.log.locks import locked
from shopkeeper.store.log.rows import Checked, Rejection, Row, RowReader
from shopkeeper.store.log.segments import SegmentInfo, position
from shopkeeper.store.sealed.sidecars import Sidecars
from shopkeeper.store.settings import StoreSettings

# What a power cut may take the last second of; everything else is flushed to the disk before it is acknowledged.
NOT_FLUSHED = frozenset({"events", "impressions", "messages", "competitor_prices", "rejected"})


@dataclass(frozen=True)
class Appended:
    """What became of rows: how many are new, how many were there already, which were refused and why.

    ``n_changed`` of those that were there say something new; only entities can.
    """

    n_new: int
    n_known: int
    rejected: tuple[Rejection, ...] = ()
    n_changed: int = 0


@dataclass
class Request:
    """Rows that wait for their commit."""

    table: str
    rows: Sequence[Row]
    source: str
    future: Future[Appended] = field(default_factory=Future)


@dataclass
class _Group:
    """All waiting rows of one table, checked together."""

    table: Table
    requests: list[Request]
    checked: Checked
    hashes: npt.NDArray[np.uint64]
    known: npt.NDArray[np.bool_]


class Writer:
    """Takes requests from any thread; ``submit`` returns at once, the future is done when the rows are committed."""

    def __init__(self, folder: Folder, connection: sqlite3.Connection, sidecars: Sidecars, settings: StoreSettings) -> None:
        self._folder = folder
        self._connection = connection
        self._sidecars = sidecars
        self._settings = settings
        self._readers = {table.name: RowReader(table) for table in FACTS}
        self._codecs = {table.name: BatchCodec(table) for table in FACTS}
        self._known = {table.name: KnownIds(table, self._codecs[table.name], sidecars) for table in FACTS}
        self._queue: queue.SimpleQueue[Request | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._n_bytes = 0

    def submit(self, request: Request) -> None:
        """Put rows into the queue."""
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="shopkeeper-writer", daemon=True)
                    self._thread.start()
        self._queue.put(request)

    def close(self) -> None:
        """Commit what waits, then stop."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        going = True
        while going:
            requests, going = self._take()
            taken = [request for request in requests if request.future.set_running_or_notify_cancel()]
            if taken:
                self._serve(taken)

    def _take(self) -> tuple[list[Request], bool]:
        """The next requests that one commit takes together, and whether more may follow."""
        taken: list[Request] = []
        n_rows = 0
        while n_rows < self._settings.group_rows:
            try:
                request = self._queue.get(block=not taken)
            except queue.Empty:
                break
            if request is None:
                return taken, False
            taken.append(request)
            n_rows += len(request.rows)
        return taken, True

    def _serve(self, requests: list[Request]) -> None:
        try:
            answers = self._write(requests)
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to those who wait, not to this thread
            if len(requests) > 1 and not isinstance(error, ShopkeeperError):
                for request in requests:  # one strange request must not spoil the others
                    self._serve([request])
                return
            for request in requests:
                request.future.set_exception(error)
        else:
            for request, answer in zip(requests, answers, strict=True):
                request.future.set_result(answer)
            if self._n_bytes > database.CHECKPOINT_BYTES:
                self._checkpoint()

    def _write(self, requests: list[Request]) -> list[Appended]:
        groups = self._check(requests)
        refused = [row for group in groups for row in _refusals(group)]
        if refused:
            groups.append(self._group(REJECTED, [Request(REJECTED.name, refused, "store")]))
        with database.in_words(self._folder.database):
            missing = self._commit(groups)
            while missing:
                for segment in missing:  # outside the lock: making an index of a large segment takes seconds
                    self._sidecars.make(segment)
                missing = self._commit(groups)
        answers = {id(request): answer for group in groups for request, answer in _answers(group)}
        return [answers[id(request)] for request in requests]

    def _check(self, requests: list[Request]) -> list[_Group]:
        by_table: dict[str, list[Request]] = {}
        for request in requests:
            by_table.setdefault(request.table, []).append(request)
        return [self._group(self._readers[name].table, found) for name, found in by_table.items()]

    def _group(self, table: Table, requests: list[Request]) -> _Group:
        rows = requests[0].rows if len(requests) == 1 else [row for request in requests for row in request.rows]
        checked = self._readers[table.name].read(rows)
        hashes = hashes_of(table, checked.batch)
        return _Group(table, requests, checked, hashes, _repeated(table, checked.batch, hashes[0]))

    def _commit(self, groups: list[_Group]) -> list[SegmentInfo]:
        """Commit the groups' new rows; gives the segments that must be indexed first, in which case nothing was written."""
        durable = any(group.table.name not in NOT_FLUSHED for group in groups)
        written: list[tuple[KnownIds, Batch]] = []
        connection = self._connection
        wait = locked(self._folder.write_lock, seconds=self._settings.busy_seconds)
        with wait, database.transaction(connection, durable=durable):
            for group in groups:
                if not group.checked.all_ids_made and group.checked.batch.num_rows:
                    missing = self._mark_known(group)
                    if missing:
                        return missing
            for group in groups:
                batch = self._insert(group)
                if batch is not None and not group.checked.all_ids_made:
                    written.append((self._known[group.table.name], batch))
        for known, batch in written:
            known.add(batch.first_seq, batch.hashes[0])
        return []

    def _checkpoint(self) -> None:
        """Keep the log small; what goes wrong with it does not concern the rows, which are committed."""
        self._n_bytes = 0
        with suppress(sqlite3.Error):
            database.checkpoint(self._connection, self._folder.write_lock)

    def _mark_known(self, group: _Group) -> list[SegmentInfo]:
        """Note which rows the table already has; gives the segments that cannot be asked yet."""
        known = self._known[group.table.name]
        found = known.catch_up(self._connection, position(self._connection, group.table.name))
        missing = [segment for segment in found if not self._sidecars.is_there(segment)]
        if not missing:
            rows = group.checked.batch
            ids = rows.column(rows.schema.get_field_index(group.table.id))
            places = known.which(self._connection, ids, group.hashes[0])
            group.known[list(places)] = True
        return missing

    def _insert(self, group: _Group) -> Batch | None:
        """Add the group's new rows to the tail, in the present transaction."""
        rows, hashes = group.checked.batch, group.hashes
        if group.known.any():
            new = np.flatnonzero(~group.known)
            rows, hashes = rows.take(pa.array(new)), np.ascontiguousarray(hashes[:, new])
        if rows.num_rows == 0:
            return None
        name = group.table.name
        first = position(self._connection, name).last_seq + 1
        batch = Batch(group.table, first, hashes, rows)
        codec = self._codecs[name]
        self._n_bytes += codec.insert(self._connection, batch)
        self._connection.execute(
            "UPDATE positions SET last_seq = ?, n_rows = n_rows + ?, n_tail = n_tail + ?, "
            "max_at = max(coalesce(max_at, ?), ?) WHERE table_name = ?",
            (batch.last_seq, rows.num_rows, rows.num_rows, int(batch.at[0]), int(batch.at.max()), name),
        )
        if rows.num_rows < codec.small_rows:
            codec.merge_small(self._connection)
        return batch


def _repeated(table: Table, rows: pa.RecordBatch, hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Marks rows whose id came earlier in the same batch."""
    marks = np.zeros(len(hashes), dtype=np.bool_)
    if len(np.unique(hashes)) < len(hashes):
        seen: set[str] = set()
        for place, value in enumerate(rows.column(rows.schema.get_field_index(table.id)).to_pylist()):
            marks[place] = value in seen
            seen.add(value)
    return marks


def _owners(group: _Group) -> npt.NDArray[np.int64]:
    """Which request each of the group's sent rows came from."""
    return np.repeat(np.arange(len(group.requests)), [len(request.rows) for request in group.requests])


def _answers(group: _Group) -> list[tuple[Request, Appended]]:
    count = len(group.requests)
    owners = _owners(group)
    kept = owners[np.asarray(group.checked.kept, dtype=np.int64)]
    n_known = np.bincount(kept[group.known], minlength=count)
    n_new = np.bincount(kept[~group.known], minlength=count)
    starts = np.cumsum([0, *(len(request.rows) for request in group.requests)])
    rejected: list[list[Rejection]] = [[] for _ in range(count)]
    for one in group.checked.rejected:
        owner = int(owners[one.index])
        rejected[owner].append(Rejection(one.index - int(starts[owner]), one.rule, one.message))
    return [
        (request, Appended(int(n_new[place]), int(n_known[place]), tuple(rejected[place])))
        for place, request in enumerate(group.requests)
    ]


def _refusals(group: _Group) -> list[Row]:
    """The rows of `rejected` for what the group refused."""
    if not group.checked.rejected:
        return []
    owners = _owners(group)
    rows = [row for request in group.requests for row in request.rows]
    return [
        refusal_row(one, rows[one.index], group.table.name, group.requests[int(owners[one.index])].source)
        for one in group.checked.rejected
    ]


def refusal_row(one: Rejection, row: Row, table: str, source: str) -> Row:
    """The row of `rejected` for a refused row."""
    return {
        "source": source,
        "table": table,
        "rule": one.rule,
        "message": one.message.encode("utf-8", "replace").decode(),
        "raw": json.dumps(row, default=repr),
    }
