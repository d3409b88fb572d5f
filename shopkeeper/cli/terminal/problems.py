"""Errors as people and programs read them on stderr: four parts in red, or one problem document."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from shopkeeper.core.errors import BadRequest, Cancelled, DiskFull, ShopkeeperError, unknown

# The parser's own error classes moved between Typer's versions; this is their root in each of them.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def tell(error: ShopkeeperError, *, as_json: bool) -> None:
    """Print the error on stderr: what, the place of it where there is one, got, wanted, next; or RFC 9457 JSON."""
    if as_json:
        typer.echo(json.dumps(error.as_problem(), ensure_ascii=False, default=str), err=True)
        return
    typer.secho(f"Error: {error.what}", err=True, fg="red", bold=True)
    for line in str(error.facts.get("caret", "")).splitlines():
        typer.echo(f"    {line}", err=True)
    for label, text in (("got", error.got), ("wanted", error.wanted), ("next", error.next)):
        if text:
            typer.secho(f"  {label:<7}", err=True, fg="red", nl=False)
            typer.echo(text, err=True)


def from_usage(error: Any, given: Sequence[str]) -> ShopkeeperError:
    """The parser's complaint as one of ours: a misspelled option names the nearest right one."""
    context = error.ctx
    path = context.command_path if context else "shopkeeper"
    hint = f"`{path} --help` shows what it takes"
    option = getattr(error, "option_name", None)
    known = (
        [name for parameter in context.command.params for name in (*parameter.opts, *parameter.secondary_opts)] if context else []
    )
    options = [name for name in known if name.startswith("-")]
    if type(error).__name__ == "NoSuchOption":
        return unknown("option", str(option), [*options, "--help"], next=hint)
    parameter = getattr(error, "param", None)
    if type(error).__name__ == "MissingParameter" and parameter is not None:
        name = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.name.upper()
        wanted = f"{name}: {parameter.help}" if getattr(parameter, "help", "") else name
        return BadRequest(f"`{path}` needs {name}.", got="nothing", wanted=wanted, next=hint, name=parameter.name)
    message = error.format_message()
    what = message if message.endswith(".") else f"{message}."
    return BadRequest(what, got=" ".join(given), wanted=context.get_usage().strip() if context else "", next=hint)


@contextmanager
def keeping(kept: str, next: str) -> Iterator[None]:
    """Turn Ctrl-C into `Cancelled`, whose words say what was kept and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Cancelled):  # a task that was interrupted says so itself, but not how to go on from here
        raise stopped(kept, next) from None


def stopped(kept: str, next: str) -> Cancelled:
    """What is said after Ctrl-C: what was kept, and how to go on."""
    return Cancelled("Stopped by Ctrl-C.", got=f"Ctrl-C; {kept}", wanted="to finish", next=f"to go on: {next}")


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says against writing ``path`` into `BadRequest` or `DiskFull`; the rest stays as it is."""
    try:
        yield
    except OSError as error:
        if not _is_about(error, path.absolute()):
            raise
        told = error.strerror or str(error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"There is no room for {path}.", got=told, wanted="room on its disk", next="make room") from error
        is_there = path.absolute().parent.is_dir()
        raise BadRequest(
            f"{path} cannot be written.", got=told, wanted="a new name in a folder that is there and may be written to",
            next="choose another place" if is_there else f"make the folder {path.parent}, or choose another place",
        ) from error  # fmt: skip


def _is_about(error: OSError, path: Path) -> bool:
    """Whether it is about ``path``, a folder on the way to it, or something beside it that is to become it."""
    if error.filename is None:
        return True
    named = Path(os.fsdecode(error.filename)).absolute()
    return named in (path, *path.parents) or path.parent in named.parents


def moment(text: str | None) -> datetime | None:
    """ISO text as a moment in UTC; None stays None. Raises `BadRequest`."""
    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadRequest(
            f"--as-of cannot be {text!r}.", got=text, wanted="a moment in ISO 8601", next="for example 2011-09-30T12:00"
        ) from None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
