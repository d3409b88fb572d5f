"""A table as arrays that are mapped into memory: one row is read in microseconds, whole columns are Arrow's without a copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from shopkeeper.core.columns import Column
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array

if TYPE_CHECKING:
    import pyarrow as pa

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = ("integer", "moment")
ARRAYS = ("key_bytes", "key_offsets", "numbers", "wholes", "flags", "valid", "codes", "word_bytes", "word_offsets", "word_starts",
          "document_bytes", "document_offsets")  # fmt: skip
"""What a kept table consists of, each with a prefix of the table's own."""


def keep(table: pa.Table, columns: Sequence[Column], prefix: str) -> dict[str, Array]:
    """The arrays of ``table``, whose first column is the key, in increasing order of its bytes.

    ``numbers`` float64 [columns, rows], ``wholes`` int64 (whole numbers and moments in microseconds), ``flags`` bits, ``codes``
    int32 (places of texts in ``word_…`` from ``word_starts`` of the column on), documents one after the other; ``valid`` bits
    [columns but the key, rows], the lowest bit first: whether there is a value.
    """
    import pyarrow as pa

    of = _by_kind(columns[1:])
    n = table.num_rows
    found: dict[str, Array] = {"valid": _stacked([_bits(table[column.name].is_valid()) for column in columns[1:]], (n + 7) // 8)}
    found["numbers"] = _stacked([_values(table[name], pa.float64()) for name in of["number"]], n, np.float64)
    found["wholes"] = _stacked([_values(table[name], pa.int64()) for name in of["whole"]], n, np.int64)
    found["flags"] = _stacked([_bits(table[name].fill_null(False)) for name in of["flag"]], (n + 7) // 8)
    coded = [table[name].cast(pa.large_string()).combine_chunks().dictionary_encode() for name in of["text"]]
    codes, words = zip(*map(_sorted_words, coded), strict=True) if coded else ((), ())
    found["codes"] = _stacked(list(codes), n, np.int32)
    found["word_starts"] = np.cumsum([0, *(len(one) for one in words)]).astype(np.int64)
    found["word_bytes"], found["word_offsets"] = _packed(pa.concat_arrays([pa.array([], pa.large_string()), *words]))
    texts = [table[name].cast(pa.large_string()).fill_null("").combine_chunks() for name in of["document"]]
    found["document_bytes"], offsets = _packed(pa.concat_arrays([pa.array([], pa.large_string()), *texts]))
    rows = [offsets[place * n : (place + 1) * n + 1] for place in range(len(texts))]
    found["document_offsets"] = _stacked(rows, n + 1, np.int64)
    found["key_bytes"], found["key_offsets"] = _packed(table[columns[0].name].cast(pa.large_string()).combine_chunks())
    return {f"{prefix}_{name}": array for name, array in found.items()}


def _by_kind(columns: Sequence[Column]) -> dict[str, list[str]]:
    kinds = {"number": "number", "integer": "whole", "moment": "whole", "boolean": "flag", "text": "text", "json": "document"}
    found: dict[str, list[str]] = {kind: [] for kind in ("number", "whole", "flag", "text", "document")}
    for column in columns:
        found[kinds[column.type]].append(column.name)
    return found


def _stacked(rows: list[Array], width: int, kind: Any = np.uint8) -> Array:
    return np.stack(rows).astype(kind, copy=False) if rows else np.empty((0, width), kind)


def _values(column: pa.ChunkedArray, kind: pa.DataType) -> Array:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us")).cast(pa.int64())
    return np.asarray(column.cast(kind).fill_null(0))


def _bits(column: pa.ChunkedArray) -> Array:
    return np.packbits(np.asarray(column).astype(np.bool_), bitorder="little")


def _sorted_words(coded: pa.DictionaryArray) -> tuple[Array, pa.LargeStringArray]:
    """(codes, words) with the words in order, so that they do not depend on the order of rows; no word is code 0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    order = np.asarray(pc.sort_indices(coded.dictionary))
    rank = np.zeros(len(order) + 1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    codes = rank[np.asarray(coded.indices.fill_null(len(order)))]
    words = coded.dictionary.take(pa.array(order))
    return codes, words if len(words) else pa.array([""], pa.large_string())


def _packed(texts: pa.LargeStringArray) -> tuple[Array, Array]:
    """(bytes, offsets) of Arrow's texts."""
    _, offsets, data = texts.buffers()
    if len(texts) == 0 or offsets is None:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    starts = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    raw = np.frombuffer(data, np.uint8)[starts[0] : starts[-1]] if data is not None else np.empty(0, np.uint8)
    return raw, starts - starts[0]


class Kept:
    """A table as `keep` made it. Read-only and safe for many threads."""

    def __init__(self, arrays: Mapping[str, Array], columns: Sequence[Column], prefix: str) -> None:
        (
            key_bytes, key_offsets, self._numbers, self._wholes, self._flags, self._valid, self._codes,
            self._word_bytes, self._word_offsets, self._word_starts, self._document_bytes, self._document_offsets,
        ) = (arrays[f"{prefix}_{name}"] for name in ARRAYS)  # fmt: skip
        self.columns = tuple(columns)
        self.keys = PackedTexts(key_bytes, key_offsets)
        self._names = _by_kind(columns[1:])
        self._place = {column.name: place for place, column in enumerate(columns[1:])}
        self._order = [column.name for column in columns[1:]]
        self._moments = [name for name in self._names["whole"] if self._column(name).type == "moment"]
        words = PackedTexts(self._word_bytes, self._word_offsets)
        self._words = [words.text(code) for code in range(len(words))] if len(words) <= MANY_WORDS else None
        self._packed_words = words

    def __len__(self) -> int:
        return len(self.keys)

    def _column(self, name: str) -> Column:
        return self.columns[self._place[name] + 1]

    def after(self, key: str) -> int:
        """The first row whose key is larger."""
        low, high, wanted = 0, len(self), key.encode(errors="replace")
        while low < high:
            middle = (low + high) // 2
            if self.keys.text(middle).encode() <= wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def row(self, place: int) -> dict[str, Any]:
        """The values of one row by column, the key not among them; moments as ISO texts, documents as texts."""
        names = self._names
        found: dict[str, Any] = dict(zip(names["number"], self._numbers[:, place].tolist(), strict=True))
        found.update(zip(names["whole"], self._wholes[:, place].tolist(), strict=True))
        byte, bit = place >> 3, place & 7
        found.update(zip(names["flag"], ((self._flags[:, byte] >> bit) & 1).astype(bool).tolist(), strict=True))
        codes = (self._codes[:, place] + self._word_starts[:-1]).tolist()
        found.update((name, self._word(code)) for name, code in zip(names["text"], codes, strict=True))
        ends = self._document_offsets[:, place : place + 2].tolist()
        for name, (start, end) in zip(names["document"], ends, strict=True):
            found[name] = self._document_bytes[start:end].tobytes().decode()
        for name in self._moments:
            found[name] = iso(found[name])
        valid = ((self._valid[:, byte] >> bit) & 1).tolist()
        return {name: found[name] if known else None for name, known in zip(self._order, valid, strict=True)}

    def _word(self, code: int) -> str:
        return self._words[code] if self._words is not None else self._packed_words.text(code)

    def taken(self, name: str, places: Array) -> list[Any]:
        """The values of one column at these rows, as `row` gives them."""
        valid = (self._valid[self._place[name]][places >> 3] >> (places & 7).astype(np.uint8)) & 1
        return [value if known else None for value, known in zip(self._taken(name, places), valid.tolist(), strict=True)]

    def _taken(self, name: str, places: Array) -> list[Any]:
        kind = self._column(name).type
        if kind == "number":
            found: list[Any] = self._numbers[self._names["number"].index(name)][places].tolist()
        elif kind in _WHOLE:
            found = self._wholes[self._names["whole"].index(name)][places].tolist()
            found = [iso(value) for value in found] if kind == "moment" else found
        elif kind == "boolean":
            bits = self._flags[self._names["flag"].index(name)][places >> 3] >> (places & 7).astype(np.uint8)
            found = (bits & 1).astype(np.bool_).tolist()
        elif kind == "text":
            of = self._names["text"].index(name)
            found = [self._word(code) for code in (self._codes[of][places] + self._word_starts[of]).tolist()]
        else:
            offsets = self._document_offsets[self._names["document"].index(name)]
            ends = zip(offsets[places].tolist(), offsets[places + 1].tolist(), strict=True)
            found = [self._document_bytes[start:end].tobytes().decode() for start, end in ends]
        return found

    def floats(self, name: str) -> Array:
        """A column of numbers as float64 [rows], NaN where there is none."""
        kind = "number" if name in self._names["number"] else "whole"
        source = self._numbers if kind == "number" else self._wholes
        return np.where(self.is_valid(name), source[self._names[kind].index(name)].astype(np.float64), np.nan)

    def is_valid(self, name: str) -> Array:
        """Bits as bool [rows]: where the column has a value."""
        return self._unpacked(self._valid[self._place[name]])

    def is_true(self, name: str) -> Array:
        """Bits as bool [rows]: where a yes or no is yes."""
        return self._unpacked(self._flags[self._names["flag"].index(name)]) & self.is_valid(name)

    def _unpacked(self, bits: Array) -> Array:
        return np.unpackbits(bits, count=len(self), bitorder="little").view(np.bool_)

    def arrow(self, code: str) -> pa.Table:
        """The whole table over the same memory, with each row's place in the column ``code``."""
        import pyarrow as pa

        n = len(self)
        of = {kind: {name: place for place, name in enumerate(names)} for kind, names in self._names.items()}
        key = _texts(self.keys.data, self.keys.offsets, n)
        columns: dict[str, Any] = {code: pa.array(np.arange(n, dtype=np.int32)), self.columns[0].name: key}
        for column in self.columns[1:]:
            valid = pa.py_buffer(self._valid[self._place[column.name]])
            columns[column.name] = self._as_arrow(column, of, valid, n)
        return pa.table(columns)

    def _as_arrow(self, column: Column, of: Mapping[str, Mapping[str, int]], valid: Any, n: int) -> Any:
        import pyarrow as pa

        name = column.name
        if column.type == "number":
            return pa.Array.from_buffers(pa.float64(), n, [valid, pa.py_buffer(self._numbers[of["number"][name]])])
        if column.type in _WHOLE:
            kind = pa.timestamp("us") if column.type == "moment" else pa.int64()
            return pa.Array.from_buffers(kind, n, [valid, pa.py_buffer(self._wholes[of["whole"][name]])])
        if column.type == "boolean":
            return pa.Array.from_buffers(pa.bool_(), n, [valid, pa.py_buffer(self._flags[of["flag"][name]])])
        if column.type == "json":
            return _texts(self._document_bytes, self._document_offsets[of["document"][name]], n, valid)
        place = of["text"][name]
        codes = pa.Array.from_buffers(pa.int32(), n, [valid, pa.py_buffer(self._codes[place])])
        low, high = int(self._word_starts[place]), int(self._word_starts[place + 1])
        words = _texts(self._word_bytes, self._word_offsets[low : high + 1], high - low)
        return pa.DictionaryArray.from_arrays(codes, words)


MANY_WORDS = 100_000


def iso(micros: int) -> str:
    """The moment as ISO text in UTC."""
    return (EPOCH + timedelta(microseconds=micros)).isoformat()


def _texts(data: Array, offsets: Array, n: int, valid: Any = None) -> Any:
    import pyarrow as pa

    buffers = [valid, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(np.ascontiguousarray(data))]
    return pa.Array.from_buffers(pa.large_string(), n, buffers)
