"""What the customers' room reads of a shop: features as a matrix. Its only window to `customer_state` as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from shopkeeper.core.errors import unknown
from shopkeeper.core.schema import FEATURES
from shopkeeper.core.tasks import ShopView

if TYPE_CHECKING:
    import pyarrow as pa

NUMERIC: tuple[str, ...] = tuple(column.name for column in FEATURES if column.type in ("number", "integer"))
"""The features that are numbers, in the dictionary's order."""

Source = Literal["customer_features", "customer_state"]


@dataclass(frozen=True)
class Features:
    """Numbers of customers: row i of ``matrix`` [n, k] float64 belongs to ``customer_id[i]``, column j to ``names[j]``.

    What is not known is NaN. Customers are in the order of their numbers (text).
    """

    customer_id: np.ndarray
    names: tuple[str, ...]
    matrix: np.ndarray

    def column(self, name: str) -> np.ndarray:
        """One feature of all customers; a view of the matrix."""
        return self.matrix[:, self.names.index(name)]


def source_of(view: ShopView) -> Source:
    """Where the features of the view's moment are: kept by `customers.features` if that was its clock too, else worked out.

    The kept table is of one moment, whatever the view's: its newest order and the days since then say which.
    """
    kept = view.table("customer_features", ("last_order_at", "recency_days")).drop_null().slice(0, 1).to_pylist()
    if not kept:
        return "customer_state"
    clock = kept[0]["last_order_at"] + timedelta(days=kept[0]["recency_days"])
    same = abs(clock - view.as_of.replace(tzinfo=None)) < timedelta(seconds=1)
    return "customer_features" if same else "customer_state"


def read_features(view: ShopView, table: Source = "customer_features", names: tuple[str, ...] = NUMERIC) -> Features:
    """The named features of every customer as numbers.

    ``table``: ``customer_features`` is today's, kept by the task `customers.features`; ``customer_state`` is worked out as of the
    view's moment, which is what a back-test wants (the rows of the view of that name, faster). Raises `UnknownName` for what is
    no feature or no number.
    """
    for name in names:
        if name not in NUMERIC:
            raise unknown("feature that is a number", name, NUMERIC)
    found = _in_order(_read(view, table, ("customer_id", *names)))
    matrix = np.empty((found.num_rows, len(names)))
    for place, name in enumerate(names):
        matrix[:, place] = found[name].cast("double").to_numpy(zero_copy_only=False)
    return Features(found["customer_id"].to_numpy(zero_copy_only=False).astype(str), names, matrix)


def _read(view: ShopView, table: Source, columns: tuple[str, ...]) -> pa.Table:
    from shopkeeper.capabilities.customers.state.working_out import customer_state

    return customer_state(view).select(list(columns)) if table == "customer_state" else view.table(table, columns)


def _in_order(table: pa.Table) -> pa.Table:
    """The rows in the order of customers' numbers, in which they are kept; sorting a million texts anew takes seconds."""
    import pyarrow.compute as pc

    ids = table["customer_id"]
    is_ordered = pc.all(pc.less(ids.slice(0, max(len(ids) - 1, 0)), ids.slice(1))).as_py()
    return table if is_ordered or len(ids) < 2 else table.sort_by("customer_id")
