"""Which ids repeat within a file, and which the shop has already."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shopkeeper.core.columns import Table
from shopkeeper.store.importers.reading.relation import literal, quoted
from shopkeeper.store.importers.session import Session

if TYPE_CHECKING:
    from shopkeeper.store.store import Store


def all_different(session: Session, files: Sequence[Path], key: str) -> bool:
    """True when no id is there twice. Told by 64-bit hashes, so that True is certain and False is very probably true."""
    if not files:
        return True
    found = session.arrays(f"SELECT hash({quoted(key)}) AS h FROM {parquet(files)}")["h"]
    hashes = np.sort(np.asarray(found))
    return not bool(np.any(hashes[1:] == hashes[:-1]))


def known(store: Store, table: Table, *, stands_in: bool = False) -> Any | None:
    """An Arrow table ``id`` of every id of a fact that the shop has, from segments and tail; None when it has none.

    Rows that stand in for others count only for such rows (``stands_in``): they hold no place.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    seq = store.snapshot().positions().get(table.name, 0)
    if not seq:
        return None
    segments, batches, _ = store.plan(table.name, seq)
    parts = [
        pq.read_table(store.folder.root / segment.file, columns=[table.id])
        for segment in segments
        if stands_in or not segment.stands_in
    ]
    columns = [part.column(table.id) for part in parts]
    columns += [pa.chunked_array([batch.rows.column(batch.rows.schema.get_field_index(table.id))]) for batch in batches]
    chunks = [chunk for column in columns for chunk in column.chunks]
    return pa.table({"id": pa.chunked_array(chunks, pa.string())}) if chunks else None


def parquet(files: Path | Sequence[Path]) -> str:
    """A read of one or more Parquet files."""
    paths = [files] if isinstance(files, Path) else files
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}])"
