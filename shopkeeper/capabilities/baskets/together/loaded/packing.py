"""Texts and lists as the arrays in which they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.baskets.together.listing import Background, Learned, Lists
from shopkeeper.numerics.coding import PackedTexts, pack
from shopkeeper.numerics.compiling import Array

COLUMNS = ("starts", "other", "score", "n", "lift", "co_view", "corrected", "relation")
LISTS = ("products", "categories", "brands")


def packed(texts: pa.LargeStringArray) -> PackedTexts:
    """The bytes and offsets of texts that are sorted and distinct."""
    if len(texts) == 0:
        return PackedTexts(np.empty(0, np.uint8), np.zeros(1, np.int64))
    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    raw = np.frombuffer(data, np.uint8)[starts[0] : starts[-1]] if data is not None else np.empty(0, np.uint8)
    return PackedTexts(raw, starts - starts[0])


def codes_of(ids: pa.ChunkedArray, texts: PackedTexts) -> Array:
    """int64 codes of ``ids`` in ``texts``, -1 where it is not there."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(texts.offsets)), pa.py_buffer(np.ascontiguousarray(texts.data))]
    known = pa.Array.from_buffers(pa.large_string(), len(texts), buffers)
    found = pc.index_in(ids.cast(pa.large_string()), value_set=known)
    return np.asarray(pc.fill_null(found, -1)).astype(np.int64)


def arrays_of(learned: Learned, products: pa.LargeStringArray, words: Mapping[str, Iterable[str]]) -> dict[str, Array]:
    """Everything that an answer needs, by name."""
    background = learned.background
    arrays = {"popular": learned.popular, "background_product": background.product, "background_worth": background.worth}
    texts = {"product": packed(products), **{name: pack(each) for name, each in words.items()}}
    for name, each in texts.items():
        arrays[f"{name}_bytes"], arrays[f"{name}_offsets"] = each.data, each.offsets
    for name in LISTS:
        lists: Lists = getattr(learned, name)
        arrays |= {f"{name}_{column}": getattr(lists, column) for column in COLUMNS}
    return arrays


def learned_from(arrays: Mapping[str, Array]) -> Learned:
    """The lists that were kept. Raises `KeyError` where one is missing."""
    parts = {name: Lists(**{column: arrays[f"{name}_{column}"] for column in COLUMNS}) for name in LISTS}
    background = Background(arrays["background_product"], arrays["background_worth"])
    return Learned(**parts, popular=arrays["popular"], background=background)


def texts_from(arrays: Mapping[str, Array], name: str) -> PackedTexts:
    """Texts that were kept under ``name``. Raises `KeyError` where they are missing."""
    return PackedTexts(arrays[f"{name}_bytes"], arrays[f"{name}_offsets"])
