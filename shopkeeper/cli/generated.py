"""Options made from a settings or request dataclass: one declaration, one option, with its range and help."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from shopkeeper.core.settings import Knob, knobs

_WORDS = {int: "N", float: "X", str: "TEXT", bool: "YES|NO"}


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
    With ``required`` (requests), knobs without a default must be given.
    """
    asked = knobs(declared)
    taken = frozenset(own)
    inner = {f"{knob.name}__": knob for knob in asked}
    turned_off = {knob.name for knob in asked if _is_turned_off(knob)}

    def run(**values: Any) -> None:
        given = {knob.name: values[name] for name, knob in inner.items() if values[name] not in (None, [], ())}
        if required:
            given |= {name: not value for name, value in given.items() if name in turned_off}
        call(given, {name: values[name] for name in own})

    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=_annotation(knob, taken, is_request=required),
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


def _annotation(knob: Knob, taken: frozenset[str], *, is_request: bool) -> Any:
    name = flag(knob, taken)
    is_flag = knob.type is bool and not knob.many
    turned_off = is_request and _is_turned_off(knob)
    # A setting may be true in shop.toml and has to be turned off for one run; a request begins at its defaults.
    negative = f"--no-{name.removeprefix('--')}"
    option = name if not is_flag else negative if turned_off else name if is_request else f"{name}/{negative}"
    parts = [f"do not: {knob.help}" if turned_off else knob.help]
    if not is_flag:
        parts.append("repeat, or separate by commas" if knob.many else "")
        parts.append(knob.range)
    parts.append(f"default {_default(knob)}" if _default(knob) and not (is_flag and is_request) else "")
    # A bracket before a letter would be read as Rich's markup.
    words = re.sub(r"\[(?=[a-z#/@])", r"\\[", "; ".join(filter(None, parts)))
    metavar = "" if is_flag else _WORDS.get(knob.type, knob.type.__name__.upper())
    kind: Any = bool if is_flag else list[str] if knob.many else str
    return Annotated[kind | None, typer.Option(option, help=words, metavar=metavar, show_default=False)]


def _is_turned_off(knob: Knob) -> bool:
    """Whether a request can only say no to this: it is yes anyway."""
    return knob.type is bool and not knob.many and knob.default is True


def _default(knob: Knob) -> str:
    """The default in words; empty where there is none worth showing."""
    if knob.required or knob.default in (None, "", ()):
        return ""
    if isinstance(knob.default, bool):
        return "yes" if knob.default else "no"
    if knob.many:
        return ",".join(str(value) for value in knob.default)
    return str(knob.default)


def prose(doc: str) -> str:
    """A docstring with its paragraphs each on one line, as a terminal of any width wants them."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", doc)


def flattened(given: Mapping[str, Any]) -> dict[str, Any]:
    """Repeated options as one list: ``["a,b", "c"]`` -> ``("a", "b", "c")``."""
    return {
        name: tuple(part for item in value for part in item.split(",")) if isinstance(value, list) else value
        for name, value in given.items()
    }
