"""A made-up shop of a million customers as Parquet: orders.parquet, order_lines.parquet, products.parquet.

Customers buy at rates that differ (gamma), come at any time of two years and are lost at any time after (exponential), have a few
categories that they like and a price level. A line in thirty comes back; two in fifteen are bought reduced.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.store.generate import zipf_ranks

SEED = 20240601
DAYS = 730
START_US = 1_672_531_200_000_000  # 2023-01-01 UTC
DAY_US = 86_400_000_000
LINES_A_CUSTOMER = 10
ORDERS_A_CUSTOMER = 3
PRODUCTS_A_CUSTOMER = 0.1
N_TYPES, N_BRANDS = 300, 2_000
ROWS_A_BATCH = 1_000_000
RETURNED, REDUCED = 1 / 30, 2 / 15
CHANNELS = np.array(["direct", "organic", "email", "cpc", "social"])
DEVICES = np.array(["mobile", "desktop", "tablet"])
PAYMENTS = np.array(["card", "paypal", "invoice"])


def write_world(folder: Path, n_customers: int, seed: int = SEED) -> None:
    """Write the three files; ten order lines a customer."""
    random = np.random.default_rng(seed)
    n_products = max(int(n_customers * PRODUCTS_A_CUSTOMER), 50)
    price = np.round(random.lognormal(2.7, 0.9, n_products) + 0.5, 2)
    kind = random.integers(0, N_TYPES, n_products)
    _write_products(random, folder, price, kind)
    customer, moment = _orders(random, n_customers)
    size = 1 + random.poisson(LINES_A_CUSTOMER * n_customers / len(customer) - 1, len(customer))
    value = _write_lines(random, folder, customer, moment, size, price)
    _write_orders(random, folder, customer, moment, value)


def _orders(random: np.random.Generator, n_customers: int) -> tuple[np.ndarray, np.ndarray]:
    """Customer and moment (µs) of each order, in time order."""
    n_orders = 1 + random.poisson(random.gamma(0.8, (ORDERS_A_CUSTOMER - 1) / 0.8, n_customers))
    first = random.random(n_customers) * DAYS
    stays = np.minimum(random.exponential(400, n_customers), DAYS - first)
    customer = np.repeat(np.arange(n_customers), n_orders)
    day = first[customer] + random.random(len(customer)) * stays[customer]
    hour = np.clip(random.normal(8 + customer % 12, 2.5), 0, 23.99)  # each has a time of the day
    moment = START_US + (np.floor(day) * DAY_US + hour * DAY_US / 24).astype(np.int64)
    order = np.argsort(moment, kind="stable")
    return customer[order], moment[order]


def _write_lines(
    random: np.random.Generator, folder: Path, customer: np.ndarray, moment: np.ndarray, size: np.ndarray, price: np.ndarray
) -> np.ndarray:
    """Write the lines, a batch of orders at a time; gives each order's value."""
    value = np.zeros(len(customer))
    writer = None
    step = ROWS_A_BATCH * len(customer) // int(size.sum()) + 1
    n_before = 0
    for first in range(0, len(customer), step):
        of = np.repeat(np.arange(first, min(first + step, len(customer))), size[first : first + step])
        table = _lines(random, n_before, of, customer[of], moment[of], price)
        n_before += len(of)
        paid = table["quantity"].to_numpy() * table["price"].to_numpy()
        value += np.bincount(of, paid, len(customer))
        writer = writer or pq.ParquetWriter(folder / "order_lines.parquet", table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return np.round(value, 2)


def _lines(
    random: np.random.Generator, before: int, of: np.ndarray, customer: np.ndarray, moment: np.ndarray, price: np.ndarray
) -> pa.Table:
    n = len(of)
    drawn = zipf_ranks(random, len(price), n, 0.7)
    liked = (customer * 31 + random.integers(0, 3, n)) % N_TYPES
    product = np.where(random.random(n) < 0.6, np.minimum(drawn // N_TYPES * N_TYPES + liked, len(price) - 1), drawn)
    reduced = random.random(n) < REDUCED * (1 + customer % 2) / 1.5
    back = random.random(n) < RETURNED
    paid = np.round(price[product] * np.where(reduced, 0.8, 1.0), 2)
    quantity = 1 + random.poisson(0.4, n)
    return pa.table({
        "line_id": _numbered("l", before + np.arange(n)),
        "order_id": _numbered("o", of),
        "at": pa.array(moment + np.where(back, 9 * DAY_US, 0), pa.timestamp("us")),
        "customer_id": _numbered("c", customer),
        "product_id": _numbered("p", product),
        "quantity": pa.array(np.where(back, -1, quantity).astype(np.float64)),
        "price": pa.array(paid),
        "discount": pa.array(np.round((price[product] - paid) * quantity, 2), mask=~reduced | back),
    })  # fmt: skip


def _write_orders(random: np.random.Generator, folder: Path, customer: np.ndarray, moment: np.ndarray, value: np.ndarray) -> None:
    writer = None
    for first in range(0, len(customer), ROWS_A_BATCH):
        whose = customer[first : first + ROWS_A_BATCH]
        n = len(whose)
        table = pa.table({
            "order_id": _numbered("o", first + np.arange(n)),
            "at": pa.array(moment[first : first + n], pa.timestamp("us")),
            "customer_id": _numbered("c", whose),
            "value": pa.array(value[first : first + n]),
            "payment_method": _words(PAYMENTS, (whose + (random.random(n) < 0.2)) % len(PAYMENTS)),
            "channel": _words(CHANNELS, (whose + random.poisson(0.5, n)) % len(CHANNELS)),
            "device": _words(DEVICES, (whose // 7 + (random.random(n) < 0.3)) % len(DEVICES)),
        })  # fmt: skip
        writer = writer or pq.ParquetWriter(folder / "orders.parquet", table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _write_products(random: np.random.Generator, folder: Path, price: np.ndarray, kind: np.ndarray) -> None:
    n = len(price)
    types = np.array([f"area {k // 15} > type {k}" for k in range(N_TYPES)])
    pq.write_table(pa.table({
        "product_id": _numbered("p", np.arange(n)),
        "title": _numbered("product ", np.arange(n)),
        "brand": pa.array(np.char.add("brand", random.integers(0, N_BRANDS, n).astype("U"))),
        "product_type": _words(types, kind),
        "price": pa.array(price),
    }), folder / "products.parquet")  # fmt: skip


def _numbered(prefix: str, numbers: np.ndarray) -> pa.Array:
    return pa.array(np.char.add(prefix, numbers.astype("U")))


def _words(words: np.ndarray, codes: np.ndarray) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int16)), pa.array(words)).cast(pa.string())
