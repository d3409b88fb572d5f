"""The plan as a picture: tables on the left, tasks and their results after what they read, answers on the right."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from shopkeeper.core.plan import edges, plan
from shopkeeper.core.registry import Registry

COLUMN_WIDTH = 260
ROW_HEIGHT = 52
BOX_WIDTH = 190
BOX_HEIGHT = 36


@dataclass(frozen=True)
class Node:
    """A box; ``x`` and ``y`` are its place in pixels, ``link`` the page that it opens."""

    id: str
    label: str
    kind: Literal["table", "task", "result", "answer"]
    x: int
    y: int
    link: str


@dataclass(frozen=True)
class PlanPicture:
    """The boxes, the arrows between them by id, and the size that they need."""

    nodes: tuple[Node, ...]
    links: tuple[tuple[str, str], ...]
    width: int
    height: int


def picture(registry: Registry) -> PlanPicture:
    """Every declared task with the tables it reads, what it writes and the answers that use it."""
    tasks = registry.tasks
    if not tasks:
        return PlanPicture((), (), 0, 0)
    level = _levels(registry)
    links: list[tuple[str, str]] = []
    places: dict[tuple[int, str], str] = {}
    for name, task in tasks.items():
        places[2 * level[name] + 1, name] = "task"
        places[2 * level[name] + 2, task.writes.name] = "result"
        links.append((name, task.writes.name))
        for table in (*task.reads, *task.optional):
            if registry.writer(table) is None:
                places[0, table] = "table"
            links.append((table, name))
    last = max(column for column, _ in places) + 1
    for answer in registry.answers.values():
        if answer.uses in tasks:
            places[last, answer.name] = "answer"
            links.append((tasks[answer.uses].writes.name, answer.name))
    return _placed(places, links)


def _levels(registry: Registry) -> dict[str, int]:
    """How many tasks stand before each task on the longest way."""
    needs = edges(registry.tasks)
    level: dict[str, int] = {}
    for task in plan(registry.tasks):
        level[task.name] = max((level[before] + 1 for before in needs[task.name]), default=0)
    return level


def _placed(places: dict[tuple[int, str], str], links: list[tuple[str, str]]) -> PlanPicture:
    columns: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for (column, name), kind in sorted(places.items()):
        columns[column].append((name, kind))
    tallest = max(len(names) for names in columns.values())
    nodes = []
    for index, column in enumerate(sorted(columns)):
        names = columns[column]
        top = (tallest - len(names)) * ROW_HEIGHT // 2
        for row, (name, kind) in enumerate(names):
            nodes.append(Node(name, name, kind, index * COLUMN_WIDTH, top + row * ROW_HEIGHT, _link(kind, name)))  # type: ignore[arg-type]
    return PlanPicture(
        tuple(nodes), tuple(sorted(set(links))), (len(columns) - 1) * COLUMN_WIDTH + BOX_WIDTH, tallest * ROW_HEIGHT
    )


def _link(kind: str, name: str) -> str:
    return {"task": f"/tasks/{name}", "answer": f"/answers/{name}"}.get(kind, f"/data/{name}")
