"""Commands that keep a shop well: serve, backup, restore, seal."""

from __future__ import annotations

import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopkeeper.cli.app import START, UPKEEP, AsJson, ShopPath, command, opened
from shopkeeper.cli.terminal.printing import json_out, size, table_out
from shopkeeper.cli.terminal.problems import keeping, writing
from shopkeeper.core.errors import ShopExists

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

Host = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="address to listen on; any other than this machine's own needs an API key; default 127.0.0.1",
        show_default=False,
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        min=0, max=65535, metavar="NUMBER", help="port to listen on; 0 takes a free one; default 8000", show_default=False
    ),
]
OpenPage = Annotated[bool, typer.Option("--open", metavar="", help="open the dashboard in the browser")]


@command("serve", panel=START, example=("shopkeeper serve", "shopkeeper serve --host 0.0.0.0 --port 80"))
def serve(host: Host = None, port: Port = None, open_page: OpenPage = False, shop: ShopPath = None) -> None:
    """Serve the HTTP API (/api) and the dashboard until Ctrl-C."""
    with opened(shop) as here:
        serve_until_stopped(here, host=host, port=port, open_page=open_page)


def serve_until_stopped(shop: Shop, *, host: str | None, port: int | None, open_page: bool) -> None:
    """Run the server in this process until Ctrl-C or SIGTERM. Raises `Forbidden`, `BadRequest`, and `Cancelled` after Ctrl-C."""
    from shopkeeper.server.app import serve as run_server

    with keeping("everything that was acknowledged is on disk", "shopkeeper serve"):
        run_server(shop, host, port, started=_open_in_browser if open_page else None)


def _open_in_browser(address: str) -> None:
    """Open the dashboard in a moment, when the server is up; in a thread, because a browser may take its time."""
    threading.Timer(1.0, webbrowser.open, (address,)).start()


@command("backup", panel=UPKEEP, example="shopkeeper backup my-shop-2026-01-31.tar")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the file to write; must not be there yet")],
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Write the whole shop into one file, while it goes on working."""
    if file.exists():
        raise ShopExists(f"{file} is there already.", got=str(file), wanted="a new file", next="choose another name")
    with opened(shop) as here, writing(file):
        here.store.backup(file)
    n_bytes = file.stat().st_size
    if as_json:
        json_out({"file": str(file), "bytes": n_bytes})
    else:
        typer.echo(f"{file}: {size(n_bytes)}. Bring it back with: shopkeeper restore {file} FOLDER")


@command("restore", panel=UPKEEP, example="shopkeeper restore my-shop-2026-01-31.tar my-shop-again")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a file that `shopkeeper backup` wrote")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="a new folder for the shop")],
    as_json: AsJson = False,
) -> None:
    """Make a shop's folder again from a backup."""
    from shopkeeper.store.store import Store

    with writing(folder):
        Store.restore(file, folder)
    if as_json:
        json_out({"folder": str(folder.resolve())})
    else:
        typer.echo(f"The shop is in {folder}. Next: cd {folder} && shopkeeper doctor")


@command("seal", panel=UPKEEP, example="shopkeeper seal")
def seal(
    minimum_rows: Annotated[
        int | None, typer.Option(min=1, metavar="ROWS", help="seal a table's new rows when there are at least so many")
    ] = None,
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Move new rows into sealed Parquet segments now. The server does this by itself."""
    with opened(shop) as here:
        made = here.store.seal(minimum_rows=minimum_rows)
    if as_json:
        json_out(made)
    elif made:
        table_out(("table", "rows", "size"), ((one.table, one.n_rows, size(one.bytes)) for one in made))
    else:
        typer.echo("Nothing to seal: too few new rows.")
