"""The register of everything declared: tasks, answers, settings. Every door is made from it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import DeclarationError, unknown
from shopkeeper.core.schema import TABLES

if TYPE_CHECKING:
    from shopkeeper.core.answers import Answer
    from shopkeeper.core.tasks import Task

HOUSE = "shopkeeper"
ROOMS = "shopkeeper.capabilities"


class Registry:
    """Tasks, answers and settings sections by name. `discover` fills it from the capability rooms and from plug-ins."""

    def __init__(self) -> None:
        self._tasks: dict[str, Task] = {}
        self._answers: dict[str, Answer] = {}
        self._sections: dict[str, type] = {}
        self._discovered = False

    def add_task(self, task: Task) -> None:
        """Register a task; its settings dataclass becomes the section named after its capability."""
        before = self._tasks.get(task.name)
        if before is not None and before.function.__module__ != task.function.__module__:
            raise _twice("task", task.name, before.function.__module__, task.function.__module__)
        for other in self._tasks.values():
            if other.writes.name == task.writes.name and other.name != task.name:
                raise _twice("result table", task.writes.name, other.name, task.name)
        if task.writes.name in TABLES:
            raise _twice("table", task.writes.name, "core/schema", task.name)
        self.add_section(task.capability, task.settings)
        self._tasks[task.name] = task

    def add_answer(self, answer: Answer) -> None:
        """Register an answer."""
        before = self._answers.get(answer.name)
        if before is not None and before.function.__module__ != answer.function.__module__:
            raise _twice("answer", answer.name, before.function.__module__, answer.function.__module__)
        self._answers[answer.name] = answer

    def add_section(self, name: str, declared: type) -> None:
        """Register the settings dataclass of a section of `shop.toml`."""
        before = self._sections.get(name)
        if before is not None and before.__qualname__ != declared.__qualname__:
            raise _twice("settings section", name, before.__qualname__, declared.__qualname__)
        self._sections[name] = declared

    def remove(self, name: str) -> None:
        """Forget a task or answer and, with its last task, its section (for tests and plug-ins that are unloaded)."""
        self._answers.pop(name, None)
        task = self._tasks.pop(name, None)
        if task and all(other.capability != task.capability for other in self._tasks.values()):
            self._sections.pop(task.capability, None)

    def discover(self) -> Registry:
        """Import, once, every floor's ``settings``, every room's ``tasks`` and ``answers``, and the plug-ins.

        A plug-in is an entry point of the group ``shopkeeper.tasks``.
        """
        if not self._discovered:
            self._discovered = True
            for floor in pkgutil.iter_modules(importlib.import_module(HOUSE).__path__):
                if floor.ispkg and importlib.util.find_spec(f"{HOUSE}.{floor.name}.settings"):
                    importlib.import_module(f"{HOUSE}.{floor.name}.settings")
            rooms = importlib.import_module(ROOMS)
            for room in pkgutil.iter_modules(rooms.__path__):
                if not room.ispkg:
                    continue
                found = importlib.import_module(f"{ROOMS}.{room.name}")
                inside = {module.name for module in pkgutil.iter_modules(found.__path__)}
                for part in sorted({"tasks", "answers"} & inside):
                    importlib.import_module(f"{ROOMS}.{room.name}.{part}")
            for plugin in entry_points(group="shopkeeper.tasks"):
                plugin.load()
        return self

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Every task by name."""
        return self._tasks

    @property
    def answers(self) -> Mapping[str, Answer]:
        """Every answer by name."""
        return self._answers

    @property
    def sections(self) -> Mapping[str, type]:
        """Every settings dataclass by the name of its section in `shop.toml`."""
        return self._sections

    @property
    def results(self) -> Mapping[str, Table]:
        """Every result table by name."""
        return {task.writes.name: task.writes for task in self._tasks.values()}

    def task(self, name: str) -> Task:
        """The task of that name; `UnknownName` with the nearest one otherwise."""
        if name not in self._tasks:
            raise unknown("task", name, self._tasks, next="`shopkeeper tasks` lists them")
        return self._tasks[name]

    def answer(self, name: str) -> Answer:
        """The answer of that name; `UnknownName` with the nearest one otherwise."""
        if name not in self._answers:
            raise unknown("answer", name, self._answers, next="`shopkeeper ask --help` lists them")
        return self._answers[name]

    def table(self, name: str) -> Table:
        """A stored, derived or result table; `UnknownName` with the nearest one otherwise."""
        every = {**TABLES, **self.results}
        if name not in every:
            raise unknown("table", name, every, next="`shopkeeper show` lists the tables")
        return every[name]

    def writer(self, table: str) -> Task | None:
        """The task that writes this result table, or None for stored and derived tables."""
        return next((task for task in self._tasks.values() if task.writes.name == table), None)


def _twice(kind: str, name: str, first: str, second: str) -> DeclarationError:
    return DeclarationError(
        f"The {kind} {name!r} is declared twice.", got=f"{first} and {second}", wanted="one owner", next="rename one of them"
    )


REGISTRY = Registry()
