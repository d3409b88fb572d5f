"""A made-up shop of any size as Parquet: events with Zipf's long tails, and a catalog for their products."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.store.generate import SEED, batch

WORDS = 4_000
ROWS_A_BATCH = 1_000_000
N_TASTES = 200  # customers of one taste share products; without any there would be nothing to learn
TASTE_SHARE = 0.6


def write_world(folder: Path, n_rows: int) -> None:
    """events.parquet and products.parquet; customers are a tenth and products a twentieth of ``n_rows``."""
    random = np.random.default_rng(SEED)
    writer = None
    seen: list[pa.Array] = []
    for first in range(0, n_rows, ROWS_A_BATCH):
        events = _with_tastes(random, batch(random, first, min(ROWS_A_BATCH, n_rows - first), n_rows))
        seen.append(pc.unique(events["product_id"]))
        writer = writer or pq.ParquetWriter(folder / "events.parquet", events.schema)
        writer.write_table(events)
    if writer is not None:
        writer.close()
    products = pc.unique(pa.chunked_array(seen))
    words = np.char.add("word", np.minimum(random.zipf(1.3, (len(products), 4)), WORDS).astype("U"))
    title = np.char.add(np.char.add(np.char.add(words[:, 0], " "), np.char.add(words[:, 1], " ")), words[:, 2])
    catalog = pa.table({
        "product_id": products,
        "title": pa.array(title),
        "brand": pa.array(np.char.add("brand", random.integers(0, 2000, len(products)).astype("U"))),
        "product_type": pa.array(np.char.add("type", random.integers(0, 300, len(products)).astype("U"))),
        "price": pa.array(np.round(random.lognormal(3, 1, len(products)), 2)),
        "availability": pa.array(np.where(random.random(len(products)) < 0.1, "out_of_stock", "in_stock")),
    })  # fmt: skip
    pq.write_table(catalog, folder / "products.parquet")


def _with_tastes(random: np.random.Generator, events: pa.Table) -> pa.Table:
    """The same events, most of them moved to the nearest product of the visitor's taste: popularity's long tail stays."""
    visitor = np.asarray(pc.utf8_slice_codeunits(events["session_id"], 1).cast(pa.int64())) // 64
    product = np.asarray(pc.utf8_slice_codeunits(events["product_id"], 1).cast(pa.int64()))
    in_taste = random.random(len(events)) < TASTE_SHARE
    product = np.where(in_taste, product // N_TASTES * N_TASTES + visitor % N_TASTES, product)
    ids = pa.array(np.char.add("p", product.astype("U")))
    return events.set_column(events.column_names.index("product_id"), "product_id", ids)
