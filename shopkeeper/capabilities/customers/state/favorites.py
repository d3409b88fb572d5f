"""Favorite categories and brands: their names, their shares of the worth, and the first five as JSON."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.numerics.compiling import Array

STEPS = 10_000  # shares in JSON have four digits


def favorite_names(names: pa.Array, top: Array, top_worth: Array, worth: Array) -> tuple[pa.Array, pa.Array]:
    """(name, share) of the first favorite; null where there is none, or nothing was paid."""
    share = top_worth[:, 0] / np.where(worth > 0, worth, np.nan)
    return names.take(pa.array(top[:, 0], mask=top[:, 0] < 0)), pa.array(share, mask=np.isnan(share))


def shares_as_json(names: pa.Array, top: Array, top_worth: Array, worth: Array) -> pa.Array:
    """``{"Home": 0.6, "Toys": 0.4}`` of each customer; null where there is no favorite."""
    quoted = pa.array([json.dumps(name, ensure_ascii=False) + ": " for name in names.to_pylist()], pa.string())
    texts = pa.array([str(step / STEPS) for step in range(STEPS + 1)] + ["null"])
    pieces = []
    for place in range(top.shape[1]):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.floor(top_worth[:, place] / worth * STEPS + 0.5)
        step = np.where(worth > 0, share, STEPS + 1).astype(np.int32)
        missing = top[:, place] < 0
        name = quoted.take(pa.array(top[:, place], mask=missing))
        piece = pc.binary_join_element_wise(", " if place else "{", name, texts.take(pa.array(step)), "")
        pieces.append(pc.fill_null(piece, "") if place else piece)  # without the first there is nothing at all
    return pc.binary_join_element_wise(*pieces, "}", "")
