"""The command demo: from nothing to a served shop, full of real data or of a simulated shop's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopkeeper.cli.app import START, command
from shopkeeper.cli.terminal.bars import watching
from shopkeeper.cli.terminal.problems import keeping, writing
from shopkeeper.cli.upkeep import OpenPage, Port, serve_until_stopped

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

SIMULATED: dict[str, Any] = {
    "n_customers": 4_000, "n_products": 400, "n_days": 540,
    "visits_per_customer": 20.0, "cart_share": 0.12, "purchase_share": 0.5,
}  # fmt: skip
"""Small enough to be learned in half a minute, old enough to hold a month beside the same one a year before."""


@command("demo", panel=START, example=("shopkeeper demo", "shopkeeper demo --simulated --folder /tmp/demo --no-serve"))
def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="where the shop is made, or opened if it is there; default demo-shop, or simulated-shop",
        ),
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", metavar="", help="a made-up shop, which also has visits, searches, stock and reviews")
    ] = False,
    port: Port = None,
    no_serve: Annotated[bool, typer.Option("--no-serve", metavar="", help="make the shop and leave")] = False,
    open_page: OpenPage = False,
) -> None:
    """Make the sample shop (a year of a real gift shop), learn from it and serve it. The second time it is just opened."""
    began = time.monotonic()
    kind = "simulated" if simulated else "sample"
    folder = folder or Path("simulated-shop" if simulated else "demo-shop")
    with keeping(f"what was finished is in {folder}", "shopkeeper demo --simulated" if simulated else "shopkeeper demo"):
        shop = _filled(folder, simulated)
    try:
        typer.echo(f"The {kind} shop is ready in {folder} after {time.monotonic() - began:.0f} s.")
        if no_serve:
            customer = "c000001" if simulated else "17850"
            typer.echo(f"Next: cd {folder} && shopkeeper ask recommend.for_customer --customer {customer}")
        else:
            serve_until_stopped(shop, host=None, port=port, open_page=open_page)
    finally:
        shop.close()


def _filled(folder: Path, simulated: bool) -> Shop:
    """The shop with its data imported and its tasks learned: whatever of that is not done yet is done now."""
    import shopkeeper.server.settings  # noqa: F401 - declares the section [server] of shop.toml
    from shopkeeper.shop import Shop
    from shopkeeper.shop_file import FILE

    if (folder / FILE).is_file():
        shop = Shop.open(folder)
    else:
        named = ("Simulated shop", "EUR", "Europe/Berlin") if simulated else ("Sample shop", "GBP", "Europe/London")
        with writing(folder):
            shop = Shop.create(folder, name=named[0], currency=named[1], time_zone=named[2])
    try:
        if not any(run.state == "done" for run in shop.runs(limit=1000)):
            _import(shop, simulated)
            with watching("learn") as progress:
                for run in shop.learn(progress=progress):
                    typer.echo(f"{run.task}: {run.state}. {run.headline or run.problem.get('title', '')}".rstrip())
    except BaseException:
        shop.close()
        raise
    return shop


def _import(shop: Shop, simulated: bool) -> None:
    with _simulated_files() if simulated else _sample_file() as (paths, preset), watching("import") as progress:
        reports = [shop.import_file(path, preset=preset, progress=progress) for path in paths]
    for report in reports:
        for line in report.lines():
            typer.echo(line)


@contextmanager
def _sample_file() -> Iterator[tuple[list[Path], str | None]]:
    from shopkeeper import sample

    yield [sample.path()], "online_retail"


@contextmanager
def _simulated_files() -> Iterator[tuple[list[Path], str | None]]:
    """The same files every time, so that what was imported before a stop is there already."""
    from shopkeeper.simulator import simulate

    with TemporaryDirectory(prefix="shopkeeper-") as folder:
        yield list(simulate(1, **SIMULATED).write(Path(folder), form="parquet").values()), None
