"""The parts that are measured, each in a process of its own: `python parts.py PART FOLDER` prints one line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

N_ASKED = 3000
RULES = (
    {"rule_id": "boost", "action": "boost", "product_type": "type7", "strength": 2.0},
    {"rule_id": "bury", "action": "bury", "brand": "brand3", "strength": 2.0},
    {"rule_id": "block", "action": "block", "brand": "brand4"},
)


def peak_gb() -> float:
    """The largest memory that this process had, in GB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2)


def imported(folder: Path) -> dict[str, Any]:
    """A shop made and filled: CSV-free, from Parquet, as a store would load its history."""
    from shopkeeper.shop import Shop

    started = time.perf_counter()
    with Shop.create(folder / "shop", name="Scale", currency="EUR") as shop:
        shop.import_file(folder / "products.parquet", table="products")
        shop.import_file(folder / "events.parquet", table="events")
        shop.upsert("rules", list(RULES))
        counts = {name: shop.store.count(name) for name in ("events", "products")}
    return {"seconds": round(time.perf_counter() - started, 1), **counts}


def learned(folder: Path) -> dict[str, Any]:
    """`recommend.learn` with the default set of methods; kernels were compiled by an earlier, small learn."""
    from shopkeeper.shop import Shop

    with Shop.open(folder / "shop") as shop:
        processor = time.process_time()
        run = shop.run("recommend.learn", force=True)
        card = shop.store.models.current("recommend.learn").card
        model = sum(path.stat().st_size for path in (folder / "shop" / "models").rglob("*.npy"))
    return {
        "seconds": round(run.seconds, 1), "processor_seconds": round(time.process_time() - processor, 1),
        "peak_gb": round(run.peak_memory_bytes / 1e9, 2), "model_gb": round(model / 1e9, 2), "headline": run.headline,
        "mix": card.get("mix"), "ranker": card.get("ranker"),
    }  # fmt: skip


def answered(folder: Path) -> dict[str, Any]:
    """The time to open the shop and be ready to answer, and answers with filters, rules and reasons."""
    from shopkeeper.shop import Shop

    started = time.perf_counter()
    with closing(Shop.open(folder / "shop")) as shop:
        shop.answers.start()
        ready = time.perf_counter() - started
        # A dashboard's or a shop's names, not the model's: a table read after the clock has stopped.
        customers = shop.sql("SELECT DISTINCT customer_id FROM events WHERE customer_id IS NOT NULL ORDER BY 1 LIMIT 200000")
        products = shop.sql("SELECT product_id FROM products ORDER BY 1 LIMIT 200000")
        names = [table.column(0).to_pylist() for table in (customers, products)]
        taken = _asked(shop, *names)
    return {"ready_seconds": round(ready, 2), "microseconds": taken, "peak_gb": peak_gb()}


def _asked(shop: Any, customers: list[str], products: list[str]) -> dict[str, Any]:
    random = np.random.default_rng(0)
    some = [customers[place] for place in random.integers(0, len(customers), N_ASKED)]
    beside = [products[place] for place in random.integers(0, len(products), N_ASKED)]
    requests: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "for_customer": [("recommend.for_customer", {"customer": name}) for name in some],
        "for_customer in stock, in a price band": [
            ("recommend.for_customer", {"customer": name, "in_stock": True, "price_low": 2, "price_high": 50}) for name in some
        ],
        "for_customer in one category": [("recommend.for_customer", {"customer": name, "category": "type7"}) for name in some],
        "for_session of three products": [
            ("recommend.for_session", {"products": tuple(beside[place : place + 3])}) for place in range(N_ASKED - 3)
        ],
        "similar": [("recommend.similar", {"product": name}) for name in beside],
        "an unknown customer": [("recommend.for_customer", {"customer": f"nobody {n}"}) for n in range(N_ASKED)],
    }
    return {name: _timed(shop, asked) for name, asked in requests.items()}


def _timed(shop: Any, requests: list[tuple[str, dict[str, Any]]]) -> dict[str, float]:
    for name, request in requests[:200]:
        shop.answers.ask(name, request)
    taken = np.empty(len(requests))
    for place, (name, request) in enumerate(requests):
        started = time.perf_counter_ns()
        shop.answers.ask(name, request)
        taken[place] = time.perf_counter_ns() - started
    return {name: round(float(np.quantile(taken, share)) / 1e3, 1) for name, share in (("median", 0.5), ("p99", 0.99))}


