"""Prints the reference pages from the registry, the schema, the error tree and the command line.

``python -m docs.generate`` writes them; ``--check`` writes nothing and fails when a page is not what it would write.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from shopkeeper.core import errors
from shopkeeper.core.columns import Column, Table
from shopkeeper.core.plan import plan
from shopkeeper.core.registry import REGISTRY, Registry
from shopkeeper.core.schema import ENTITIES, FACTS, VIEWS
from shopkeeper.core.settings import Knob, knobs

FOLDER = Path(__file__).parent / "reference"
PRINTED = "<!-- Printed by `python -m docs.generate`. Change the declarations in the code, not this page. -->"


def everything() -> Registry:
    """The registry with every task, answer and settings section that the package declares."""
    for declares in ("shopkeeper.shop", "shopkeeper.store.store", "shopkeeper.server.settings"):
        importlib.import_module(declares)  # each declares its section of shop.toml
    return REGISTRY.discover()


def pages() -> dict[str, str]:
    """Every reference page: file name -> text."""
    makers: dict[str, Callable[[], str]] = {
        "tasks.md": tasks_page,
        "settings.md": settings_page,
        "data.md": data_page,
        "command-line.md": command_line_page,
        "errors.md": errors_page,
    }
    return {name: f"{PRINTED}\n\n{make().rstrip()}\n" for name, make in makers.items()}


# -- tasks and answers


def tasks_page() -> str:
    """Every task and answer: what it reads and writes, its fields, its result's columns."""
    registry = everything()
    lines = [
        "# Tasks and answers", "",
        "A *task* turns tables into one table and learns on the way: `shopkeeper learn` runs all of them in this order, "
        "`shopkeeper run NAME` one. An *answer* replies in milliseconds from what a task has learned: `shopkeeper ask NAME`, "
        "or `GET /api/ROOM/NAME` over HTTP.", "", "## Tasks", "",
    ]  # fmt: skip
    for task in plan(registry.tasks):
        needs = ", ".join(f"`{table}` ({_rows(task.needs.get(table, 1))})" for table in task.reads)
        facts = [("reads", needs), ("reads if there", _names(task.optional)), ("writes", f"`{task.writes.name}`")]
        facts += [
            ("learns live from", _names(task.observes)),
            ("settings", f"[`[{task.capability}]`](settings.md#{task.capability})"),
        ]
        lines += [f"### {task.name}", "", task.doc, ""]
        lines += [*(f"- {label}: {text}" for label, text in facts if text), ""]
        lines += [f"`{task.writes.name}`: {task.writes.meaning}", "", *_columns(task.writes.columns), ""]
    lines += ["## Answers", ""]
    for name in sorted(registry.answers):
        answer = registry.answers[name]
        lines += [f"### {name}", "", answer.doc, "", f"Asks the model of [`{answer.uses}`](#{_anchor(answer.uses)}).", ""]
        lines += [*_knobs(knobs(answer.request), "field"), ""]
    return "\n".join(lines)


def settings_page() -> str:
    """Every section of shop.toml with its knobs."""
    registry = everything()
    lines = [
        "# Settings", "",
        "Every setting has a default. `shop.toml` in the shop's folder changes it for good, "
        "an option of `shopkeeper run` for one run. "
        "`shopkeeper doctor` lists what differs from the defaults and who said so; every run remembers what it ran with.", "",
        "```toml", "[shop]", 'currency = "GBP"', "", "[server]", "port = 8080", "```", "",
    ]  # fmt: skip
    first = [name for name in ("shop", "store", "server") if name in registry.sections]
    for name in [*first, *sorted(set(registry.sections) - set(first))]:
        declared = registry.sections[name]
        lines += [f"## {name}", "", inspect.getdoc(declared) or "", "", *_knobs(knobs(declared), "setting"), ""]
    return "\n".join(lines)


# -- the data dictionary


def data_page() -> str:
    """Every table of a shop and every column of it."""
    lines = [
        "# Data dictionary", "",
        "Names follow the field: events are GA4's, products follow the Google Merchant feed and schema.org. "
        "A *moment* is in UTC; a *date* is ISO 8601; *shop currency* is the `currency` of `shop.toml`. "
        "**bold** columns must be given; a row's key makes "
        "sending it twice harmless. *Personal* columns live in `identities` (and raw rejected rows) only.", "",
        "| table | kind | what it holds |", "|---|---|---|",
    ]  # fmt: skip
    results = [task.writes for task in plan(everything().tasks)]
    every = [*FACTS, *ENTITIES, *VIEWS, *results]
    lines += [f"| [`{table.name}`](#{table.name}) | {table.kind} | {table.meaning} |" for table in every]
    titles = (
        ("Facts: they only ever grow", FACTS), ("Entities: the newest row of each counts", ENTITIES),
        ("Views: derived from the above", VIEWS), ("Results: written by tasks", results),
    )  # fmt: skip
    for title, tables in titles:
        lines += ["", f"## {title}", ""]
        for table in tables:
            lines += [f"### {table.name}", "", _about(table), "", *_columns(table.columns), ""]
    return "\n".join(lines)


def _about(table: Table) -> str:
    parts = [table.meaning]
    if table.key:
        parts.append(f"Key: {_names(table.key)}.")
    if table.of:
        parts.append(f"Derived from {_names(table.of)}.")
    writer = REGISTRY.writer(table.name)
    if writer:
        parts.append(f"Written by [`{writer.name}`](tasks.md#{_anchor(writer.name)}).")
    return " ".join(parts)


