"""The same SQL over the model's own arrays: what was saved since learning, or is only being typed, is answered at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.profiles.kept import Kept
from shopkeeper.capabilities.customers.segments.compiling import Keys, Query
from shopkeeper.capabilities.customers.segments.facts import EVENT_CODES
from shopkeeper.numerics.compiling import Array

IN_MEMORY = Keys("customer_code", "product_code", "order_code")
THREADS = 2


class Memory:
    """Customers, products and what was done, as DuckDB sees them in memory. Thread-safe: one query at a time."""

    def __init__(self, profiles: Kept, products: Kept, terms: Kept, arrays: Mapping[str, Array]) -> None:
        self._lock = threading.Lock()
        config: dict[str, Any] = {
            "threads": THREADS, "python_enable_replacements": False, "autoinstall_known_extensions": False,
            "autoload_known_extensions": False, "temp_directory": "", "enable_external_access": False,
        }  # fmt: skip
        self._connection = duckdb.connect(":memory:", config=config)
        for name, table in _tables(profiles, products, terms, arrays).items():
            self._connection.register(name, table)

    def places(self, query: Query) -> Array:
        """The rows of the profiles that belong, int32 in increasing order."""
        places: Array = np.sort(np.asarray(self._run(query.members, query.parameters).column(0)).astype(np.int32))
        return places

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The rows of a query."""
        rows: list[dict[str, Any]] = self._run(sql, parameters).to_pylist()
        return rows

    def _run(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        with self._lock:
            return self._connection.sql(sql, params=dict(parameters) or None).to_arrow_table()


def _tables(profiles: Kept, products: Kept, terms: Kept, arrays: Mapping[str, Array]) -> dict[str, pa.Table]:
    def column(name: str, kind: pa.DataType | None = None, empty: int | None = None) -> pa.Array:
        array = arrays[name]
        if empty is not None:
            return pa.array(array, mask=array == empty)
        found = pa.array(np.ascontiguousarray(array))
        return found.view(kind) if kind is not None else found

    moment = pa.timestamp("us")
    kinds = pa.DictionaryArray.from_arrays(pa.array(arrays["event_kind"].astype(np.int32)), pa.array(EVENT_CODES))
    words = terms.arrow("code")["term"].combine_chunks()
    lines = {
        "customer_code": column("line_customer"), "product_code": column("line_product"), "order_code": column("line_order"),
        "at": column("line_at", moment), "quantity": column("line_sign"),
    }  # fmt: skip
    events = {
        "customer_code": column("event_customer"), "product_code": column("event_product"), "at": column("event_at", moment),
        "event": kinds, "search_term": pa.DictionaryArray.from_arrays(column("event_words", empty=-1), words),
    }  # fmt: skip
    orders = {"customer_code": column("order_customer"), "at": column("order_at", moment)}
    return {
        "customer_profiles": profiles.arrow("customer_code"), "products": products.arrow("product_code"),
        "customer_lines": pa.table(lines), "customer_orders": pa.table(orders), "customer_events": pa.table(events),
    }  # fmt: skip
