"""The view `last_stock` kept up as counts come: the newest count of each location holds, and the locations add up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView

Array = np.ndarray[Any, Any]

LAST_COUNTS = (
    'SELECT product_id, coalesce(location, \'\') AS location, arg_max(quantity, "at") AS quantity, max("at") AS "at" '
    "FROM stock_levels WHERE quantity IS NOT NULL GROUP BY ALL ORDER BY ALL"
)


def last_counts(view: ShopView) -> pa.Table:
    """The last count of each product at each location: product_id, location, quantity, at."""
    return view.sql(LAST_COUNTS)


class LiveStock:
    """What is there of each product, by code. Which counts it was is looked up only when one of them changes.

    ``counts`` as `last_counts` gives them, ``code`` int64 the product of each row; rows below 0 are of products that nobody asks
    for. One thread at a time writes.
    """

    def __init__(self, counts: pa.Table, code: Array) -> None:
        order = np.argsort(code, kind="stable")
        order = order[code[order] >= 0]
        self._rows, self._code = counts.take(pa.array(order)), code[order]
        self._changed: dict[int, dict[str, tuple[Any, float]]] = {}

    def at_load(self) -> tuple[Array, Array]:
        """(codes int64, distinct; quantity float64 of each): what the counts came to."""
        first = np.flatnonzero(np.diff(self._code, prepend=-1))
        quantity = np.asarray(pc.cast(self._rows["quantity"], pa.float64())).astype(np.float64)
        total = np.add.reduceat(quantity, first) if len(first) else np.empty(0)
        return self._code[first], total

    def take(self, rows: Sequence[Mapping[str, Any]], find: Callable[[str], int]) -> Iterator[tuple[int, float]]:
        """(code, what is there now) for each new row of the table; ``find`` gives a product's code, -1 for an unknown one."""
        for row in rows:
            code = find(str(row["product_id"]))
            if code < 0:
                continue
            counts = self._changed.get(code)
            if counts is None:
                counts = self._changed[code] = self._counts_at_load(code)
            location, at = row.get("location") or "", row["at"].replace(tzinfo=None)
            if location not in counts or at >= counts[location][0]:
                counts[location] = (at, float(row["quantity"]))
            yield code, sum(quantity for _, quantity in counts.values())

    def _counts_at_load(self, code: int) -> dict[str, tuple[Any, float]]:
        low, high = np.searchsorted(self._code, [code, code + 1])
        rows = self._rows.slice(int(low), int(high - low)).to_pylist()
        return {row["location"]: (row["at"].replace(tzinfo=None), float(row["quantity"])) for row in rows}
