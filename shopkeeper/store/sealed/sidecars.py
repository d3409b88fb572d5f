"""Indexes beside sealed segments: where an id, a customer, an order is, without reading the Parquet file.

A sidecar is a folder ``facts/<table>/sidecars/<segment>.<layout>/`` with ``rows.arrow`` (each row as one JSON array, to be
mapped into memory: a row is then one place on the disk, not one a column), ``at.npy`` (the moment of each) and, for each
hashed column, ``<column>.hashes.npy`` (sorted) and ``<column>.places.npy`` (which row). It is derived from the segment
alone: it is made again when it is missing or when the schema has changed, and nothing is lost without it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from shopkeeper.core.columns import Table
from shopkeeper.core.schema import FACTS, TABLES
from shopkeeper.store.engines.packing import packed, unpacker
from shopkeeper.store.folder import Folder
from shopkeeper.store.log.batches import hashed_columns
from shopkeeper.store.log.hashing import Hashes, hash_column
from shopkeeper.store.log.segments import SegmentInfo

ROWS, AT = "rows.arrow", "at.npy"
CHUNK_ROWS = 65_536


class Sidecar:
    """One segment's index, mapped into memory."""

    def __init__(self, path: Path, table: Table) -> None:
        self.table = table
        self._map = pa.memory_map(str(path / ROWS))
        chunks = pa.ipc.open_file(self._map).read_all().column(0).chunks
        self._rows = [unpacker(table, chunk) for chunk in chunks]
        self.at: npt.NDArray[np.int64] = _mapped(path / AT)
        self.index = {
            name: (_mapped(path / f"{name}.hashes.npy"), _mapped(path / f"{name}.places.npy")) for name in hashed_columns(table)
        }

    def row(self, place: int) -> dict[str, Any]:
        """One row of the segment, moments as aware datetimes."""
        return self._rows[place // CHUNK_ROWS](place % CHUNK_ROWS)

    def places(self, column: str, value: int) -> npt.NDArray[np.uint32]:
        """The rows whose hash in that column is ``value``."""
        hashes, places = self.index[column]
        low = int(hashes.searchsorted(np.uint64(value), "left"))
        if low == len(hashes) or hashes[low] != value:
            return np.empty(0, np.uint32)
        high = int(hashes.searchsorted(np.uint64(value), "right"))
        found: npt.NDArray[np.uint32] = places[low:high]
        return found

    def close(self) -> None:
        """Let go of the mapped files."""
        self._rows.clear()
        self._map.close()


def _mapped(path: Path) -> npt.NDArray[Any]:
    """The array mapped into memory, as a plain array: each operation on numpy's own memmap costs microseconds more."""
    return np.asarray(np.load(path, mmap_mode="r"))


class Sidecars:
    """The sidecars of a shop, opened when first asked for and made when missing. Thread-safe."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._open: dict[int, Sidecar] = {}
        self._layouts = {table.name: layout(table) for table in FACTS}
        self._lock = threading.Lock()

    def path(self, segment: SegmentInfo) -> Path:
        """Where a segment's sidecar lies."""
        return self.path_of(segment.table, Path(segment.file).stem)

    def path_of(self, table: str, stem: str) -> Path:
        """Where the sidecar of the segment of this name lies."""
        return self._folder.sidecars(table) / f"{stem}.{self._layouts[table]}"

    def is_there(self, segment: SegmentInfo) -> bool:
        """Whether it need not be made first."""
        return segment.segment_id in self._open or self.path(segment).exists()

    def get(self, segment: SegmentInfo) -> Sidecar:
        """The segment's index; made now if it is missing."""
        found = self._open.get(segment.segment_id)
        if found is None:
            with self._lock:
                found = self._open.get(segment.segment_id)
                if found is None:
                    found = self._open[segment.segment_id] = self._opened(segment)
        return found

    def _opened(self, segment: SegmentInfo) -> Sidecar:
        """The index, made when it is missing and made again when it is damaged: all of it stands in the segment."""
        self.make(segment)
        path, table = self.path(segment), TABLES[segment.table]
        try:
            return Sidecar(path, table)
        except (OSError, ValueError):  # Arrow's complaint about a broken file is a ValueError
            shutil.rmtree(path, ignore_errors=True)
            self.make(segment)
            return Sidecar(path, table)

    def make(self, segment: SegmentInfo) -> None:
        """Write the segment's index unless it is there."""
        path = self.path(segment)
        if not path.exists():
            table = TABLES[segment.table]
            self.write(table, path, pq.read_table(self._folder.root / segment.file, columns=list(table.names), partitioning=None))

    def write(self, table: Table, path: Path, rows: pa.Table) -> None:
        """Write the index of these rows to ``path`` in one step."""
        aside = self._folder.incoming(table.name)
        try:
            write_sidecar(aside, table, rows)
            path.parent.mkdir(exist_ok=True)
            aside.rename(path)
        except OSError:
            shutil.rmtree(aside, ignore_errors=True)
            if not path.exists():  # otherwise another process made it meanwhile
                raise

    def places_of(self, segment: SegmentInfo, ids: pa.Array, hashes: Hashes) -> Iterable[int]:
        """The places in ``ids`` whose id the segment holds."""
        sidecar = self.get(segment)
        column = sidecar.table.id
        there, _ = sidecar.index[column]
        low = np.minimum(there.searchsorted(hashes), len(there) - 1)
        if not len(there):
            return []
        hits = np.flatnonzero(there[low] == hashes).tolist()
        return [hit for hit in hits if self._same(sidecar, int(low[hit]), ids[hit].as_py(), hashes[hit])]

    @staticmethod
    def _same(sidecar: Sidecar, low: int, value: str, wanted: Any) -> bool:
        there, places = sidecar.index[sidecar.table.id]
        while low < len(there) and there[low] == wanted:
            if sidecar.row(int(places[low]))[sidecar.table.id] == value:
                return True
            low += 1
        return False

    def close(self) -> None:
        """Let go of every mapped file."""
        with self._lock:
            for sidecar in self._open.values():
                sidecar.close()
            self._open.clear()


def layout(table: Table) -> str:
    """A few digits that change with the table's columns: an index of other columns is none."""
    text = json.dumps([[(column.name, column.type) for column in table.columns], hashed_columns(table)])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def write_sidecar(path: Path, table: Table, rows: pa.Table) -> None:
    """Write the rows and the sorted hashes of the table's id and lookup columns into the folder."""
    texts = packed(table, rows)
    schema = pa.schema([("row", pa.string())])
    with pa.OSFile(str(path / ROWS), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for start in range(0, len(texts), CHUNK_ROWS):
            writer.write_batch(pa.RecordBatch.from_arrays([texts.slice(start, CHUNK_ROWS)], schema=schema))
    np.save(path / AT, rows.column(table.moment).cast(pa.int64()).to_numpy())
    for name in hashed_columns(table):
        column = rows.column(name)
        hashes = hash_column(column)
        # A missing customer is nobody's: rows without a value are not indexed.
        filled = np.flatnonzero(column.is_valid().to_numpy()) if column.null_count else np.arange(len(hashes))
        order = filled[np.argsort(hashes[filled])]
        np.save(path / f"{name}.hashes.npy", hashes[order])
        np.save(path / f"{name}.places.npy", order.astype(np.uint32))
