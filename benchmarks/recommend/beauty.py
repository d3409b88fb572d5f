"""Amazon Beauty, leave the last out, every product ranked: does the kernel find what order tells?"""

from __future__ import annotations

import gzip
import time
from pathlib import Path
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.judge import Cases, Period, lists, popular, tune
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.ranking_metrics import hit_rate, hits, ndcg
from shopkeeper.numerics.sparse_rows import build_log

N_TRIALS = 60


def sequences(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(customer, product, place in the customer's sequence): the file has a customer a line, products in order of time.

    Products are numbered anew at random: the file numbers them as they first appear, which ties could profit from.
    """
    with gzip.open(path, "rt") as file:
        lines = [np.array(line.split(), np.int64) for line in file]
    customer = np.repeat(np.arange(len(lines)), [len(line) - 1 for line in lines])
    product = np.concatenate([line[1:] for line in lines])
    place = np.concatenate([np.arange(len(line) - 1) for line in lines])
    codes = np.unique(product, return_inverse=True)[1]
    return customer, np.random.default_rng(0).permutation(codes.max() + 1)[codes], place


def period(customer: np.ndarray, product: np.ndarray, place: np.ndarray, n_last: int, settings: RecommendSettings) -> Period:
    """Known: all but the ``n_last`` newest of each customer; wanted: the first of those."""
    n_customers, n_products = int(customer.max()) + 1, int(product.max()) + 1
    length = np.bincount(customer)[customer]
    known, wanted = place < length - n_last, place == length - n_last
    kind = np.full(int(known.sum()), EVENT_KINDS.index("purchase"), np.uint8)
    log = build_log(customer[known], product[known], kind, place[known], n_customers, n_products)
    cases = Cases(np.arange(n_customers), np.arange(n_customers + 1), product[wanted][np.argsort(customer[wanted])])
    return Period(log, 0, cases, cases, settings)


def run(folder: Path) -> dict[str, Any]:
    """Parameters from the item before the last; the last one is looked at once."""
    settings = RecommendSettings()
    events = sequences(folder / "amazon_beauty" / "Beauty.txt.gz")
    started = time.perf_counter()
    tuned = tune(period(*events, 2, settings), N_TRIALS)
    tuning = time.perf_counter() - started
    test = period(*events, 1, settings)
    started, processor = time.perf_counter(), time.process_time()
    listed = lists(test, tuned.parameters, test.new, own=-1.0)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    naive = popular(test, tuned.parameters, test.new)
    found: dict[str, Any] = {
        "n_customers": len(test.new.row), "n_products": test.log.n_products, "n_trials": tuned.n_trials,
        "parameters": vars(tuned.parameters), "tuning_seconds": round(tuning, 1), "seconds": round(seconds, 2),
        "processor_seconds": round(processor, 2),
    }  # fmt: skip
    for name, measure in (("HR@10", hit_rate), ("NDCG@10", lambda hit: ndcg(hit, test.new.n_targets))):
        ours, theirs = (measure(hits(each, test.new.starts, test.new.target)) for each in (listed, naive))
        low, high = mean_interval(ours, seed=0)
        found[name] = {
            "item graph": round(float(ours.mean()), 4), "interval": [round(low, 4), round(high, 4)],
            "popularity": round(float(theirs.mean()), 4),
        }  # fmt: skip
    return found
