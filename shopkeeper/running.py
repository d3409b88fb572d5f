"""One run of one task: check that its tables are there, call it, check what it gives, keep it, promote what it learned."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from shopkeeper import __version__
from shopkeeper.core.errors import Cancelled, NotEnoughData, ShopkeeperError, TaskFault
from shopkeeper.core.progress import Progress
from shopkeeper.core.registry import Registry
from shopkeeper.core.results import Promotion, Result, judge
from shopkeeper.core.runs import Provenance, Run
from shopkeeper.core.schema import TABLES
from shopkeeper.core.settings import Resolved
from shopkeeper.core.tasks import Task

if TYPE_CHECKING:
    import pyarrow as pa

    from shopkeeper.store.store import Store
    from shopkeeper.store.view import Results, StoreView

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """What to run: a task with its settings, as of when, and who watches."""

    task: Task
    settings: Resolved[Any]
    as_of: datetime | None
    force: bool
    seed: int
    time_zone: str
    currency: str
    progress: Progress
    results: Results


def run_task(store: Store, registry: Registry, order: Order) -> Run:
    """Run one task and record what happened.

    Gives the earlier run, as ``unchanged``, when data, settings and code are what they were (unless ``force``).
    Raises what stopped the task (`NotEnoughData`, `Cancelled`, `TaskFault` …) after recording the run.
    """
    task = order.task
    current = store.models.current(task.name)
    as_of = order.as_of or newest_moment(store, registry, task)
    view = store.view(
        as_of=as_of,
        seed=order.seed,
        progress=order.progress,
        time_zone=order.time_zone,
        currency=order.currency,
        results=order.results,
        in_service=current.card if current else None,
    )
    with contextlib.closing(view):
        provenance = _provenance(order, view)
        fingerprint = _fingerprint(order, provenance, view, order.as_of or newest_moment(store, registry, only_moving(task)))
        earlier = None if order.force else store.runs.find(task.name, fingerprint)
        if earlier is not None:
            return replace(earlier, state="unchanged")
        return _run_and_record(store, registry, order, view, provenance, fingerprint)


def _run_and_record(
    store: Store, registry: Registry, order: Order, view: StoreView, provenance: Provenance, fingerprint: str
) -> Run:
    task = order.task
    started, clock = datetime.now(UTC), time.perf_counter()
    run = Run(uuid4().hex, task.name, "done", started, 0.0, 0, provenance, task.writes.name)
    try:
        with peak_memory() as memory:
            _check_needs(registry, task, view)
            result = _call(order, view)
            table = _declared(task, result)
    except ShopkeeperError as error:
        state = {NotEnoughData: "refused", Cancelled: "cancelled"}.get(type(error), "failed")
        ended = replace(run, state=state, seconds=time.perf_counter() - clock, problem=error.as_problem())  # type: ignore[arg-type]
        store.runs.add(ended, None)
        raise
    version, promotion = _keep(store, task, result, provenance, view)
    run = replace(
        run,
        seconds=time.perf_counter() - clock,
        peak_memory_bytes=memory[0],
        n_rows=table.num_rows,
        headline=result.headline,
        scores=result.scores,
        model_version=version,
        promoted=promotion.promoted,
        promotion_reason=promotion.why,
    )
    store.runs.add(run, table, fingerprint="" if result.is_partial else fingerprint)
    if version and promotion.promoted:
        store.models.promote(task.name, version)
    return run


def _keep(store: Store, task: Task, result: Result, provenance: Provenance, view: StoreView) -> tuple[str | None, Promotion]:
    """Save what was learned as a new version and say whether it may go into service."""
    promotion = judge(result.scores)
    if not result.learned:
        return None, promotion
    card = {
        **result.card,
        "task": task.name,
        "as_of": provenance.as_of.isoformat(),
        "settings_hash": provenance.settings_hash,
        "code_version": provenance.code_version,
        "positions": view.snapshot.positions(),
    }
    return store.models.save(task.name, result.learned, card), promotion


def newest_moment(store: Store, registry: Registry, task: Task) -> datetime:
    """The newest moment among the facts that a task's result comes from, never after now: the shop's clock for this task.

    Prices count only where nothing else does: they are noted when a catalog is brought in, which may be years after the trade.
    """
    facts = [name for name in _sources(registry, task, set()) if name in TABLES and TABLES[name].kind == "fact"]
    facts = [name for name in facts if not TABLES[name].is_noted_later] or facts
    moments = [moment for name in sorted(facts) if (moment := store.freshness(name))]
    now = datetime.now(UTC)
    return min(max(moments, default=now), now)


def _sources(registry: Registry, task: Task, seen: set[str]) -> set[str]:
    """Every table that a task reads: itself, behind views, and through the tasks whose results it reads."""
    for name in (*task.reads, *task.optional):
        _behind(registry, name, seen)
    return seen


def _behind(registry: Registry, name: str, seen: set[str]) -> None:
    """Add a table to ``seen`` with what it is derived from, views of views too."""
    if name in seen:
        return
    seen.add(name)
    for source in registry.table(name).of:
        _behind(registry, source, seen)
    writer = registry.writer(name)
    if writer is not None:
        _sources(registry, writer, seen)


def _provenance(order: Order, view: StoreView) -> Provenance:
    changes = {change.name: (change.value, change.origin) for change in order.settings.changes}
    return Provenance(view.as_of, order.settings.hash, changes, view.snapshot.as_dict(), __version__, order.seed)


def only_moving(task: Task) -> Task:
    """The task with only those tables whose new rows are a reason to run again."""
    return replace(task, optional=tuple(name for name in task.optional if name not in task.unmoved_by))


def _fingerprint(order: Order, provenance: Provenance, view: StoreView, newest: datetime) -> str:
    """The same text for the same task, settings, code, seed, rows and ``newest`` moment of what moves it."""
    task = order.task
    code = task.function.__code__
    parts = [
        task.name,
        provenance.settings_hash,
        provenance.code_version,
        hashlib.sha256(code.co_code + repr(code.co_consts).encode()).hexdigest(),
        str(order.seed),
        newest.isoformat(),
        view.fingerprint((*task.reads, *only_moving(task).optional), newest),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _check_needs(registry: Registry, task: Task, view: StoreView) -> None:
    for name, wanted in task.needs.items():
        got = view.count(name)
        if got >= wanted:
            continue
        writer = registry.writer(name)
        behind = [source for source in registry.table(name).of if registry.table(source).kind != "view"]
        sources = behind or registry.table(name).of or (name,)
        what_next = f"run {writer.name!r} first" if writer else f"import {' or '.join(sources)}: `shopkeeper import FILE`"
        raise NotEnoughData(
            f"{task.name!r} needs more in table {name!r}.",
            got=f"{got:,} rows",
            wanted=f"at least {wanted:,}",
            next=what_next,
            task=task.name,
            table=name,
        )


def _call(order: Order, view: StoreView) -> Result:
    task = order.task
    try:
        result = task.function(view, order.settings.values)
    except ShopkeeperError:
        raise
    except MemoryError as error:
        raise TaskFault(
            f"{task.name!r} ran out of memory.", got=str(error), wanted="enough", next="run it on less data or a larger machine"
        ) from error
    except KeyboardInterrupt as error:
        raise Cancelled(
            f"{task.name!r} was stopped.", got="an interrupt", wanted="to finish", next="run it again to start over"
        ) from error
    except Exception as error:
        log.exception("%s crashed", task.name)
        raise TaskFault(
            f"{task.name!r} crashed.",
            got=f"{type(error).__name__}: {error}",
            wanted="a Result",
            next="the log has the traceback; please report it",
        ) from error
    if not isinstance(result, Result):
        raise TaskFault(
            f"{task.name!r} gave back the wrong thing.", got=type(result).__name__, wanted="a Result", next="mend the task"
        )
    return result


def _declared(task: Task, result: Result) -> pa.Table:
    """The result's table with exactly the declared columns and types; `TaskFault` when that cannot be."""
    import pyarrow as pa

    from shopkeeper.store.arrow_types import arrow_schema

    schema = arrow_schema(task.writes)
    if set(result.table.column_names) != set(schema.names):
        raise TaskFault(
            f"{task.name!r} gave a table with the wrong columns.",
            got=", ".join(result.table.column_names),
            wanted=", ".join(schema.names),
            next=f"make the table as {task.writes.name!r} is declared",
        )
    try:
        return result.table.select(schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise TaskFault(
            f"{task.name!r} gave a table with the wrong types.", got=str(error), wanted=str(schema), next="cast its columns"
        ) from error


@contextlib.contextmanager
def peak_memory() -> Iterator[list[int]]:
    """A list whose one number is, after the block, the peak resident memory of the process within it, in bytes."""
    found = [0]
    status = Path("/proc/self/status")
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # forget the earlier peak (Linux)
    try:
        yield found
    finally:
        try:
            line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
            found[0] = int(line.split()[1]) * 1024
        except (OSError, StopIteration):
            found[0] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
