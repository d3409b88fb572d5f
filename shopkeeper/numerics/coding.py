"""Texts as whole numbers and back: sorted texts packed in two arrays that can be memory-mapped and searched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shopkeeper.numerics.compiling import Array

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class PackedTexts:
    """Texts in increasing order of their UTF-8 bytes; a text's code is its place.

    ``data`` uint8 holds the bytes one after the other, ``offsets`` int64 [texts + 1] where each begins.
    """

    data: Array
    offsets: Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def text(self, code: int) -> str:
        """The text of that code."""
        return bytes(self.data[self.offsets[code] : self.offsets[code + 1]]).decode()

    def find(self, text: str) -> int:
        """The code of ``text``, or -1 (binary search, a few microseconds, touches no more than it compares)."""
        key = text.encode()
        low, high = 0, len(self)
        data, offsets = self.data, self.offsets
        while low < high:
            middle = (low + high) // 2
            if data[offsets[middle] : offsets[middle + 1]].tobytes() < key:
                low = middle + 1
            else:
                high = middle
        if low < len(self) and data[offsets[low] : offsets[low + 1]].tobytes() == key:
            return low
        return -1

    def as_arrow(self) -> pa.LargeStringArray:
        """The texts as an Arrow array over the same memory."""
        import pyarrow as pa

        buffers = [None, pa.py_buffer(np.ascontiguousarray(self.offsets)), pa.py_buffer(np.ascontiguousarray(self.data))]
        return pa.Array.from_buffers(pa.large_string(), len(self), buffers)

    def codes_of(self, texts: pa.ChunkedArray) -> Array:
        """int64 [texts]: the code of each, -1 where it is not there."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pc.index_in(texts.cast(pa.large_string()), value_set=self.as_arrow())
        return np.asarray(pc.fill_null(found, -1)).astype(np.int64)

    @staticmethod
    def from_arrow(texts: pa.LargeStringArray) -> PackedTexts:
        """The bytes and offsets of an Arrow array of texts that is sorted and distinct."""
        if len(texts) == 0:
            return PackedTexts(np.empty(0, np.uint8), np.zeros(1, np.int64))
        _, offsets, data = texts.buffers()
        starts = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        raw = np.frombuffer(data, np.uint8)[starts[0] : starts[-1]] if data is not None else np.empty(0, np.uint8)
        return PackedTexts(raw, starts - starts[0])


def pack(texts: Iterable[str]) -> PackedTexts:
    """Distinct ``texts`` packed in increasing order."""
    encoded = sorted({text.encode() for text in texts})
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(each) for each in encoded], out=offsets[1:])
    return PackedTexts(np.frombuffer(b"".join(encoded), np.uint8), offsets)
