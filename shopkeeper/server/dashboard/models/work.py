"""Tasks as the dashboard shows them: their state, settings, runs and models; and the forms made from knobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopkeeper.core.settings import Knob, knobs

if TYPE_CHECKING:
    from shopkeeper.core.runs import Run
    from shopkeeper.core.tasks import Task
    from shopkeeper.shop import Shop

HISTORY_RUNS = 30


@dataclass(frozen=True)
class TaskCard:
    """A task in the overview: what it answers, what it reads and writes, and its newest run."""

    name: str
    question: str
    reads: tuple[str, ...]
    writes: str
    newest: Run | None
    in_service: str | None


@dataclass(frozen=True)
class AnswerCard:
    """An answer in the overview; ``model_version`` is None before its task has learned."""

    name: str
    question: str
    uses: str
    model_version: str | None


@dataclass(frozen=True)
class SettingRow:
    """One knob of a task: what it is, what it may be, what it is now and who said so ("" for the default)."""

    knob: Knob
    current: Any
    origin: str


@dataclass(frozen=True)
class TaskPage:
    """Everything on a task's page."""

    name: str
    question: str
    explanation: str
    reads: tuple[str, ...]
    optional: tuple[str, ...]
    writes: str
    settings: tuple[SettingRow, ...]
    runs: tuple[Run, ...]
    result: Run | None
    versions: tuple[str, ...]
    current: str | None
    previous: str | None


def task_cards(shop: Shop) -> tuple[TaskCard, ...]:
    """Every declared task, in the order of the plan."""
    from shopkeeper.core.plan import plan

    return tuple(_task_card(shop, task) for task in plan(shop.registry.tasks))


def _task_card(shop: Shop, task: Task) -> TaskCard:
    newest = shop.runs(task=task.name, limit=1)
    current = shop.store.models.current(task.name)
    return TaskCard(
        task.name, task.question, (*task.reads, *task.optional), task.writes.name, newest[0] if newest else None,
        current.version if current else None,
    )  # fmt: skip


def answer_cards(shop: Shop) -> tuple[AnswerCard, ...]:
    """Every declared answer with the version of the model that it asks."""
    found = []
    for name, answer in sorted(shop.registry.answers.items()):
        current = shop.store.models.current(answer.uses)
        found.append(AnswerCard(name, answer.question, answer.uses, current.version if current else None))
    return tuple(found)


def task_page(shop: Shop, name: str) -> TaskPage:
    """The task of that name; raises `UnknownName` with the nearest one."""
    task = shop.registry.task(name)
    current, previous = shop.store.models.current(name), shop.store.models.previous(name)
    return TaskPage(
        name,
        task.question,
        _paragraphs(task.doc.splitlines()[1:]),
        task.reads,
        task.optional,
        task.writes.name,
        setting_rows(shop, task),
        tuple(shop.runs(task=name, limit=HISTORY_RUNS)),
        shop.result_run(task),
        tuple(_version(entry) for entry in shop.store.models.versions(name)),
        current.version if current else None,
        previous.version if previous else None,
    )


def _paragraphs(lines: list[str]) -> str:
    """The text with a line a paragraph: where a docstring is wrapped says nothing."""
    whole = "\n".join(line.strip() for line in lines).strip()
    return "\n".join(" ".join(part.split("\n")) for part in whole.split("\n\n"))


def _version(entry: Any) -> str:
    return str(getattr(entry, "version", entry))


def setting_rows(shop: Shop, task: Task) -> tuple[SettingRow, ...]:
    """The task's knobs as they hold in this shop."""
    resolved = shop.settings(task.capability)
    origins = {change.name: change.origin for change in resolved.changes}
    return tuple(
        SettingRow(knob, getattr(resolved.values, knob.name), origins.get(knob.name, "")) for knob in knobs(task.settings)
    )


def newest_problem(shop: Shop, name: str) -> Mapping[str, Any]:
    """Why the task's newest run was refused or failed, in four parts; empty where it was neither, or never ran."""
    newest = shop.runs(task=name, limit=1)
    return newest[0].problem if newest and newest[0].state in ("refused", "failed") else {}


def run_page(shop: Shop, run_id: str) -> Run:
    """The run of that number; raises `UnknownName`."""
    found: Run = shop.store.runs.get(run_id)
    return found


def filled(fields: tuple[Knob, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """What a form gives to its task or answer: fields left empty or at their default are not sent."""
    sent = {}
    for knob in fields:
        value = given.get(knob.name)
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "" or (not knob.required and value == knob.default):
            continue
        sent[knob.name] = value
    return sent
