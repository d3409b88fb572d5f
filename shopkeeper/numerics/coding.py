"""Texts as whole numbers and back: sorted texts packed in two arrays that can be memory-mapped and searched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array


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


def pack(texts: Iterable[str]) -> PackedTexts:
    """Distinct ``texts`` packed in increasing order."""
    encoded = sorted({text.encode() for text in texts})
    offsets = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(each) for each in encoded], out=offsets[1:])
    return PackedTexts(np.frombuffer(b"".join(encoded), np.uint8), offsets)
