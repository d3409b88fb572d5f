"""Favorite categories and brands: their names, their shares of the worth, and the first five as JSON."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.purchases.texts import share_texts


def favorite_names(names: pa.Array, top: Array, top_worth: Array, worth: Array) -> tuple[pa.Array, pa.Array]:
    """(name, share) of the first favorite; null where there is none, or nothing was paid."""
    share = top_worth[:, 0] / np.where(worth > 0, worth, np.nan)
    return names.take(pa.array(top[:, 0], mask=top[:, 0] < 0)), pa.array(share, mask=np.isnan(share))


def shares_as_json(names: pa.Array, top: Array, top_worth: Array, worth: Array) -> pa.Array:
    """``{"Home": 0.6, "Toys": 0.4}`` of each customer; null where there is no favorite."""
    quoted = [json.dumps(name, ensure_ascii=False) for name in names.to_pylist()]
    data, starts = share_texts(quoted, top, top_worth, worth)
    known = np.packbits(top[:, 0] >= 0, bitorder="little")
    buffers = [pa.py_buffer(known), pa.py_buffer(starts), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_string(), len(top), buffers)
