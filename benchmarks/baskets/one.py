"""One method on one set of baskets in a process of its own: seconds, memory, and how many sets it finds. Called by run.py.

Ours starts from lines, the others from what they ask for: lists of lists, which are made before the clock starts, or a table of
true and false, whose making is counted because nobody has one.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

MAX_ITEMS = 5


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def lists(basket: np.ndarray, item: np.ndarray) -> list[list[int]]:
    pairs = np.unique(basket.astype(np.int64) << 32 | item)
    basket, item = pairs >> 32, pairs & 0xFFFFFFFF
    cuts = np.flatnonzero(np.diff(basket)) + 1
    return [each.tolist() for each in np.split(item, cuts)]


def ours(method: str) -> Callable[..., Any]:
    def prepare(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
        sys.path.insert(0, str(Path(__file__).parents[2]))
        from shopkeeper.numerics.itemsets.baskets import baskets_of
        from shopkeeper.numerics.itemsets.mining import Limits, frequent_itemsets

        limits = Limits(MAX_ITEMS, 50_000_000, 4_000_000_000)

        def search(basket: np.ndarray, item: np.ndarray, least: int) -> int:
            baskets = baskets_of(basket, item, int(basket.max()) + 1, int(item.max()) + 1)
            return len(frequent_itemsets(baskets, least, method=method, limits=limits).itemsets)

        some = np.arange(40, dtype=np.int32)
        search(some // 4, some % 4, 2)  # kernels are loaded, as they are in any process after the first call
        return lambda: search(basket, item, least)

    return prepare


def our_rules(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
    """Rules with their tests as `baskets.rules` finds them, in four periods."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from shopkeeper.numerics.itemsets.baskets import baskets_of
    from shopkeeper.numerics.itemsets.rules.finding import find_rules
    from shopkeeper.numerics.itemsets.rules.seeing import Wanted

    def search(basket: np.ndarray, item: np.ndarray, support: float) -> int:
        baskets = baskets_of(basket, item, int(basket.max()) + 1, int(item.max()) + 1)
        period = (np.arange(len(baskets)) * 4 // len(baskets)).astype(np.int32)
        return len(find_rules(baskets, baskets, np.full(baskets.n_items, -1, np.int32), period, 4, Wanted(support)))

    some = np.arange(400, dtype=np.int32)
    search(some // 4, some % 4, 0.1)
    return lambda: search(basket, item, least / (int(basket.max()) + 1))


def mlxtend(method: str) -> Callable[..., Any]:
    def prepare(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
        import pandas as pd
        from mlxtend import frequent_patterns
        from mlxtend.preprocessing import TransactionEncoder

        rows = lists(basket, item)

        def search() -> int:
            encoder = TransactionEncoder()
            encoder.fit(rows)
            if len(rows) * len(encoder.columns_) > 2_000_000_000:
                matrix = encoder.transform(rows, sparse=True)
                table = pd.DataFrame.sparse.from_spmatrix(matrix, columns=[str(each) for each in encoder.columns_])
            else:
                table = pd.DataFrame(encoder.transform(rows), columns=encoder.columns_)
            more = {"low_memory": True} if method == "apriori" else {}
            found = getattr(frequent_patterns, method)(table, min_support=least / len(rows), max_len=MAX_ITEMS, **more)
            return len(found)

        return search

    return prepare


def efficient_apriori(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
    from efficient_apriori import itemsets_from_transactions

    rows = lists(basket, item)

    def search() -> int:
        found, _ = itemsets_from_transactions(rows, least / len(rows), MAX_ITEMS)
        return sum(len(each) for each in found.values())

    return search


def apyori(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
    from apyori import TransactionManager, gen_support_records

    rows = lists(basket, item)

    def search() -> int:
        manager = TransactionManager.create([[str(each) for each in row] for row in rows])
        return sum(1 for _ in gen_support_records(manager, least / len(rows), max_length=MAX_ITEMS))

    return search


def fpgrowth_py(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
    from fpgrowth_py import fpgrowth

    rows = lists(basket, item)
    # It has no largest size, and it makes rules as well; a confidence of 1.1 leaves none.
    return lambda: len([each for each in fpgrowth(rows, minSupRatio=least / len(rows), minConf=1.1)[0] if len(each) <= MAX_ITEMS])


def pyfim(method: str) -> Callable[..., Any]:
    def prepare(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
        import fim

        rows = lists(basket, item)
        return lambda: len(getattr(fim, method)(rows, target="s", supp=-least, zmin=1, zmax=MAX_ITEMS))

    return prepare


def pami(method: str) -> Callable[..., Any]:
    def prepare(basket: np.ndarray, item: np.ndarray, least: int) -> Callable[[], int]:
        import importlib
        import tempfile

        module = importlib.import_module(f"PAMI.frequentPattern.basic.{method}")
        with tempfile.NamedTemporaryFile("w", suffix=".tsv", delete=False) as file:
            file.writelines("\t".join(map(str, row)) + "\n" for row in lists(basket, item))

        def search() -> int:
            miner = getattr(module, method)(iFile=file.name, minSup=least, sep="\t")
            miner.mine()
            return len([each for each in miner.getPatterns() if _size(each) <= MAX_ITEMS])

        return search

    return prepare


def _size(pattern: Any) -> int:
    return len(pattern) if isinstance(pattern, tuple | frozenset | list) else str(pattern).strip("\t ").count("\t") + 1


METHODS: dict[str, Callable[..., Any]] = {
    "shopkeeper eclat": ours("eclat"), "shopkeeper fp_growth": ours("fp_growth"), "shopkeeper apriori": ours("apriori"),
    "shopkeeper rules": our_rules,
    "pyfim eclat (C)": pyfim("eclat"), "pyfim fpgrowth (C)": pyfim("fpgrowth"), "pyfim apriori (C)": pyfim("apriori"),
    "mlxtend fpgrowth": mlxtend("fpgrowth"), "mlxtend apriori": mlxtend("apriori"),
    "efficient-apriori": efficient_apriori, "PAMI FPGrowth": pami("FPGrowth"), "PAMI ECLAT": pami("ECLAT"),
    "apyori": apyori, "fpgrowth-py": fpgrowth_py,
}  # fmt: skip


def main() -> None:
    name, file, least, times = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    with np.load(file) as given:
        basket, item = given["basket"], given["item"]
    search = METHODS[name](basket, item, least)
    before, seconds = peak_mb(), []
    for _ in range(times):
        started = time.perf_counter()
        n_sets = search()
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"n_sets": n_sets, "seconds": min(seconds), "peak_mb": peak_mb(), "more_mb": peak_mb() - before}))


if __name__ == "__main__":
    main()
