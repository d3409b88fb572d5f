"""Where the parts of a network of rules stand, so that no label lies on another: by forces within, side by side between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WIDTH = 1000.0
"""Pixels that a row of groups may be wide."""
FLAT = 0.62
"""How much of its height a group keeps: labels are wide and low, and so are screens."""
BOX = (140.0, 64.0)
"""Pixels that a point takes with its label below it: across and down."""
LENGTH = 126.0
"""Pixels that an arrow would like to be long."""
ROUNDS, UNTANGLINGS = 240, 200
Edge = tuple[str, str]


@dataclass(frozen=True)
class Layout:
    """Places in pixels by key, within ``width`` and ``height``; y goes down."""

    places: dict[str, tuple[float, float]]
    width: float
    height: float


def layout(keys: Sequence[str], edges: Sequence[Edge]) -> Layout:
    """A place for each of ``keys``; the same keys and edges get the same places, whatever their order."""
    groups = _groups(sorted(keys), edges)
    blocks = [(group, _placed(group, [edge for edge in edges if edge[0] in group])) for group in groups]
    blocks.sort(key=lambda block: (-_size(block[1])[1], -len(block[0]), block[0]))
    return _side_by_side(blocks)


def _groups(keys: Sequence[str], edges: Sequence[Edge]) -> list[list[str]]:
    """The keys that hang together, each group in order."""
    root = {key: key for key in keys}

    def top(key: str) -> str:
        while root[key] != key:
            key = root[key]
        return key

    for source, target in sorted(edges):
        first, other = sorted((top(source), top(target)))
        root[other] = first
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(top(key), []).append(key)
    return list(found.values())


def _placed(group: Sequence[str], edges: Sequence[Edge]) -> np.ndarray:
    """Places of one group, float64 [keys, 2], the least x and y half a box."""
    n = len(group)
    number = {key: place for place, key in enumerate(group)}
    ends = np.array(sorted({tuple(sorted((number[a], number[b]))) for a, b in edges if a != b}), np.int64).reshape(-1, 2)
    angle = 2.0 * np.pi * np.arange(n) / max(1, n)
    at = LENGTH * np.sqrt(n) * np.column_stack((1.4 * np.cos(angle), np.sin(angle))) / 2.0
    for turn in range(ROUNDS if n > 2 else 0):
        at = at + _pull(at, ends) * (1.0 - turn / ROUNDS)
    at = at * np.array([1.0, FLAT])
    if n == 2:
        at = np.array([[0.0, 0.0], [BOX[0] + 12.0, 0.0]])
    at = _apart(at)
    return np.asarray(at - at.min(axis=0) + np.array(BOX) / 2.0)


def _pull(at: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """A step of each point: away from all others, towards those it has an arrow with (Fruchterman & Reingold 1991)."""
    away = at[:, None, :] - at[None, :, :]
    far = np.sqrt((away**2).sum(axis=2)) + 1e-6
    step = (away * (LENGTH**2 / far**2)[:, :, None]).sum(axis=1)
    along = at[ends[:, 0]] - at[ends[:, 1]]
    pull = along * (np.sqrt((along**2).sum(axis=1)) / LENGTH)[:, None]
    np.add.at(step, ends[:, 0], -pull)
    np.add.at(step, ends[:, 1], pull)
    length = np.sqrt((step**2).sum(axis=1, keepdims=True)) + 1e-6
    return np.asarray(step / length * np.minimum(length, 24.0))


def _apart(at: np.ndarray) -> np.ndarray:
    """The places moved, as little as it takes, until no two boxes overlap."""
    at = at.copy()
    wanted = np.array(BOX)
    first, other = np.triu_indices(len(at), 1)
    for _ in range(UNTANGLINGS):
        gap = at[other] - at[first]
        over = wanted - np.abs(gap)
        clash = np.flatnonzero((over > 0.01).all(axis=1))
        if len(clash) == 0:
            break
        for pair in clash:
            axis = int(np.argmin(over[pair] / wanted))
            sign = 1.0 if gap[pair, axis] >= 0.0 else -1.0
            push = 0.26 * float(over[pair, axis])
            at[first[pair], axis] -= sign * push
            at[other[pair], axis] += sign * push
    return at


def _size(at: np.ndarray) -> tuple[float, float]:
    high = at.max(axis=0) + np.array(BOX) / 2.0
    return float(high[0]), float(high[1])


def _side_by_side(blocks: Sequence[tuple[Sequence[str], np.ndarray]]) -> Layout:
    """Groups from left to right, the highest first; where a row is full the next one begins, and small ones fill its gaps."""
    widest = max([WIDTH, *(_size(at)[0] for _, at in blocks)])
    rows: list[list[float]] = []  # (used across, top, height) of each row
    places: dict[str, tuple[float, float]] = {}
    for keys, at in blocks:
        across, down = _size(at)
        row = next((row for row in rows if row[0] + across <= widest and down <= row[2]), None)
        if row is None:
            row = [0.0, sum(row[2] for row in rows), down]
            rows.append(row)
        for key, (x, y) in zip(keys, at.tolist(), strict=True):
            places[key] = (round(row[0] + x, 1), round(row[1] + y, 1))
        row[0] += across
    return Layout(places, max((row[0] for row in rows), default=0.0), sum(row[2] for row in rows))
