"""A task: a function from the shop's tables to one table. Declared with `@task`, found in `REGISTRY`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, get_type_hints

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import DeclarationError
from shopkeeper.core.progress import Progress
from shopkeeper.core.results import Result

if TYPE_CHECKING:
    import pyarrow as pa


class ShopView(Protocol):
    """A read-only snapshot of a shop as it was known at ``as_of``: nothing later can be read through it."""

    @property
    def as_of(self) -> datetime:
        """The moment at which the view is cut (UTC, inclusive)."""

    @property
    def time_zone(self) -> str:
        """The IANA name of the zone in which the shop's days begin and end."""

    @property
    def currency(self) -> str:
        """The shop's currency, ISO 4217: what prices and amounts are rounded to."""

    @property
    def seed(self) -> int:
        """Where all randomness of a task comes from."""

    @property
    def progress(self) -> Progress:
        """Where the task says how far it is, and learns that it should stop."""

    def table(self, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        """A fact, entity, view or another task's result as Arrow, cut at ``as_of``; empty with its columns if there is none."""

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """A DuckDB query over every table by name, each cut at ``as_of``; ``$name`` parameters. Raises `QueryError`."""

    def count(self, name: str) -> int:
        """How many rows ``table(name)`` has."""

    def before(self, moment: datetime) -> ShopView:
        """The same snapshot cut at an earlier moment: what a back-test reads."""

    def in_service(self) -> Mapping[str, Any] | None:
        """The card of this task's model in service, or None: what a new one must not be worse than."""


class LearnedModel(Protocol):
    """What a task's ``load`` gives: answers ask it, live rows change it.

    It may have ``watches() -> tuple[str, ...]``: which of the tables that its task observes it needs just now. What it does not
    watch is not read; when it watches a table again, all that came in between is shown.
    """

    def observe(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Rows of a fact or entity that arrived after learning; moments are datetimes in UTC."""


Load = Callable[[Path, ShopView], LearnedModel]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Task:
    """A declared task. ``function(view, settings)`` gives a `Result` whose table has ``writes``'s columns."""

    name: str
    function: Callable[[ShopView, Any], Result]
    settings: type
    reads: tuple[str, ...]
    optional: tuple[str, ...]
    needs: Mapping[str, int]
    writes: Table
    load: Load | None
    observes: tuple[str, ...]
    doc: str = field(default="")
    on_request: bool = False
    unmoved_by: tuple[str, ...] = ()

    @property
    def capability(self) -> str:
        """The room that it lives in: ``recommend`` of ``recommend.learn``. Also its section in `shop.toml`."""
        return self.name.split(".")[0]

    @property
    def question(self) -> str:
        """The first line of its docstring."""
        return self.doc.splitlines()[0] if self.doc else ""


def task(
    name: str,
    *,
    reads: tuple[str, ...],
    writes: Table,
    optional: tuple[str, ...] = (),
    needs: Mapping[str, int] | None = None,
    load: Load | None = None,
    observes: tuple[str, ...] = (),
    on_request: bool = False,
    unmoved_by: tuple[str, ...] = (),
) -> Callable[[F], F]:
    """Declare a task; see `Task`.

    ``reads`` tables must hold rows (``needs`` says how many, default 1) or the task is refused by name; ``optional``
    ones may be empty. ``load(folder, view)`` opens the saved model for answers; ``observes`` names the facts and entities
    whose new rows are shown to it. ``on_request``: a long search or comparison that runs only when it is named, not with
    every `shopkeeper learn`. ``unmoved_by`` names optional tables whose new rows alone are no reason to run again, since
    the model in service takes them live. The settings dataclass is taken from the function's second annotation.
    """
    from shopkeeper.core.registry import REGISTRY

    def declare(function: F) -> F:
        settings = _second_annotation(name, function)
        doc = inspect.getdoc(function) or ""
        _check(name, doc, reads, writes)
        minimum = dict.fromkeys(reads, 1) | dict(needs or {})
        REGISTRY.add_task(
            Task(name, function, settings, reads, optional, minimum, writes, load, observes, doc, on_request, unmoved_by)
        )
        return function

    return declare


def _second_annotation(name: str, function: Callable[..., Any]) -> type:
    parameters = list(inspect.signature(function).parameters)
    hints = get_type_hints(function)
    if len(parameters) != 2 or parameters[1] not in hints:
        raise DeclarationError(
            f"Task {name!r} has the wrong parameters.",
            got=str(inspect.signature(function)),
            wanted="(shop: ShopView, settings: <a settings dataclass>) -> Result",
            next="annotate both parameters",
        )
    declared: type = hints[parameters[1]]
    return declared


def _check(name: str, doc: str, reads: tuple[str, ...], writes: Table) -> None:
    problem = ""
    if name.count(".") != 1 or not all(part.isidentifier() for part in name.split(".")):
        problem = "a name of the form 'capability.verb'"
    elif not doc:
        problem = "a docstring whose first line is the question that it answers"
    elif writes.kind != "result":
        problem = f"a table of kind 'result' to write, {writes.name!r} is of kind {writes.kind!r}"
    elif writes.name in reads:
        problem = "a task that does not read what it writes"
    if problem:
        raise DeclarationError(f"Task {name!r} is declared wrongly.", got=name, wanted=problem, next="correct its @task line")
