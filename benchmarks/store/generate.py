"""Ten million made-up events as CSV: a million customers, half a million products, both with Zipf's long tail.

``python benchmarks/store/generate.py --rows 10000000 --out events.csv``. The same seed writes the same file. Numbers of
customers and products shrink with the number of rows, so that a small file has the same shape as the big one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

SEED = 20240601
ROWS = 10_000_000
ROWS_A_BATCH = 1_000_000
CUSTOMERS_A_ROW = 0.1
PRODUCTS_A_ROW = 0.05
START_US = 1_704_067_200_000_000  # 2024-01-01 UTC
DAYS = 365
KINDS = np.array(["view_item", "add_to_cart", "begin_checkout", "purchase", "add_to_wishlist", "view_item_list"])
SHARES = np.array([0.70, 0.12, 0.04, 0.05, 0.04, 0.05])
COLUMNS = ("event_id", "at", "event", "customer_id", "session_id", "product_id", "quantity", "value")


def zipf_ranks(random: np.random.Generator, n_values: int, n_draws: int, exponent: float) -> np.ndarray:
    """``n_draws`` ranks in 0..n_values-1; rank r is drawn in proportion to (r+1)**-exponent (continuous approximation)."""
    u = random.random(n_draws)
    if exponent == 1.0:
        drawn = np.exp(u * np.log(n_values + 1.0))
    else:
        drawn = (1.0 + u * ((n_values + 1.0) ** (1.0 - exponent) - 1.0)) ** (1.0 / (1.0 - exponent))
    return np.minimum(drawn.astype(np.int64) - 1, n_values - 1)


def batch(random: np.random.Generator, first: int, n: int, n_all: int) -> pa.Table:
    """Events number ``first`` to ``first + n``, in time order, as a table of texts and numbers."""
    n_customers = max(int(n_all * CUSTOMERS_A_ROW), 10)
    n_products = max(int(n_all * PRODUCTS_A_ROW), 10)
    customers = zipf_ranks(random, n_customers, n, 0.6)
    products = zipf_ranks(random, n_products, n, 0.9)
    step_us = DAYS * 86_400 * 1_000_000 / n_all
    moments = START_US + ((first + np.arange(n) + random.random(n)) * step_us).astype(np.int64)
    kinds = random.choice(len(KINDS), n, p=SHARES)
    quantity = np.where(kinds == 3, 1 + random.geometric(0.7, n), 1)
    value = np.round(quantity * (1.0 + (products * 7919 % 20_000) / 100.0), 2)
    sessions = customers * 64 + random.integers(0, 64, n)
    anonymous = random.random(n) < 0.2
    return pa.table({
        "event_id": pa.array(np.char.add("e", np.char.zfill((first + np.arange(n)).astype("U"), 10))),
        "at": pa.array(moments, pa.timestamp("us")),
        "event": pa.DictionaryArray.from_arrays(pa.array(kinds.astype(np.int8)), pa.array(KINDS)).cast(pa.string()),
        "customer_id": pa.array(customers.astype("U"), mask=anonymous),
        "session_id": pa.array(np.char.add("s", sessions.astype("U"))),
        "product_id": pa.array(np.char.add("p", products.astype("U"))),
        "quantity": pa.array(quantity, pa.int64()),
        "value": pa.array(value, pa.float64()),
    })  # fmt: skip


def write_events(path: Path, n_rows: int = ROWS, seed: int = SEED) -> None:
    """Write the file; about two seconds a million rows."""
    random = np.random.default_rng(seed)
    options = csv.WriteOptions(include_header=True, quoting_style="none")
    writer = None
    try:
        for first in range(0, n_rows, ROWS_A_BATCH):
            table = batch(random, first, min(ROWS_A_BATCH, n_rows - first), n_rows)
            writer = writer or csv.CSVWriter(path, table.schema, write_options=options)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    write_events(options.out, options.rows, options.seed)
    print(f"{options.out}: {options.rows:,} events, {options.out.stat().st_size / 1e6:,.0f} MB")


if __name__ == "__main__":
    main()
