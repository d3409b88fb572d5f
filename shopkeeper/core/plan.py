"""In which order tasks run: computed from what they read and write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from shopkeeper.core.errors import PlanCycle
from shopkeeper.core.tasks import Task


def edges(tasks: Mapping[str, Task]) -> dict[str, set[str]]:
    """For each task, the tasks whose results it reads."""
    writer = {task.writes.name: name for name, task in tasks.items()}
    return {name: {writer[table] for table in (*task.reads, *task.optional) if table in writer} for name, task in tasks.items()}


def plan(tasks: Mapping[str, Task], wanted: Iterable[str] | None = None) -> list[Task]:
    """The wanted tasks (default all) and all that they read from, each after what it reads; names break ties.

    A task that runs on request only is never added because others read its result. Raises `PlanCycle`, whose words print the
    cycle.
    """
    needs = edges(tasks)
    if wanted is not None:
        named = list(wanted)
        asleep = {name for name, task in tasks.items() if task.on_request} - set(named)
        needs = _with_what_they_need({name: needs[name] - asleep for name in needs}, named)
    sorter = TopologicalSorter({name: sorted(needs[name]) for name in sorted(needs)})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise PlanCycle(
            "Tasks read each other's results in a circle.",
            got=circle,
            wanted="an order in which each task runs after what it reads",
            next="remove one of these tables from a task's reads",
            cycle=circle,
        ) from None
    order: list[Task] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order.extend(tasks[name] for name in ready)
        sorter.done(*ready)
    return order


def _with_what_they_need(needs: dict[str, set[str]], wanted: list[str]) -> dict[str, set[str]]:
    kept: dict[str, set[str]] = {}
    while wanted:
        name = wanted.pop()
        if name not in kept:
            kept[name] = needs[name]
            wanted.extend(needs[name])
    return kept
