"""When each customer last did one kind of thing with each product."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY
from shopkeeper.numerics.sparse_rows import Log, Rows

DAY = float(MICROSECONDS_A_DAY)
NEVER = np.iinfo(np.int64).min


@kernel
def _last(low, high, log_starts, log_product, log_kind, log_at, wanted, now, starts, product, n_products, out):
    last = np.full(n_products, NEVER, np.int64)
    for row in range(low, high):
        for place in range(log_starts[row], log_starts[row + 1]):
            if log_kind[place] == wanted:
                last[log_product[place]] = max(last[log_product[place]], log_at[place])
        for entry in range(starts[row], starts[row + 1]):
            moment = last[product[entry]]
            if moment != NEVER:
                out[entry] = max(now - moment, 0) / DAY
        for place in range(log_starts[row], log_starts[row + 1]):
            last[log_product[place]] = NEVER


def days_since(log: Log, rows: Rows, kind: int, now: int) -> Array:
    """float32 [entries of rows]: days from the newest event of ``kind`` with the product to ``now`` (microseconds), -1: never.

    ``rows`` are what `sparse_rows.merge` made of ``log``.
    """
    out = np.full(len(rows.product), -1.0, np.float32)
    in_threads(
        lambda low, high: _last(
            low, high, log.starts, log.product, log.kind, log.at, kind, int(now), rows.starts, rows.product, log.n_products, out
        ),
        ranges(np.diff(log.starts), 2 * n_threads()),
    )  # fmt: skip
    return out
