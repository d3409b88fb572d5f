"""Counts of orders to learn from: a file, the CDNOW sample, or customers drawn from BG/NBD and Gamma-Gamma."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

TRUE = {"r": 0.6, "alpha": 70.0, "a": 0.8, "b": 2.5, "p": 6.0, "q": 3.7, "gamma": 15.0}
COLUMNS = ("n_repeats", "last", "age", "n_orders", "mean_value")


def from_file(path: Path) -> dict[str, np.ndarray]:
    """A parquet file with the columns `COLUMNS`, times in days."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(COLUMNS))
    return {name: table[name].to_numpy().astype(float) for name in COLUMNS}


def cdnow(path: Path) -> dict[str, np.ndarray]:
    """The CDNOW sample up to 30 September 1997, times in weeks; worth of the repeats. Purchases of one day count once."""
    rows = [line.split() for line in path.read_text().splitlines()]
    who = np.array([int(row[1]) for row in rows])
    day = np.array([date(int(row[2][:4]), int(row[2][4:6]), int(row[2][6:])).toordinal() for row in rows])
    key, place = np.unique(who * 10**7 + day, return_inverse=True)
    worth = np.bincount(place, weights=np.array([float(row[4]) for row in rows]))
    code, day = np.unique(key // 10**7, return_inverse=True)[1], key % 10**7
    n, end = int(code.max()) + 1, date(1997, 9, 30).toordinal()
    first = np.full(n, day.max())
    np.minimum.at(first, code, day)
    known = day <= end
    last = first.copy()
    np.maximum.at(last, code[known], day[known])
    repeat = known & (day > first[code])
    n_repeats = np.bincount(code[repeat], minlength=n).astype(float)
    paid = np.bincount(code[repeat], weights=worth[repeat], minlength=n)
    return {
        "n_repeats": n_repeats, "last": (last - first) / 7.0, "age": (end - first) / 7.0, "n_orders": n_repeats,
        "mean_value": paid / np.maximum(n_repeats, 1.0), "later": np.bincount(code[~known], minlength=n).astype(float),
    }  # fmt: skip


def drawn(n: int, seed: int = 0) -> dict[str, np.ndarray]:
    """``n`` customers who first ordered within the last two years, in whole days."""
    random = np.random.default_rng(seed)
    age = random.integers(1, 731, n).astype(float)
    rate = random.gamma(TRUE["r"], 1.0 / TRUE["alpha"], n) + 1e-12
    leaves = random.beta(TRUE["a"], TRUE["b"], n)
    repeats, at, last, there = np.zeros(n), np.zeros(n), np.zeros(n), np.arange(n)
    while len(there):
        at[there] += np.maximum(1.0, np.ceil(random.exponential(1.0 / rate[there])))
        there = there[at[there] <= age[there]]
        repeats[there] += 1.0
        last[there] = at[there]
        there = there[random.random(len(there)) > leaves[there]]
    n_orders = repeats + 1.0
    price = random.gamma(TRUE["q"], 1.0 / TRUE["gamma"], n)
    mean = random.gamma(TRUE["p"] * n_orders) / (price * n_orders)
    return {"n_repeats": repeats, "last": last, "age": age, "n_orders": n_orders, "mean_value": np.maximum(mean.round(2), 0.01)}
