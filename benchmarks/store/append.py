"""Three processes append events while others read and seal: how many a second, and how long one customer's last 50 take.

Measured twice: flat out, where all six processes fight for the cores, and at a steady 51,000 events a second.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import random
import shutil
import statistics
import sys
import time
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from shopkeeper.store.store import Store

SECONDS = 20.0
WRITERS = 3
BATCH = 500
STEADY = 17_000  # events a second of each writer
N_CUSTOMERS = 1_000_000
N_PRODUCTS = 500_000
KINDS = ("view_item",) * 80 + ("add_to_cart",) * 12 + ("search",) * 5 + ("purchase",) * 3


def zipf(rng: random.Random, n: int) -> int:
    """A number from 1 to n, the k-th with a share of about 1/k: the inverse of a log-uniform."""
    return min(n, int(n ** rng.random()))


def batch_of(rng: random.Random, writer: int, number: int) -> list[dict[str, Any]]:
    """Events as a shop's front end sends them: own ids, ISO moments."""
    now = time.time()
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    return [
        {
            "event_id": f"{writer:02x}{number:08x}{place:06x}{rng.getrandbits(64):016x}",
            "at": f"{stamp}.{place:06d}Z",
            "event": rng.choice(KINDS),
            "customer_id": f"c{zipf(rng, N_CUSTOMERS)}",
            "session_id": f"s{rng.randrange(200_000)}",
            "product_id": f"p{zipf(rng, N_PRODUCTS)}",
            "channel": "organic",
            "device": "mobile",
            "place": "home",
        }
        for place in range(BATCH)
    ]


def write(root: Path, writer: int, rate: int, start: Barrier, stop: Event, out: Any) -> None:
    """One front-end process: appends a batch, waits until it is safe, appends the next; ``rate`` 0 is as fast as it can."""
    rng = random.Random(writer)
    acknowledged, waits = 0, []
    with Store.open(root) as store:
        ready = [batch_of(rng, writer, number) for number in range(400)]  # made before, so that we measure the store
        start.wait()
        number, first = 0, time.perf_counter()
        while not stop.is_set():
            ahead = number * BATCH / rate - (time.perf_counter() - first) if rate else 0
            if ahead > 0:
                time.sleep(ahead)
            if number >= len(ready):
                ready.append(batch_of(rng, writer, number))
            began = time.perf_counter()
            found = store.append("events", ready[number])
            waits.append(time.perf_counter() - began)
            acknowledged += found.n_new
            ready[number] = []
            number += 1
    out.put(("writer", {"acknowledged": acknowledged, "waits": waits, "peak_memory_bytes": peak()}))


def read(root: Path, start: Barrier, stop: Event, out: Any) -> None:
    """Somebody who looks at the shop: counts all events through a fresh view, again and again; each count only grows."""
    counts, seconds = [], []
    with Store.open(root) as store:
        start.wait()
        while not stop.is_set():
            began = time.perf_counter()
            with store.view() as view:
                counts.append(view.count("events"))
            seconds.append(time.perf_counter() - began)
            time.sleep(0.2)
    grows = all(after >= before for before, after in itertools.pairwise(counts))
    out.put(
        (
            "reader",
            {"n_views": len(counts), "grows": grows, "view_seconds": statistics.median(seconds), "peak_memory_bytes": peak()},
        )
    )


def look_up(root: Path, start: Barrier, stop: Event, out: Any) -> None:
    """The serving process: a customer's last events and an order's lines, 200 times a second."""
    rng = random.Random(99)
    customers, orders, lengths = [], [], []
    with Store.open(root) as store:
        start.wait()
        while not stop.is_set():
            customer, order = f"c{zipf(rng, N_CUSTOMERS)}", f"o{rng.randrange(50_000)}"
            began = time.perf_counter()
            lengths.append(len(store.last("events", "customer_id", customer, 50)))
            customers.append(time.perf_counter() - began)
            began = time.perf_counter()
            store.last("order_lines", "order_id", order, 50)
            orders.append(time.perf_counter() - began)
            time.sleep(0.005)
    out.put(
        ("lookup", {"customers": customers, "orders": orders, "mean_rows": statistics.mean(lengths), "peak_memory_bytes": peak()})
    )


