"""Options made from a settings or request dataclass: one declaration, one option, with its range and help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from shopkeeper.core.settings import Knob, knobs

_WORDS = {int: "whole number", float: "number", str: "text", bool: "yes or no"}


def flag(knob: Knob, taken: frozenset[str]) -> str:
    """The option's name: ``--horizon-days``; ``--setting-json`` where the command itself has that option."""
    name = knob.name.replace("_", "-")
    return f"--setting-{name}" if knob.name in taken else f"--{name}"


def make(
    declared: type, call: Callable[[dict[str, Any], dict[str, Any]], None], own: Mapping[str, tuple[Any, Any]], *, required: bool
) -> Callable[..., None]:
    """A function whose signature has one option a knob, for typer to read.

    It calls ``call(given, own)`` with the values that were given, as text (`core.settings` reads and checks them, so that every
    door says the same), and with the command's ``own`` options, declared as ``name -> (annotation, default)``.
    With ``required``, knobs without a default must be given.
    """
    asked = knobs(declared)
    taken = frozenset(own)
    inner = {f"{knob.name}__": knob for knob in asked}

    def run(**values: Any) -> None:
        given = {knob.name: values[name] for name, knob in inner.items() if values[name] not in (None, [], ())}
        call(given, {name: values[name] for name in own})

    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=_annotation(knob, taken),
            default=inspect.Parameter.empty if required and knob.required else None,
        )
        for name, knob in inner.items()
    ]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
        for name, (annotation, default) in own.items()
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _annotation(knob: Knob, taken: frozenset[str]) -> Any:
    name = flag(knob, taken)
    words = knob.help + (" (repeat, or separate by commas)" if knob.many else "")
    default = _default(knob)
    # A bracket before a letter would be read as Rich's markup.
    words = re.sub(r"\[(?=[a-z#/@])", r"\\[", f"{words}; default {default}" if default else words)
    if knob.type is bool and not knob.many:
        negative = "--no-" + name.removeprefix("--")
        return Annotated[bool | None, typer.Option(f"{name}/{negative}", help=words, metavar="", show_default=False)]
    metavar = knob.range or _WORDS.get(knob.type, knob.type.__name__)
    if knob.many:
        return Annotated[list[str] | None, typer.Option(name, help=words, metavar=metavar, show_default=False)]
    return Annotated[str | None, typer.Option(name, help=words, metavar=metavar, show_default=False)]


def _default(knob: Knob) -> str:
    """The default in words; empty where there is none worth showing."""
    if knob.required or knob.default in (None, "", ()):
        return ""
    if isinstance(knob.default, bool):
        return "yes" if knob.default else "no"
    if knob.many:
        return ",".join(str(value) for value in knob.default)
    return str(knob.default)


def flattened(given: Mapping[str, Any]) -> dict[str, Any]:
    """Repeated options as one list: ``["a,b", "c"]`` -> ``("a", "b", "c")``."""
    return {
        name: tuple(part for item in value for part in item.split(",")) if isinstance(value, list) else value
        for name, value in given.items()
    }
