"""Single methods on the large world, through the same arrays that a learn reads."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recommend_scale.parts import peak_gb


def measured(folder: Path) -> dict[str, Any]:
    """Seconds to learn the item graph with 100 neighbors and ALS with 64 factors in five iterations, each with its lists."""
    from contextlib import closing

    from shopkeeper.capabilities.recommend.methods import als, item_graph
    from shopkeeper.capabilities.recommend.methods.method import Known, questions_for
    from shopkeeper.capabilities.recommend.read import read_interactions
    from shopkeeper.capabilities.recommend.settings import RecommendSettings
    from shopkeeper.numerics.compiling import quiet
    from shopkeeper.numerics.sparse_rows import build_log
    from shopkeeper.shop import Shop

    with closing(Shop.open(folder / "shop")) as shop, closing(shop.view()) as view:
        data = read_interactions(view)
    log = build_log(data.customer, data.product, data.kind, data.at, len(data.customers), len(data.products))
    known = Known(log, int(log.at.max()) + 1, RecommendSettings(neighbors=100))
    known.rows()
    small = Known(*_first(log), RecommendSettings(neighbors=100))
    found: dict[str, Any] = {"interactions": len(log.product), "customers": log.n_rows, "products": log.n_products}
    same = als.Parameters(n_factors=64, n_rounds=5)
    for name, learn, parameters in (("item graph", item_graph.learn, item_graph.Parameters()), ("ALS", als.learn, same)):
        learn(small, parameters, quiet)
        started = time.perf_counter()
        learned = learn(known, parameters, quiet)
        seconds = time.perf_counter() - started
        chosen = np.sort(np.random.default_rng(0).choice(log.n_rows, 200, replace=False))
        questions = questions_for(known, chosen)
        started = time.perf_counter()
        learned.lists(questions, 10, quiet)
        taken = time.perf_counter() - started
        found[name] = {"seconds": round(seconds, 1), "list_ms": round(taken / len(chosen) * 1e3, 3), "peak_gb": peak_gb()}
    return found


def _first(log: Any) -> tuple[Any, int]:
    """A small part of the log, to compile kernels with."""
    from shopkeeper.numerics.sparse_rows import choose_rows

    small = choose_rows(log, np.arange(min(log.n_rows, 2000)))
    return small, int(log.at.max()) + 1