def seal(root: Path, start: Barrier, stop: Event, out: Any) -> None:
    """The sealer: moves the tail into Parquet whenever 100,000 rows have come together."""
    n_segments = 0
    with Store.open(root) as store:
        start.wait()
        while not stop.is_set():
            n_segments += len(store.seal())
            time.sleep(0.25)
    out.put(("sealer", {"n_segments": n_segments, "peak_memory_bytes": peak()}))


def peak() -> int:
    """The most memory that this process held, in bytes."""
    # Not getrusage: its number is inherited from the process that started this one.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def measure(folder: Path, seconds: float = SECONDS) -> dict[str, Any]:
    """Events acknowledged a second, look-up times and peak memory, flat out and steady, each in a new shop in ``folder``."""
    return {"flat_out": measure_one(folder, seconds, 0), "steady": measure_one(folder, seconds, STEADY)}


def measure_one(folder: Path, seconds: float, rate: int) -> dict[str, Any]:
    """One of the two measurements."""
    root = folder / "append-shop"
    shutil.rmtree(root, ignore_errors=True)
    with Store.create(root) as store:
        lines = [
            {
                "line_id": f"l{k}",
                "order_id": f"o{k % 50_000}",
                "at": 1_700_000_000 + k,
                "product_id": f"p{k % 977}",
                "quantity": 1,
                "price": 2.5,
            }
            for k in range(200_000)
        ]
        store.append("order_lines", lines)
        store.seal(minimum_rows=1)
    context = multiprocessing.get_context("spawn")
    start, stop, out = context.Barrier(WRITERS + 4), context.Event(), context.Queue()
    arguments = [(write, (root, k, rate, start, stop, out)) for k in range(WRITERS)]
    arguments += [(which, (root, start, stop, out)) for which in (read, look_up, seal)]
    processes = [context.Process(target=target, args=given) for target, given in arguments]
    for process in processes:
        process.start()
    start.wait()  # until everybody is ready, the writers with their first batches
    began = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    lasted = time.perf_counter() - began
    told = [out.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    return {"seconds": round(lasted, 2), **summary(told, lasted), **proof(root, told)}


def summary(told: list[tuple[str, dict[str, Any]]], lasted: float) -> dict[str, Any]:
    """The numbers, in one flat dict."""
    writers = [facts for kind, facts in told if kind == "writer"]
    rest = {kind: facts for kind, facts in told if kind != "writer"}
    waits = [wait for facts in writers for wait in facts["waits"]]
    total = sum(facts["acknowledged"] for facts in writers)
    return {
        "events_acknowledged": total,
        "events_per_second": round(total / lasted),
        "batch_wait_ms": quantiles(waits),
        "last_50_events_of_a_customer_ms": quantiles(rest["lookup"]["customers"]),
        "mean_rows_of_a_lookup": round(rest["lookup"]["mean_rows"], 1),
        "lines_of_an_order_ms": quantiles(rest["lookup"]["orders"]),
        "view_and_count_ms": round(rest["reader"]["view_seconds"] * 1000, 1),
        "counts_only_grow": rest["reader"]["grows"],
        "segments_sealed": rest["sealer"]["n_segments"],
        "peak_memory_mb": {kind: round(facts["peak_memory_bytes"] / 1e6) for kind, facts in told},
    }


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Median, 99th percentile and greatest, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return {"median": round(cuts[49] * 1000, 3), "p99": round(cuts[98] * 1000, 3), "max": round(max(seconds) * 1000, 1)}


def proof(root: Path, told: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Whether every acknowledged event is there exactly once."""
    total = sum(facts["acknowledged"] for kind, facts in told if kind == "writer")
    with Store.open(root) as store, store.view() as view:
        n_rows, n_ids = view.sql("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM events").to_pylist()[0].values()
    return {"exactly_once": n_rows == n_ids == total}


if __name__ == "__main__":
    where = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp") / f"shopkeeper-append-{os.getpid()}"
    where.mkdir(parents=True)
    try:
        print(json.dumps(measure(where, float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS), indent=1))
    finally:
        shutil.rmtree(where, ignore_errors=True)
