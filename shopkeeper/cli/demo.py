"""The command demo: from nothing to a served shop full of real data."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopkeeper.cli.app import START, command
from shopkeeper.cli.terminal.bars import watching
from shopkeeper.cli.terminal.problems import keeping
from shopkeeper.cli.upkeep import OpenPage, Port, serve_until_stopped

if TYPE_CHECKING:
    from shopkeeper.shop import Shop


@command("demo", panel=START, example=("shopkeeper demo", "shopkeeper demo --folder /tmp/demo --no-serve"))
def demo(
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="where the sample shop is made, or opened if it is there")
    ] = Path("demo-shop"),
    port: Port = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", metavar="", help="make the shop and leave")] = False,
    open_page: OpenPage = False,
) -> None:
    """Make the sample shop (a year of a real gift shop), learn from it and serve it. The second time it is just opened."""
    began = time.monotonic()
    with keeping(f"what was finished is in {folder}", "shopkeeper demo"):
        shop = _filled(folder)
    try:
        typer.echo(f"The sample shop is ready in {folder} after {time.monotonic() - began:.0f} s.")
        if no_serve:
            typer.echo(f"Next: cd {folder} && shopkeeper ask recommend.for_customer --customer 17850")
        else:
            serve_until_stopped(shop, host=None, port=port, open_page=open_page)
    finally:
        shop.close()


def _filled(folder: Path) -> Shop:
    """The sample shop with its data imported and its tasks learned: whatever of that is not done yet is done now."""
    import shopkeeper.server.settings  # noqa: F401 - declares the section [server] of shop.toml
    from shopkeeper import sample
    from shopkeeper.shop import Shop
    from shopkeeper.shop_file import FILE

    if (folder / FILE).is_file():
        shop = Shop.open(folder)
    else:
        shop = Shop.create(folder, name="Sample shop", currency="GBP", time_zone="Europe/London")
    try:
        if not any(run.state == "done" for run in shop.runs(limit=1000)):
            with watching("import") as progress:
                report = shop.import_file(sample.path(), preset="online_retail", progress=progress)
            for line in report.lines():
                typer.echo(line)
            with watching("learn") as progress:
                for run in shop.learn(progress=progress):
                    typer.echo(f"{run.task}: {run.state}. {run.headline or run.problem.get('title', '')}".rstrip())
    except BaseException:
        shop.close()
        raise
    return shop
