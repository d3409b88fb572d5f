"""How features and codes become what a network reads: standardized numbers, and places in one table of embeddings.

Each number has its quantile bin (He et al., 2014, put trees there) and whether it is known; codes above a limit share places by
their hash (Weinberger et al., 2009); codes that were not learned from read as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shopkeeper.numerics.compiling import Array

BINS = 16
FARTHEST = 5.0  # standard deviations: beyond, a number says no more than that it is far out
MOST_PLACES = 65_536  # for the codes of one column
BINNED_ROWS = 200_000  # quantiles are taken from at most so many rows


class Inputs(NamedTuple):
    """What a network reads: number float32 [rows, numbers], slot int64 [rows, numbers + codes]."""

    number: Array
    slot: Array

    def rows(self, chosen: Array) -> Inputs:
        """These rows."""
        return Inputs(self.number[chosen], self.slot[chosen])


@dataclass(frozen=True)
class Fields:
    """What was learned of each column: numbers' mean, spread float32 [numbers] and bin edges float32 [numbers, BINS - 1].

    ``starts`` int64 [fields + 1] is where each field's places begin in the table, the first of them for unknown;
    ``read_as`` int32 [places] leads places that nothing was learned at to their field's first.
    """

    mean: Array
    spread: Array
    edges: Array
    starts: Array
    read_as: Array

    @property
    def n_numbers(self) -> int:
        """How many columns of numbers."""
        return len(self.mean)

    @property
    def n_slots(self) -> int:
        """How many places the table has."""
        return int(self.starts[-1])

    def inputs(self, features: Array, codes: Array) -> Inputs:
        """What the network reads of float32 [rows, numbers] (NaN: unknown) and int64 [rows, codes] (-1: unknown)."""
        number = (features - self.mean) / self.spread
        known = np.isfinite(number)
        number = np.clip(np.where(known, number, 0.0), -FARTHEST, FARTHEST).astype(np.float32)
        slot = np.empty((len(features), len(self.starts) - 1), np.int64)
        for field, edges in enumerate(self.edges):
            slot[:, field] = np.where(known[:, field], 1 + np.searchsorted(edges, features[:, field], side="right"), 0)
        sizes = np.diff(self.starts)
        for column in range(codes.shape[1]):
            field = self.n_numbers + column
            slot[:, field] = places(codes[:, column], int(sizes[field]))
        slot += self.starts[:-1]
        return Inputs(number, self.read_as[slot].astype(np.int64))

    def arrays(self) -> dict[str, Array]:
        """What is saved."""
        return {name: getattr(self, name) for name in ("mean", "spread", "edges", "starts", "read_as")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Fields:
        """What `arrays` gave."""
        return cls(*(arrays[name] for name in ("mean", "spread", "edges", "starts", "read_as")))


def places(code: Array, size: int) -> Array:
    """int64: each code's place among ``size``; 0 is for unknown (-1) and, where every code has its own, for newer ones."""
    if size < MOST_PLACES:
        return np.where((code >= 0) & (code < size - 1), code + 1, 0)
    mixed = (code.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)
    return np.where(code >= 0, 1 + (mixed % np.uint64(size - 1)).astype(np.int64), 0)


def crossed(first: Array, second: Array) -> Array:
    """int64: one code for each pair of codes, -1 where either is unknown; pairs share codes as rarely as hashes do."""
    both = first.astype(np.uint64) * np.uint64(0xD1B54A32D192ED03) + second.astype(np.uint64)
    mixed = ((both ^ (both >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)) >> np.uint64(8)
    return np.where((first >= 0) & (second >= 0), mixed.astype(np.int64), -1)


def learn_fields(features: Array, codes: Array, seed: int) -> Fields:
    """Means, spreads, bins and which codes there are, from float32 [rows, numbers] and int64 [rows, codes]."""
    chosen: Array | slice = slice(None)
    if len(features) > BINNED_ROWS:
        chosen = np.sort(np.random.default_rng(seed).choice(len(features), BINNED_ROWS, replace=False))
    sample = features[chosen].astype(np.float64)
    known = np.isfinite(sample)
    n_known = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, sample, 0.0).sum(axis=0) / n_known
    spread = np.sqrt((np.where(known, sample - mean, 0.0) ** 2).sum(axis=0) / n_known)
    edges = np.full((features.shape[1], BINS - 1), np.inf, np.float32)
    for column in range(features.shape[1]):
        values = sample[known[:, column], column]
        if len(values):
            cuts = np.unique(np.quantile(values, np.linspace(0.0, 1.0, BINS + 1)[1:-1]).astype(np.float32))
            edges[column, : len(cuts)] = cuts
    sizes = [BINS + 1] * features.shape[1]
    for column in range(codes.shape[1]):
        sizes.append(min(int(codes[:, column].max(initial=-1)) + 2, MOST_PLACES))
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    every = np.arange(starts[-1], dtype=np.int32)
    spread = np.where(spread > 1e-9, spread, 1.0)
    fields = Fields(mean.astype(np.float32), spread.astype(np.float32), edges, starts, every)
    there = np.zeros(len(every), bool)
    there[fields.inputs(features, codes).slot.ravel()] = True
    read_as = np.where(there, every, np.repeat(starts[:-1], sizes)).astype(np.int32)
    return Fields(fields.mean, fields.spread, edges, starts, read_as)
