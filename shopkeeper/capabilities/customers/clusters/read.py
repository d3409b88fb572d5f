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
    found = every.filter(pc.greater(every["n_orders"], 0)).combine_chunks()
    if not found.num_rows:
        raise NotEnoughData(
            "Nobody has ordered yet, so there is nobody to group.",
            got=f"{every.num_rows:,} customers, none of them with an order",
            wanted="at least one customer with an order",
            next="import order_lines with a customer_id: `shopkeeper import orders.csv`",
        )
    found = found.take(pc.sort_indices(found["customer_id"]))
    matrix = np.empty((len(names), found.num_rows))
    for place, name in enumerate(names):
        matrix[place] = found[name].cast(pa.float64()).to_numpy()
    return Buyers(found["customer_id"].combine_chunks(), names, matrix, every.num_rows - found.num_rows)
