"""The application that every command hangs on, and the options that commands share.

Nothing heavy is imported here: `shopkeeper --help` reads this file, and commands import what they need when they run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from shopkeeper.core.errors import unknown

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

F = TypeVar("F", bound=Callable[..., Any])

START, DATA, DECISIONS, UPKEEP = PANELS = ("Start", "Data", "Decisions", "Upkeep")  # of `shopkeeper --help`, in this order

ShopPath = Annotated[
    Path | None,
    typer.Option(
        "--shop",
        metavar="FOLDER",
        envvar="SHOPKEEPER_SHOP",
        help="the shop's folder; else this one or the nearest above",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="print JSON, for programs")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="MOMENT", help="as it was known then, in UTC: 2011-09-30 or 2011-09-30T12:00")
]
AsCsv = Annotated[bool, typer.Option("--csv", metavar="", help="print CSV")]

_named_before: ContextVar[Path | None] = ContextVar("_named_before", default=None)


class Commands(TyperGroup):
    """A group of commands whose misspelled names are answered with the nearest right one."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        """The names, panel after panel."""
        panels = {name: str(getattr(inner, "rich_help_panel", "")) for name, inner in self.commands.items()}
        return sorted(self.commands, key=lambda name: PANELS.index(panels[name]) if panels[name] in PANELS else len(PANELS))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name; `UnknownName` otherwise."""
        found = super().get_command(ctx, cmd_name)
        if found is None and not ctx.resilient_parsing:
            known = [name for name in self.list_commands(ctx) if not self.commands[name].hidden]
            raise unknown("command", cmd_name, known, next=f"`{ctx.command_path} --help` lists them")
        return found


app = typer.Typer(
    name="shopkeeper",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _tell_version(asked: bool) -> None:
    if asked:
        from shopkeeper import __version__

        typer.echo(f"shopkeeper {__version__}")
        raise typer.Exit


@app.callback(epilog="Example: shopkeeper demo")
def root(
    shop: Annotated[Path | None, typer.Option("--shop", metavar="FOLDER", help="the shop's folder, for any command")] = None,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool, typer.Option("--version", metavar="", callback=_tell_version, is_eager=True, help="print the version and leave")
    ] = False,
) -> None:
    """Shopkeeper: the decisions of an online store, from one folder of tables.

    Inside a shop's folder no path is needed. `shopkeeper COMMAND --help` shows what a command takes, with an example.
    """
    _named_before.set(shop)


def command(
    name: str, *, panel: str = "", example: str | tuple[str, ...], to: typer.Typer = app, hidden: bool = False
) -> Callable[[F], F]:
    """Register a function as the command ``name`` with examples below its help (each must begin with ``shopkeeper``)."""
    lines = (example,) if isinstance(example, str) else example
    word = "Example" if len(lines) == 1 else "Examples"
    epilog = f"{word}: " + "\n\n".join(lines)
    return to.command(name, epilog=epilog, rich_help_panel=panel or None, hidden=hidden)


def group(name: str, *, panel: str, help: str, example: str, cls: type[Commands] = Commands) -> typer.Typer:
    """A group of commands under one word, such as ``keys add``."""
    made = typer.Typer(cls=cls, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)
    app.add_typer(made, name=name, help=help, epilog=f"Example: {example}", rich_help_panel=panel)
    return made


def where(path: Path | None) -> Path | None:
    """The shop named on this command line or in SHOPKEEPER_SHOP, or None for the folder that we are in."""
    return path or _named_before.get()


@contextmanager
def opened(path: Path | None) -> Iterator[Shop]:
    """The shop that the command is about, closed afterwards. Raises `ShopNotFound`."""
    import shopkeeper.server.settings  # noqa: F401 - declares the section [server] of shop.toml
    from shopkeeper.shop import Shop

    shop = Shop.open(where(path))
    try:
        yield shop
    finally:
        shop.close()
