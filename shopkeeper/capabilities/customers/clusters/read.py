"""What grouping reads: the features of customers who have ordered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.customers.read import source_of
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.tasks import ShopView


@dataclass(frozen=True)
class Buyers:
    """Customers with at least one order, in the order of their numbers, and their features.

    ``matrix`` float64 [features, customers]: row j is ``names[j]``, NaN where it is not known.
    """

    customer_id: pa.Array
    names: tuple[str, ...]
    matrix: np.ndarray
    n_without_orders: int

    def __len__(self) -> int:
        """How many customers."""
        return len(self.customer_id)

    def column(self, name: str) -> np.ndarray:
        """One feature of all customers."""
        return np.asarray(self.matrix[self.names.index(name)])


def read_buyers(view: ShopView, names: tuple[str, ...]) -> Buyers:
    """The named features of all customers who have ordered. Raises `NotEnoughData` where nobody has."""
    wanted = tuple(dict.fromkeys(("customer_id", "n_orders", *names)))
    every = view.table(source_of(view), wanted)
    customers = every["customer_id"].combine_chunks()
    with_orders = np.flatnonzero(_numbers(every["n_orders"]) > 0)
    if not len(with_orders):
        raise NotEnoughData(
            "Nobody has ordered yet, so there is nobody to group.",
            got=f"{every.num_rows:,} customers, none of them with an order",
            wanted="at least one customer with an order",
            next="import order_lines with a customer_id: `shopkeeper import orders.csv`",
        )
    order = with_orders[np.asarray(pc.sort_indices(customers.take(pa.array(with_orders))))]
    matrix = np.empty((len(names), len(order)))
    for place, name in enumerate(names):
        matrix[place] = _numbers(every[name])[order]
    return Buyers(customers.take(pa.array(order)), names, matrix, every.num_rows - len(order))


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """float64, NaN where it is not known."""
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
