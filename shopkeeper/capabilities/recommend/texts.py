"""The words of products: what a catalog says, cut into terms; the same for a whole table and for one product that just arrived.

A term is a word ("mug"), four signs of a longer word ("#amel": what endings and compounds leave alike) or an attribute
("brand=alder", "type=home", "type=home > mug"). Words without spaces between them (Chinese …) become pairs of signs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.numerics.coding import PackedTexts, pack
from shopkeeper.numerics.compiling import Array

WORD, SIGNS, ATTRIBUTE = 0, 1, 2
N_SIGNS = 4
SIGNS_LIMIT = 20_000_000  # occurrences: above, a catalog is large enough for words alone to tell products apart
DESCRIPTION_LETTERS = 500  # what a description begins with says what the product is
WORDS = (("title", 1.0), ("brand", 1.0), ("product_type", 0.5), ("description", 0.25))
ATTRIBUTES = (("brand", "brand"), ("product_type", "type"), ("color", "color"), ("size", "size"))
TEXT_COLUMNS = tuple(dict.fromkeys([name for name, _ in WORDS] + [name for name, _ in ATTRIBUTES]))
BETWEEN_WORDS = re.compile(r"[\W_]+")

Parts = list[tuple[str, float]]  # terms and how much each occurrence counts


@dataclass(frozen=True)
class Texts:
    """Terms of the products: occurrence i is ``term[i]`` in the text of ``product[i]``, counted ``importance[i]`` times.

    ``vocabulary`` holds the terms by code, ``kind`` uint8 [terms] is WORD, SIGNS or ATTRIBUTE.
    """

    product: Array
    term: Array
    importance: Array
    kind: Array
    vocabulary: PackedTexts

    @property
    def n_terms(self) -> int:
        """How many different terms there are."""
        return len(self.vocabulary)


def kind_of(term: str) -> int:
    """WORD, SIGNS or ATTRIBUTE."""
    return SIGNS if term.startswith("#") else ATTRIBUTE if "=" in term else WORD


def parts(word: str) -> list[str]:
    """The word, or its pairs of signs where words have no spaces between them."""
    if len(word) > 2 and any("\u3040" <= sign <= "\u9fff" or "\uac00" <= sign <= "\ud7a3" for sign in word):
        return [word[place : place + 2] for place in range(len(word) - 1)]
    return [word]


def signs(word: str) -> list[str]:
    """Every four signs in a row of a longer word, each marked as such."""
    return [f"#{word[place : place + N_SIGNS]}" for place in range(len(word) - N_SIGNS + 1)] if len(word) > N_SIGNS else []


def attributes(name: str, value: str) -> list[str]:
    """The attribute, and for a path one for each of its levels."""
    levels = [level.strip() for level in value.lower().split(">")] if name == "type" else [value.lower().strip()]
    return [f"{name}={' > '.join(levels[: place + 1])}" for place in range(len(levels)) if levels[place]]


def terms_of(row: Mapping[str, Any]) -> dict[str, float]:
    """The terms of one product and how often each counts, as `texts_of` has them for a table."""
    found: dict[str, float] = {}
    for name, value in WORDS:
        text = str(row.get(name) or "").lower()
        for word in BETWEEN_WORDS.split(text[:DESCRIPTION_LETTERS] if name == "description" else text):
            if word:
                _count(found, _words_parts(word, value))
                _count(found, [(part, 1.0) for part in signs(word)] if name == "title" else [])
    for name, short in ATTRIBUTES:
        _count(found, _attribute_parts(short, str(row.get(name) or "")))
    return found


def _count(found: dict[str, float], terms: Parts) -> None:
    for term, value in terms:
        found[term] = found.get(term, 0.0) + value


def texts_of(table: pa.Table, code: Array) -> Texts:
    """The terms of a table of products; row i is the product ``code[i]``, or none (-1)."""
    columns: list[tuple[Array, pa.Array, Callable[[str], Parts]]] = []
    for name, value in WORDS:
        rows, words = _words(table[name], DESCRIPTION_LETTERS if name == "description" else 0)
        columns.append((rows, words, partial(_words_parts, value=value)))
        if name == "title":
            columns.append((rows, words, lambda word: [(part, 1.0) for part in signs(word)]))
    for name, short in ATTRIBUTES:
        columns.append((*_filled(table[name]), partial(_attribute_parts, short)))
    terms: dict[str, int] = {}
    found = [_terms(values, split, terms) for _, values, split in columns]
    row = np.concatenate([rows[place] for (rows, _, _), (place, _, _) in zip(columns, found, strict=True)])
    term, importance = (np.concatenate([each[part] for each in found]) for part in (1, 2))
    vocabulary, order = _sorted(terms)
    product = code[row] if len(row) else np.empty(0, np.int64)
    there = product >= 0
    kind = np.array([kind_of(text) for text in sorted(terms, key=str.encode)], np.uint8)
    return Texts(product[there], order[term[there]], importance[there], kind, vocabulary)


def _words_parts(word: str, value: float) -> Parts:
    return [(part, value) for part in parts(word)]


def _attribute_parts(name: str, value: str) -> Parts:
    return [(part, 1.0) for part in attributes(name, value)]


def _sorted(terms: dict[str, int]) -> tuple[PackedTexts, Array]:
    """(the terms packed, the place there of each code of ``terms``)."""
    order = np.empty(len(terms), np.int32)
    order[[terms[text] for text in sorted(terms, key=str.encode)]] = np.arange(len(terms), dtype=np.int32)
    return pack(terms), order


def _filled(column: pa.ChunkedArray) -> tuple[Array, pa.Array]:
    """(rows of the values that are not empty, those values)."""
    texts = pc.fill_null(column.cast(pa.large_string()), "")
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    there = np.flatnonzero(np.asarray(pc.not_equal(texts, "")))
    return there, texts.take(pa.array(there))


def _words(column: pa.ChunkedArray, n_letters: int) -> tuple[Array, pa.Array]:
    """(row of each word, the words) of a text column, in small letters; of its first letters only, where they are given."""
    texts = pc.utf8_lower(pc.fill_null(column.cast(pa.large_string()), ""))
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    if n_letters:
        texts = pc.utf8_slice_codeunits(texts, 0, n_letters)
    lists = pc.split_pattern_regex(texts, pattern=r"[^\p{L}\p{N}]+")
    rows = np.asarray(pc.list_parent_indices(lists)).astype(np.int64)
    words = pc.list_flatten(lists).cast(pa.large_string())
    filled = np.asarray(pc.greater(pc.utf8_length(words), 0))
    return rows[filled], words.filter(pa.array(filled))


def _terms(values: pa.Array, split: Callable[[str], Parts], terms: dict[str, int]) -> tuple[Array, Array, Array]:
    """(place in ``values`` of each occurrence, its term's code, its importance); ``terms`` takes what is new.

    Nothing where the occurrences would be too many.
    """
    encoded = values.dictionary_encode()
    of_value = [split(text) for text in encoded.dictionary.to_pylist()]
    code = np.asarray(encoded.indices).astype(np.int64)
    sizes = np.array([len(each) for each in of_value], np.int64)
    n_parts = sizes[code] if len(code) else np.empty(0, np.int64)
    if int(n_parts.sum()) > SIGNS_LIMIT:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32)
    flat = np.array([terms.setdefault(part, len(terms)) for each in of_value for part, _ in each], np.int64)
    value = np.array([value for each in of_value for _, value in each], np.float32)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    place = np.repeat(np.arange(len(code)), n_parts)
    within = np.arange(len(place)) - np.repeat(np.cumsum(n_parts) - n_parts, n_parts)
    which = starts[code[place]] + within
    return place, flat[which], value[which]