def streamed(folder: Path) -> dict[str, Any]:
    """How fast a serving model takes events, and how long until one is in the answers."""
    from shopkeeper.shop import Shop

    n_events, random = 20_000, np.random.default_rng(1)
    with closing(Shop.open(folder / "shop")) as shop:
        shop.answers.start()
        served = shop.answers._served["recommend.learn"]
        now = datetime.now(UTC)
        names = shop.sql("SELECT product_id FROM products ORDER BY 1 LIMIT 50000").column(0).to_pylist()
        rows = [
            {
                "event_id": f"live{n}", "event": "view_item", "customer_id": str(int(random.integers(0, 100_000))),
                "session_id": f"v{n // 5}", "product_id": names[int(random.integers(0, len(names)))],
                "at": now + timedelta(milliseconds=n), "order_id": None,
            }
            for n in range(n_events)
        ]  # fmt: skip
        started = time.perf_counter()
        for low in range(0, n_events, 20):
            served.model.observe("events", rows[low : low + 20])
        rate = n_events / (time.perf_counter() - started)
        waits = [_until_seen(shop, f"fresh{n}", names[n]) for n in range(20)]
    return {
        "events_per_second_into_the_model": round(rate), "seen_after_ms_median": round(float(np.median(waits)) * 1e3, 1),
        "seen_after_ms_max": round(max(waits) * 1e3, 1),
    }  # fmt: skip


def _until_seen(shop: Any, customer: str, product: str) -> float:
    """Seconds from appending a visitor's first event until the answer stands on it."""
    started = time.perf_counter()
    shop.append("events", [{"event": "view_item", "customer_id": customer, "session_id": customer, "product_id": product}])
    while time.perf_counter() - started < 5:
        shown = shop.answers.ask("recommend.for_customer", {"customer": customer, "session": customer})
        if shown["rung"] in ("session", "customer", "content"):
            break
        time.sleep(0.001)
    return time.perf_counter() - started


def peers(folder: Path) -> dict[str, Any]:
    """implicit on the same matrix: 100 cosine neighbors, five ALS iterations with 64 factors, and one answer of each."""
    import pyarrow.parquet as pq
    from implicit.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender
    from scipy import sparse

    events = pq.read_table(folder / "events.parquet", columns=["customer_id", "session_id", "product_id"])
    from pyarrow import compute as pc

    actor = pc.coalesce(events["customer_id"], events["session_id"]).combine_chunks().dictionary_encode()
    product = events["product_id"].combine_chunks().dictionary_encode()
    shape = (len(actor.dictionary), len(product.dictionary))
    ones = np.ones(len(events), np.float32)
    matrix = sparse.csr_matrix((ones, (np.asarray(actor.indices), np.asarray(product.indices))), shape=shape)
    found: dict[str, Any] = {"customers_and_visits": shape[0], "products": shape[1]}
    models = {
        "implicit, 100 cosine neighbors": CosineRecommender(K=100),
        "implicit, ALS with 64 factors, 5 iterations": AlternatingLeastSquares(factors=64, iterations=5, random_state=0),
    }
    for name, model in models.items():
        started = time.perf_counter()
        model.fit(matrix, show_progress=False)
        seconds = time.perf_counter() - started
        rows = np.random.default_rng(0).integers(0, shape[0], 200)
        clock = []
        for row in rows:
            begun = time.perf_counter()
            model.recommend(int(row), matrix[int(row)], N=10)
            clock.append(time.perf_counter() - begun)
        found[name] = {"seconds": round(seconds, 1), "answer_ms": round(float(np.median(clock)) * 1e3, 3), "peak_gb": peak_gb()}
    return found


def own_methods(folder: Path) -> dict[str, Any]:
    """Our ALS with the same factors and iterations, and the item graph with 100 neighbors, on the same rows."""
    from benchmarks.recommend_scale.methods import measured

    return measured(folder)


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "import": imported, "learn": learned, "answers": answered, "stream": streamed, "methods": own_methods, "peers": peers,
}  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]))))
