"""The command ask: one subcommand an answer, made from the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from typer.main import get_command

from shopkeeper.cli.app import DECISIONS, AsJson, Commands, ShopPath, group, opened
from shopkeeper.cli.generated import flattened, make, prose
from shopkeeper.cli.terminal.printing import cell, facts_out, json_out, table_out

LONGEST_REASONS = 300
FEW = 4  # a value with no more facts than that stands on one line


class Answers(Commands):
    """One command an answer, made when somebody asks for it."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """Every answer."""
        from shopkeeper.core.registry import REGISTRY

        return sorted(REGISTRY.discover().answers)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer's signature
        """The command of that answer; `UnknownName` with the nearest one otherwise."""
        from shopkeeper.core.registry import REGISTRY

        answer = REGISTRY.discover().answer(cmd_name)
        own = {"as_json": (AsJson, False), "shop": (ShopPath, None)}

        def call(given: dict[str, Any], options: dict[str, Any]) -> None:
            _ask(answer.name, flattened(given), **options)

        made = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
        made.command(cmd_name, help=prose(answer.doc), epilog=f"Example: {example(cmd_name, answer.request)}")(
            make(answer.request, call, own, required=True)
        )
        return get_command(made)


group(
    "ask",
    panel=DECISIONS,
    help="Ask what a task has learned: an answer in milliseconds, with its reasons.",
    example="shopkeeper ask recommend.for_customer --customer 17850",
    cls=Answers,
)


def example(name: str, request: type) -> str:
    """A command line with every field that the answer needs."""
    from shopkeeper.core.settings import knobs

    needed = "".join(f" --{knob.name.replace('_', '-')} 17850" for knob in knobs(request) if knob.required)
    return f"shopkeeper ask {name}{needed}"


def _ask(name: str, request: dict[str, Any], *, as_json: bool, shop: Any) -> None:
    with opened(shop) as here:
        body = here.ask(name, **request)
    if as_json:
        json_out(body)
    else:
        body_out(body)


def body_out(body: Mapping[str, Any]) -> None:
    """Print an answer for people: its lists as tables, with the reasons in words, then the rest, then groups of many facts."""
    rest, groups = {}, {}
    for name, value in body.items():
        if isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
            columns = list(dict.fromkeys(key for row in value for key in row))
            rows = ([place, *(_words(row.get(key)) for key in columns)] for place, row in enumerate(value, 1))
            table_out(["", *columns], rows, longest=LONGEST_REASONS)
            typer.echo("")
        elif isinstance(value, Mapping) and (sentences := _sentences(value)):
            typer.echo(f"{name}\n" + "\n".join(f"  {line}" for line in sentences) + "\n")
        elif isinstance(value, Mapping) and len(value) > FEW and not {"title", "product_id", "name"} & value.keys():
            groups[name] = {key: _words(inner) for key, inner in value.items() if inner is not None}
        elif value is not None:
            rest[name] = _words(value)
    facts_out(rest)
    for name, facts in groups.items():
        typer.echo(f"\n{name}")
        facts_out(facts, indent="  ")


def _sentences(value: Mapping[str, Any]) -> list[str]:
    """What the lists of a nested value say in ``words``, one line each; nothing where they say nothing."""
    lines = []
    for name, rows in value.items():
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            return []
        for place, row in enumerate(rows, 1):
            words = row.get("words") or "; ".join(rule["words"] for rule in row.get("rules", ()) if "words" in rule)
            if words:
                label = row.get("title") or row.get("product_id") or place
                lines.append(f"{place if name == 'products' else name.replace('_', ' ')}  {label}: {words}")
    return lines


def _words(value: Any) -> Any:
    """A nested value on one line: reasons become 'title (43 %), title (12 %)'."""
    if isinstance(value, Mapping):
        share = value.get("share")
        label = value.get("title") or value.get("product_id") or value.get("name")
        if "rule_id" in value and "action" in value:
            return f"{value['action']} ({value['rule_id']})"
        if label is not None:
            return f"{label} ({share:.0%})" if isinstance(share, int | float) else str(label)
        return ", ".join(f"{key} {cell(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(str(_words(inner)) for inner in value)
    return value
