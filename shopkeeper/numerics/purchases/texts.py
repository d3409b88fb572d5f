"""Shares written as JSON, a text a row, without a Python object a row."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel
from shopkeeper.numerics.purchases.places import parts

STEPS = 10_000  # shares have four digits
_NULL = STEPS + 1
_OPEN, _CLOSE, _COMMA, _SPACE = (ord(sign) for sign in "{}, ")


@kernel
def _measure(low, high, top, names, shares, steps, sizes):
    for row in range(low, high):
        size = 0
        for place in range(top.shape[1]):
            name = top[row, place]
            if name < 0:
                break
            step = steps[row, place]
            size += 2 + names[name + 1] - names[name] + shares[step + 1] - shares[step]
        sizes[row] = size  # two braces, and ", " before all but the first


@kernel
def _write(low, high, top, names, name_bytes, shares, share_bytes, steps, starts, out):
    for row in range(low, high):
        at = starts[row]
        if at == starts[row + 1]:
            continue
        out[at] = _OPEN
        at += 1
        for place in range(top.shape[1]):
            name = top[row, place]
            if name < 0:
                break
            if place:
                out[at], out[at + 1] = _COMMA, _SPACE
                at += 2
            for byte in range(names[name], names[name + 1]):
                out[at] = name_bytes[byte]
                at += 1
            step = steps[row, place]
            for byte in range(shares[step], shares[step + 1]):
                out[at] = share_bytes[byte]
                at += 1
        out[at] = _CLOSE


def share_texts(names: Sequence[str], top: Array, weight: Array, total: Array) -> tuple[Array, Array]:
    """(UTF-8 bytes, offsets int64 [rows + 1]) of ``{"Home": 0.6, "Toys": 0.4}`` a row; nothing where there is no name.

    ``names`` quoted as JSON, by code; ``top`` [rows, k] codes, -1 and nothing after it where there are fewer; ``weight``
    [rows, k] theirs, ``total`` [rows] what they are shares of: rounded to four digits, ``null`` where it is 0.
    """
    name_bytes, name_starts = _packed([f"{name}: " for name in names])
    share_bytes, share_starts = _packed([*(str(step / STEPS) for step in range(STEPS + 1)), "null"])
    whole = np.where(total > 0, total, 1)[:, None]
    rounded = np.clip(np.floor(weight / whole * STEPS + 0.5), 0, STEPS)
    steps = np.where(total[:, None] > 0, rounded, _NULL).astype(np.int32)
    starts = np.zeros(len(top) + 1, np.int64)
    spans = parts(len(top))
    in_threads(lambda low, high: _measure(low, high, top, name_starts, share_starts, steps, starts[1:]), spans)
    np.cumsum(starts, out=starts)
    out = np.empty(int(starts[-1]), np.uint8)
    given = (top, name_starts, name_bytes, share_starts, share_bytes, steps, starts, out)
    in_threads(lambda low, high: _write(low, high, *given), spans)
    return out, starts


def _packed(texts: Sequence[str]) -> tuple[Array, Array]:
    encoded = [text.encode() for text in texts]
    starts = np.zeros(len(encoded) + 1, np.int64)
    starts[1:] = np.cumsum([len(text) for text in encoded])
    return np.frombuffer(b"".join(encoded), np.uint8).copy(), starts
