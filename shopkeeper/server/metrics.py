"""What Prometheus can read: requests and their times, rows taken, decisions made, models and their age."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from shopkeeper.core.schema import FACTS
from shopkeeper.store.log.segments import positions

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

BUCKETS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The counters of one server."""

    def __init__(self, shop: Shop) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series a counter that nobody reads
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "shopkeeper_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "shopkeeper_request_seconds",
            "Time from a request's head to the end of its reply.",
            ["route"],
            buckets=BUCKETS_SECONDS,
            registry=self.registry,
        )
        self._rows = Counter("shopkeeper_rows_received", "Rows received over HTTP.", ["table", "outcome"], registry=self.registry)
        self._known: dict[tuple[str, str, int], tuple[Any, Any]] = {}
        self.registry.register(_ShopState(shop))

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. ``route`` is the pattern (``/api/jobs/{job_id}``), so that there are few of them."""
        key = (method, route, status)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = (self._requests.labels(method, route, str(status)), self._seconds.labels(route))
        found[0].inc()
        found[1].observe(seconds)

    def rows(self, table: str, n_new: int, n_known: int, n_rejected: int) -> None:
        """Count rows that were taken in, already known, or rejected."""
        for outcome, n in (("new", n_new), ("known", n_known), ("rejected", n_rejected)):
            if n:
                self._rows.labels(table, outcome).inc(n)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


class _ShopState:
    """Read from the shop when Prometheus asks, so that nothing is counted twice."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def describe(self) -> list[Any]:
        """Nothing in advance: describing would read the shop before it is served."""
        return []

    def collect(self) -> Iterator[Any]:
        """Decisions, rows not yet sealed, and for every answer whether it is ready and how old its model is."""
        yield CounterMetricFamily(
            "shopkeeper_decisions", "Decisions made by answers since the start.", value=self._shop.answers.n_decisions
        )
        tail = GaugeMetricFamily("shopkeeper_tail_rows", "Rows of facts not yet in sealed segments.", labels=["table"])
        stands = positions(self._shop.store.connect())
        for table in FACTS:
            tail.add_metric([table.name], stands[table.name].n_tail)
        yield tail
        ready = GaugeMetricFamily("shopkeeper_answer_ready", "1 if the answer has a model to ask.", labels=["answer"])
        for answer, version in sorted(self._shop.answers.ready().items()):
            ready.add_metric([answer], int(version is not None))
        yield ready
        age = GaugeMetricFamily("shopkeeper_model_age_seconds", "Age of what is in service.", labels=["task", "version"])
        for name, task in sorted(self._shop.registry.tasks.items()):
            run = self._shop.result_run(task)
            if run is not None:
                age.add_metric([name, run.model_version or ""], time.time() - run.started_at.timestamp())
        yield age
