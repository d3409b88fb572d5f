"""What customers did as sequences: which products in which order, cut into windows and batches of about the same length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log


@dataclass(frozen=True)
class Sequences:
    """Row r holds the places ``[starts[r], starts[r + 1])``, oldest first: token int32 (0: none), weight float32 > 0.

    Tokens number the products that were learned from, beginning with 1.
    """

    starts: Array
    token: Array
    weight: Array

    @property
    def n_rows(self) -> int:
        """How many rows."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Array:
        """int64 [rows]: how long each is."""
        return np.diff(self.starts)


def sequences(log: Log, kind_weight: Array, token_of: Array) -> Sequences:
    """The rows of ``log`` as sequences of tokens.

    ``kind_weight`` float [kinds] of each kind of event (0: left out), ``token_of`` int32 [products] (0: left out). The same
    product several times in a row counts once, as its heaviest event: looking twice is no news.
    """
    row = np.repeat(np.arange(log.n_rows), np.diff(log.starts))
    weight, token = kind_weight[log.kind].astype(np.float32), token_of[log.product]
    kept = (weight > 0) & (token > 0)
    row, weight, token = row[kept], weight[kept], token[kept]
    first = np.ones(len(row), bool)
    first[1:] = (row[1:] != row[:-1]) | (token[1:] != token[:-1])
    places = np.flatnonzero(first)
    starts = np.zeros(log.n_rows + 1, np.int64)
    np.cumsum(np.bincount(row[places], minlength=log.n_rows), out=starts[1:])
    heaviest = np.maximum.reduceat(weight, places) if len(places) else weight
    return Sequences(starts, token[places], heaviest)


def tokens_of(log: Log, kind_weight: Array) -> tuple[Array, Array]:
    """(product int32 [known]: those with an event that counts, token_of int32 [products]: 1 + their place, 0 for the others)."""
    known = np.unique(log.product[kind_weight[log.kind] > 0]).astype(np.int32)
    token_of = np.zeros(log.n_products, np.int32)
    token_of[known] = np.arange(1, len(known) + 1)
    return known, token_of


class Windows(NamedTuple):
    """Stretches of sequences to learn from: window w learns the tokens ``[first[w] + 1, last[w])`` from those before them."""

    first: Array
    last: Array


def windows(of: Sequences, length: int, held_out: Array) -> Windows:
    """Each row cut from its end into windows of at most ``length`` targets.

    The last token of rows where ``held_out`` bool [rows] holds is in none.
    """
    ends = of.starts[1:] - held_out
    n_targets = np.maximum(ends - of.starts[:-1] - 1, 0)
    n_windows = -(-n_targets // length)
    row = np.repeat(np.arange(of.n_rows), n_windows)
    number = np.arange(len(row)) - np.repeat(np.cumsum(n_windows) - n_windows, n_windows)
    last = ends[row] - number * length
    return Windows(np.maximum(last - length - 1, of.starts[:-1][row]), last)


class Batch(NamedTuple):
    """Windows side by side, filled up with 0 at their ends: token, target int64 and weight float32 [windows, places]."""

    token: Array
    target: Array
    weight: Array


def batches(of: Sequences, chosen: Windows, n_places: int, random: np.random.Generator) -> Iterator[Batch]:
    """All windows in random order, those of about the same length together, in batches of about ``n_places`` places."""
    lengths = chosen.last - chosen.first - 1
    # Windows of one length stand together in random order: little is filled up, and batches come in random order too.
    order = np.lexsort((random.random(len(lengths)), lengths))
    cuts = [0]
    for place in range(1, len(order)):
        if (place - cuts[-1] + 1) * lengths[order[place]] > n_places:
            cuts.append(place)
    spans = list(zip(cuts, [*cuts[1:], len(order)], strict=True))
    for number in random.permutation(len(spans)):
        low, high = spans[number]
        if high > low:
            yield _batch(of, chosen.first[order[low:high]], lengths[order[low:high]])


def _batch(of: Sequences, first: Array, lengths: Array) -> Batch:
    place = np.arange(lengths.max())
    there = place < lengths[:, None]
    source = np.where(there, first[:, None] + place, 0)
    token = np.where(there, of.token[source], 0)
    after = np.where(there, source + 1, 0)
    return Batch(
        token.astype(np.int64),
        np.where(there, of.token[after], 0).astype(np.int64),
        np.where(there, of.weight[after], 0.0).astype(np.float32),
    )


def newest(of: Sequences, rows: Array, length: int, without_last: bool = False) -> tuple[Array, Array]:
    """(token int64 [rows, places], last int64 [rows]): the newest ``length`` tokens of each row, and the place of its newest.

    The rows must not be empty; ``without_last`` leaves the newest token out.
    """
    ends = of.starts[1:][rows] - int(without_last)
    sizes = np.minimum(ends - of.starts[rows], length)
    place = np.arange(sizes.max(initial=1))
    there = place < sizes[:, None]
    token = np.where(there, of.token[np.where(there, (ends - sizes)[:, None] + place, 0)], 0)
    return token.astype(np.int64), sizes - 1
