"""64-bit hashes of texts, the same in every process and on every machine, for whole Arrow columns at once.

A text is read as little-endian 8-byte words, the last one padded with zeros; each word is mixed into the state by
xor, multiplication and a shift (the finalizer of MurmurHash3, Appleby 2011). Used to find rows, never to trust them:
whoever finds a hash compares the text itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Hashes = npt.NDArray[np.uint64]

_START = 0x9E3779B97F4A7C15
_FACTOR = 0xFF51AFD7ED558CCD
_FINAL = 0xC4CEB9FE1A85EC53
_ALL = 0xFFFFFFFFFFFFFFFF
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(8)] + [_ALL], dtype=np.uint64)


def hash_text(text: str) -> int:
    """The hash of one text: the same number as `hash_column` gives for it."""
    data = text.encode()
    state = (_START ^ len(data)) & _ALL
    for start in range(0, len(data), 8):
        state = ((state ^ int.from_bytes(data[start : start + 8], "little")) * _FACTOR) & _ALL
        state ^= state >> 33
    state = (state * _FINAL) & _ALL
    return state ^ (state >> 33)


def hash_column(column: pa.Array | pa.ChunkedArray) -> Hashes:
    """The hash of each text of an Arrow string column; a null hashes like the empty text."""
    if isinstance(column, pa.ChunkedArray):
        parts = [hash_column(chunk) for chunk in column.chunks]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
    starts, lengths, data = _texts(column)
    state = np.uint64(_START) ^ lengths.astype(np.uint64)
    longest = int(lengths.max()) if len(lengths) else 0
    # Overlapping 8-byte words at every byte: reading a text is then one gather a word.
    padded = np.concatenate([data, np.zeros(8, dtype=np.uint8)])
    words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    for done in range(0, longest, 8):
        rest = lengths - done
        some: Any = slice(None) if rest.min() > 0 else np.flatnonzero(rest > 0)
        word = words[starts[some] + done] & _MASKS[np.minimum(rest[some], 8)]
        mixed = (state[some] ^ word) * np.uint64(_FACTOR)
        state[some] = mixed ^ (mixed >> np.uint64(33))
    state *= np.uint64(_FINAL)
    return state ^ (state >> np.uint64(33))


def _texts(column: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """Where each text starts, its length in bytes (0 for null), and the bytes of them all."""
    wide = pa.types.is_large_string(column.type)
    if not wide and not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    _, offsets_buffer, data_buffer = column.buffers()
    kind = np.int64 if wide else np.int32
    count = len(column)
    if count == 0 or offsets_buffer is None:
        return np.zeros(count, np.int64), np.zeros(count, np.int64), np.empty(0, np.uint8)
    offsets = np.frombuffer(offsets_buffer, dtype=kind, count=count + column.offset + 1)[column.offset :].astype(np.int64)
    first, last = int(offsets[0]), int(offsets[-1])
    data = np.frombuffer(data_buffer, dtype=np.uint8)[first:last] if data_buffer is not None else np.empty(0, np.uint8)
    lengths = np.diff(offsets)
    if column.null_count:
        lengths = np.where(column.is_null().to_numpy(zero_copy_only=False), 0, lengths)
    return offsets[:-1] - first, lengths, data
