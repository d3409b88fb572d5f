"""Answers in milliseconds: learned models held in memory, kept fresh by one thread, their decisions written down.

The hot path (`Answers.ask`) touches no disk: requests are checked against their declaration, the model is asked, and
the decision is handed to the writer. A follower thread shows new rows to the models every few milliseconds, and a
second thread swaps in newly promoted models.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from shopkeeper.core.answers import Answer
from shopkeeper.core.errors import NotLearned, SettingError, ShopkeeperError, nearest
from shopkeeper.core.registry import Registry
from shopkeeper.core.results import Decision
from shopkeeper.core.settings import Knob, check, knobs
from shopkeeper.core.tasks import LearnedModel, Task

if TYPE_CHECKING:
    from shopkeeper.store.store import Store

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 0.02
SWAP_SECONDS = 0.5
# Decisions go to the writer this often. Each commit takes the interpreter from the answers for about 2 ms, however few
# rows it has: at every 20 ms that cost a fifth of all requests and half of the p99 (benchmarks/serve).
HAND_OVER_SECONDS = 0.1


@dataclass
class _Served:
    """A model in memory and how far into each table it has seen."""

    task: Task
    model: LearnedModel
    version: str
    seen: dict[str, int]
    lock: threading.Lock = field(default_factory=threading.Lock)


class Answers:
    """Every answer of a shop. Thread-safe. `start` keeps it fresh in the background; without it, each `ask` looks first."""

    def __init__(self, store: Store, registry: Registry, time_zone: str, currency: str) -> None:
        self._store = store
        self._registry = registry
        self._time_zone, self._currency = time_zone, currency
        self._served: dict[str, _Served] = {}
        self._loading = threading.Lock()
        self._pending: deque[dict[str, Any]] = deque()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._prefix = secrets.token_hex(5)
        self._counter = itertools.count()
        self._fields: dict[str, dict[str, Knob]] = {}
        self._unreadable: dict[str, str] = {}  # task -> version that could not be loaded, not tried again
        self.n_decisions = 0

    def ask(self, name: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """The body of the answer, with ``decision_id`` where it made a choice.

        Raises `UnknownName` (no such answer), `SettingError` (a field misspelled, missing or out of range) and
        `NotLearned` (its task has no model in service).
        """
        answer = self._registry.answer(name)
        given = self._checked(answer, request)
        served = self._fresh(answer)
        reply = answer.function(served.model, answer.request(**given))
        body = reply.body
        body["model_version"] = served.version
        if reply.decision is not None:
            body["decision_id"] = self._write_down(answer, served.version, reply.decision, given)
        return body

    def start(self) -> None:
        """Load what is in service and keep it fresh in the background until `close`."""
        if self._threads:
            return
        self.swap()
        rhythm = ((self._follow, FOLLOW_SECONDS), (self._hand_over, HAND_OVER_SECONDS), (self.swap, SWAP_SECONDS))
        for work, seconds in rhythm:
            thread = threading.Thread(target=self._repeat, args=(work, seconds), name=f"answers-{work.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Stop following and write down the last decisions."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self.flush()
        self._served.clear()
        self._stop.clear()

    def ready(self) -> dict[str, str | None]:
        """For every answer the version of the model that it asks, or None before it is learned."""
        served = self._served
        return {
            name: served[answer.uses].version if answer.uses in served else None
            for name, answer in self._registry.answers.items()
        }

    def flush(self) -> None:
        """Hand the decisions made so far to the writer and wait until they are on disk."""
        future = self._hand_over()
        if future is not None:
            future.result()

    # -- keeping fresh

    def swap(self) -> None:
        """Load every model that was promoted since the last look; an old one serves until its successor is ready.

        One that cannot be loaded (damaged, or kept by an older version) is told in the log, and the others serve.
        """
        for name in {answer.uses for answer in self._registry.answers.values()}:
            current = self._store.models.current(name)
            if current is None or self._unreadable.get(name) == current.version:
                continue
            try:
                self._swap_one(self._registry.task(name))
            except ShopkeeperError as error:
                self._unreadable[name] = current.version
                log.error("%s %s cannot serve: %s", name, current.version, error)

    def _swap_one(self, task: Task) -> None:
        current = self._store.models.current(task.name)
        served = self._served.get(task.name)
        if current is None or task.load is None or (served and served.version == current.version):
            return
        with self._loading:
            served = self._served.get(task.name)
            if served and served.version == current.version:
                return
            started = time.perf_counter()
            with closing(self._store.view(time_zone=self._time_zone, currency=self._currency)) as view:
                model = task.load(current.path, view)
            fresh = _Served(task, model, current.version, dict(current.card.get("positions", {})))
            self._catch_up(fresh)
            self._served = {**self._served, task.name: fresh}
            log.info("%s %s serves after %.2f s", task.name, current.version, time.perf_counter() - started)

    def _follow(self) -> None:
        for served in self._served.values():
            self._catch_up(served)

    def _catch_up(self, served: _Served) -> None:
        watches = getattr(served.model, "watches", None)
        tables = served.task.observes if watches is None else watches()
        with served.lock:
            rows, seen = self._store.changes(tables, served.seen)
            served.seen = {**served.seen, **seen}
            for table, new in rows.items():
                if new:
                    served.model.observe(table, new)

    def _fresh(self, answer: Answer) -> _Served:
        if not self._threads:
            self._swap_one(self._registry.task(answer.uses))
        served = self._served.get(answer.uses)
        if served is None:
            raise NotLearned(
                f"{answer.name!r} has nothing to answer from yet.",
                got=f"no model of {answer.uses!r} in service",
                wanted="one that was learned and promoted",
                next=f"`shopkeeper learn {answer.uses}`",
            )
        if not self._threads:
            self._catch_up(served)
        return served

    def _repeat(self, work: Callable[[], None], seconds: float) -> None:
        while not self._stop.wait(seconds):
            try:
                work()
            except ShopkeeperError as error:
                log.warning("%s: %s", work.__name__, error)
            except Exception:  # a fault in one model must not end the service of the others
                log.exception("%s failed", work.__name__)

    # -- requests and decisions

    def _checked(self, answer: Answer, request: Mapping[str, Any]) -> dict[str, Any]:
        """The fields that were given, each as its declared type: what the answer sees is what is written down."""
        fields = self._fields.get(answer.name)
        if fields is None:
            fields = self._fields[answer.name] = {knob.name: knob for knob in knobs(answer.request)}
        values = {}
        for name, raw in request.items():
            knob = fields.get(name)
            if knob is None:
                close = nearest(name, fields)
                wanted = f"did you mean {close!r}?" if close else "one of " + ", ".join(fields)
                raise SettingError(f"{answer.name!r} takes no {name!r}.", got=name, wanted=wanted, next="correct the name")
            values[name] = check(knob, raw, f"{answer.name} {name}")
        missing = [name for name, knob in fields.items() if knob.required and name not in values]
        if missing:
            raise SettingError(
                f"{answer.name!r} needs {missing[0]!r}.",
                got="nothing",
                wanted=fields[missing[0]].help,
                next=f"give {missing[0]!r}",
            )
        return values

    def _write_down(self, answer: Answer, version: str, decision: Decision, request: dict[str, Any]) -> str:
        decision_id = f"{self._prefix}{next(self._counter):010x}"
        self._pending.append(
            {
                "decision_id": decision_id,
                "at": datetime.now(UTC),
                "answer": answer.name,
                "model_version": version,
                "customer_id": decision.customer_id,
                "session_id": decision.session_id,
                "place": decision.place,
                "chosen": decision.chosen,
                "probability": decision.probability,
                "reason": decision.reason,
                "request": request,
            }
        )
        self.n_decisions += 1
        if not self._threads:
            self.flush()
        return decision_id

    def _hand_over(self) -> Any:
        """Give the pending decisions to the writer; the future of their being on disk, or None."""
        rows: list[dict[str, Any]] = []
        with suppress(IndexError):  # another thread may be handing over too
            while True:
                rows.append(self._pending.popleft())
        if not rows:
            return None
        for row in rows:
            for name in ("chosen", "reason", "request"):
                row[name] = orjson.dumps(row[name]).decode()
        future = self._store.append_later("decisions", rows)
        future.add_done_callback(_tell_loss)
        return future


def _tell_loss(future: Future[Any]) -> None:
    """Nobody waits for decisions, so one that could not be written (a full disk) is told in the log."""
    error = None if future.cancelled() else future.exception()
    if error is not None:
        log.error("decisions were made and could not be written down: %s", error)
    elif not future.cancelled() and future.result().rejected:
        log.error("decisions were made and not taken by the store: %s", future.result().rejected[0].message)
