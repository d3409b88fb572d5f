"""Sends events over HTTP at a steady rate until its time is over; prints how many were acknowledged and how fast."""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import httpx

BATCH_EVENTS = 10


def main(url: str, events_per_second: float, seconds: float, names: str) -> None:
    customers, products = json.loads(Path(names).read_text()).values()
    choose = random.Random(7)
    waited, n_events = [], 0
    started = time.perf_counter()
    with httpx.Client(base_url=url) as client:
        while (now := time.perf_counter() - started) < seconds:
            behind = now * events_per_second - n_events
            if behind < BATCH_EVENTS:
                time.sleep((BATCH_EVENTS - behind) / events_per_second)
                continue
            batch = [
                {"event": "view_item", "customer_id": choose.choice(customers), "product_id": choose.choice(products)}
                for _ in range(BATCH_EVENTS)
            ]
            asked = time.perf_counter()
            client.post("/api/events", json=batch).raise_for_status()
            waited.append(time.perf_counter() - asked)
            n_events += BATCH_EVENTS
    waited.sort()
    spent = time.perf_counter() - started
    told = {
        "events": n_events, "events_per_second": n_events / spent, "p50_ms": waited[len(waited) // 2] * 1e3,
        "p99_ms": waited[int(len(waited) * 0.99)] * 1e3,
    }  # fmt: skip
    print("RESULT " + json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
