"""How long the model alone takes to answer, in microseconds."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.answers import ForCustomer, ForSession, Similar, for_customer, for_session, similar

N_ASKED = 3000


def measured(model: Any, customers: list[str], products: list[str], *, brand: str, category: str) -> dict[str, Any]:
    """Median and 99th percentile of each kind of answer: ten products with their reasons.

    ``processor_`` is the time that the thread itself ran: what a busy machine would show if it were idle.
    """
    random = np.random.default_rng(0)
    customers = [customers[place] for place in random.integers(0, len(customers), N_ASKED)]
    products = [products[place] for place in random.integers(0, len(products), N_ASKED)]
    asked = {
        "for_customer": [(for_customer, ForCustomer(customer=name)) for name in customers],
        "for_customer, in stock and in a price band": [
            (for_customer, ForCustomer(customer=name, in_stock=True, price_low=2.0, price_high=50.0)) for name in customers
        ],
        "for_customer, in one category": [
            (for_customer, ForCustomer(customer=name, category=category, brand=brand)) for name in customers
        ],
        "for_session of three products": [
            (for_session, ForSession(products=tuple(products[place : place + 3]))) for place in range(N_ASKED - 3)
        ],
        "similar": [(similar, Similar(product=name)) for name in products],
        "popularity (an unknown customer)": [(for_customer, ForCustomer(customer=f"nobody {n}")) for n in range(N_ASKED)],
    }
    return {"microseconds": {name: _timed(model, requests) for name, requests in asked.items()}}


def _timed(model: Any, requests: list[tuple[Any, Any]]) -> dict[str, float]:
    for function, request in requests[:200]:
        function(model, request)
    taken, processor = np.empty(len(requests)), np.empty(len(requests))
    for place, (function, request) in enumerate(requests):
        started, busy = time.perf_counter_ns(), time.thread_time_ns()
        function(model, request)
        processor[place] = time.thread_time_ns() - busy
        taken[place] = time.perf_counter_ns() - started
    names = {"median": 0.5, "p99": 0.99}
    return {
        **{name: round(float(np.quantile(taken, share)) / 1e3, 1) for name, share in names.items()},
        **{f"processor_{name}": round(float(np.quantile(processor, share)) / 1e3, 1) for name, share in names.items()},
    }
