"""An answer: a reply in milliseconds from what a task has learned. Declared with `@answer`, found in `REGISTRY`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from shopkeeper.core.errors import DeclarationError
from shopkeeper.core.results import Reply
from shopkeeper.core.settings import setting

F = TypeVar("F", bound=Callable[..., Reply])

parameter = setting  # a request's fields are declared like settings: default, help, range


@dataclass(frozen=True)
class Answer:
    """A declared answer: ``function(model, request)`` gives a `Reply`; ``request`` is a dataclass of `parameter` fields."""

    name: str
    uses: str
    function: Callable[[Any, Any], Reply]
    request: type
    doc: str

    @property
    def capability(self) -> str:
        """The room that it lives in."""
        return self.name.split(".")[0]

    @property
    def question(self) -> str:
        """The first line of its docstring."""
        return self.doc.splitlines()[0]


def answer(name: str, *, uses: str) -> Callable[[F], F]:
    """Declare an answer that asks the model of the task ``uses``. The request's type is the second annotation."""
    from shopkeeper.core.registry import REGISTRY

    def declare(function: F) -> F:
        parameters = list(inspect.signature(function).parameters)
        hints = get_type_hints(function)
        doc = inspect.getdoc(function) or ""
        if len(parameters) != 2 or parameters[1] not in hints or not doc:
            raise DeclarationError(
                f"Answer {name!r} is declared wrongly.",
                got=str(inspect.signature(function)),
                wanted="(model, request: <a dataclass>) -> Reply, with a docstring",
                next="annotate the request and say in the docstring what comes out",
            )
        REGISTRY.add_answer(Answer(name, uses, function, hints[parameters[1]], doc))
        return function

    return declare