def _columns(columns: Iterable[Column]) -> list[str]:
    lines = ["| column | type | meaning |", "|---|---|---|"]
    for column in columns:
        kind = f"{column.type}, {column.unit}" if column.unit and column.type != "moment" else column.type
        limits = _limits(column)
        meaning = column.meaning + (f"; {limits}" if limits else "") + (" *(personal)*" if column.personal else "")
        name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
        lines.append(f"| {name} | {kind} | {_cell(meaning)} |")
    return lines


def _limits(column: Column) -> str:
    if column.choices:
        return ", ".join(f"`{choice}`" for choice in column.choices)
    low = "" if column.low is None else f"at least {column.low:g}"
    high = "" if column.high is None else f"at most {column.high:g}"
    return " and ".join(filter(None, (low, high)))


# -- the command line


def command_line_page() -> str:
    """Every command with its arguments, options and example."""
    from typer.main import get_command

    from shopkeeper.cli import main  # noqa: F401 - registers the commands
    from shopkeeper.cli.app import app

    everything()
    root: Any = get_command(app)
    lines = [
        "# Command line", "",
        "Inside a shop's folder no path is needed; elsewhere `--shop FOLDER` or the variable `SHOPKEEPER_SHOP` says which shop. "
        "With `--json` a command prints JSON, and its errors become problem documents on stderr. Exit codes are listed with the "
        "[errors](errors.md); 0 is success, 130 is Ctrl-C.", "",
    ]  # fmt: skip
    for path, command in _walk("shopkeeper", root):
        lines += [f"## {path}" if path.count(" ") < 2 else f"### {path}", "", command.help or "", ""]
        shown = [
            parameter for parameter in command.params if not getattr(parameter, "hidden", False) and parameter.name != "help"
        ]
        if shown:
            lines += ["| | |", "|---|---|", *(_parameter(parameter) for parameter in shown), ""]
        if command.epilog and path != "shopkeeper":
            examples = command.epilog.partition(": ")[2].split("\n\n")
            lines += ["```sh", *examples, "```", ""]
    return "\n".join(lines)


def _walk(path: str, command: Any) -> Iterable[tuple[str, Any]]:
    import typer

    yield path, command
    if hasattr(command, "list_commands"):
        context: Any = typer.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if not inner.hidden:
                yield from _walk(f"{path} {name}", inner)


def _parameter(parameter: Any) -> str:
    is_option = parameter.opts[0].startswith("-")
    names = " ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts)) if is_option else ""
    metavar = parameter.metavar or ""
    label = f"{names} {_cell(metavar)}".strip() if is_option else f"`{metavar or parameter.name.upper()}`"
    default = _plain(parameter.default) if parameter.show_default else ""
    words = [
        (parameter.help or "").replace("\\[", "["),
        f"default: {default}" if default else "",
        "must be given" if parameter.required else "",
    ]
    return f"| {label} | {_cell('; '.join(filter(None, words)))} |"


def _plain(default: Any) -> str:
    return "" if default is None or default is False or default == "" or callable(default) else str(default)


# -- errors


def errors_page() -> str:
    """Every error: its type over HTTP, its status, its exit code."""
    tree = [thing for thing in vars(errors).values() if inspect.isclass(thing) and issubclass(thing, errors.ShopkeeperError)]
    lines = [
        "# Errors", "",
        "Every error says four things: *what* happened, what it *got*, what it *wanted* and what to do *next*. "
        "The command line prints them on stderr and exits with the code below; over HTTP they are an RFC 9457 problem document "
        "of the type `urn:shopkeeper:SLUG`; in Python they are exceptions with the attributes "
        "`what`, `got`, `wanted`, `next` and `facts`.", "",
        "| slug | when | exit code | HTTP status | class |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for error in tree:
        when = (inspect.getdoc(error) or "").splitlines()[0]
        lines.append(f"| `{error.slug}` | {_cell(when)} | {error.exit_code} | {error.http_status} | `{error.__name__}` |")
    return "\n".join(lines)


# -- small words


def _knobs(found: Iterable[Knob], word: str) -> list[str]:
    lines = [f"| {word} | default | allowed | what it does |", "|---|---|---|---|"]
    for knob in found:
        kind = {int: "whole number", float: "number", bool: "yes or no", str: "text"}.get(knob.type, knob.type.__name__)
        allowed = ("list of " if knob.many else "") + (f"{kind}, {knob.range}" if knob.range else kind)
        default = "must be given" if knob.required else f"`{_shown(knob.default)}`" if knob.default not in ("", (), None) else ""
        lines.append(f"| `{knob.name}` | {default} | {_cell(allowed)} | {_cell(knob.help)} |")
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _rows(n: int) -> str:
    return "at least 1 row" if n == 1 else f"at least {n:,} rows"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _anchor(heading: str) -> str:
    return heading.lower().replace(".", "").replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> int:
    """Write the pages, or with ``--check`` say which are not up to date (exit code 1)."""
    os.environ.pop("SHOPKEEPER_SHOP", None)
    FOLDER.mkdir(exist_ok=True)
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if "--check" in sys.argv:
        if stale:
            print(f"Not up to date: {', '.join(stale)}. Next: python -m docs.generate")
        return 1 if stale else 0
    print(f"Written: {', '.join(stale) or 'nothing, all up to date'}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
