"""The command doctor: what runs here, how the shop is, which settings differ and who said so, and what is wrong."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from shopkeeper.cli.app import UPKEEP, AsJson, ShopPath, command, opened
from shopkeeper.cli.printing import facts_out, json_out, size, table_out
from shopkeeper.core.errors import ShopkeeperError

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

BUILT_ON = (
    "numpy", "scipy", "numba", "pyarrow", "duckdb", "narwhals", "orjson", "typer", "rich", "fastapi", "uvicorn", "nicegui",
)  # fmt: skip
LITTLE_DISK_BYTES = 1 << 30
MANY_UNSEALED_ROWS = 1_000_000
PROBLEMS_FOUND = 1


@command("doctor", panel=UPKEEP, example=("shopkeeper doctor", "shopkeeper doctor --json"))
def doctor(as_json: AsJson = False, shop: ShopPath = None) -> None:
    """Say how the shop is: versions, tables, settings that differ from the defaults, and what is wrong and what to do about it.

    Exits with 1 when something is wrong.
    """
    found: dict[str, Any] = {"versions": versions()}
    try:
        with opened(shop) as here:
            found |= health(here)
            problems = list(wrong(here, found))
    except ShopkeeperError:
        if not as_json:
            facts_out(found["versions"])
        raise
    found["problems"] = [problem.as_problem() for problem in problems]
    if as_json:
        json_out(found)
    else:
        _print(found)
    if problems:
        raise typer.Exit(PROBLEMS_FOUND)


def versions() -> dict[str, str]:
    """What runs here."""
    from shopkeeper import __version__

    known = {
        "shopkeeper": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }
    for name in BUILT_ON:
        try:
            known[name] = version(name)
        except PackageNotFoundError:
            known[name] = "missing"
    return known | {"cores": str(os.cpu_count())}


def health(shop: Shop) -> dict[str, Any]:
    """The shop in numbers: folder, disk, tables, keys and users, tasks, changed settings."""
    accounts = shop.store.accounts
    return {
        "shop": {
            "name": shop.name, "folder": str(shop.folder), "currency": shop.currency, "time_zone": shop.time_zone,
            "languages": ", ".join(shop.languages),
        },
        "disk": {"shop_bytes": _weight(shop.folder), "free_bytes": shutil.disk_usage(shop.folder).free},
        "tables": [
            {"table": state.name, "kind": state.kind, "n_rows": state.n_rows, "newest_at": state.newest_at}
            for state in shop.tables() if state.n_rows
        ],
        "store": store_health(shop),
        "settings": [
            {"section": section, "name": change.name, "value": change.value, "default": change.default, "origin": change.origin}
            for section, change in shop.changes()
        ],
        "accounts": {"n_keys": len(accounts.keys()), "n_users": len(accounts.users())},
        "tasks": [_task(shop, name) for name in sorted(shop.registry.tasks)],
    }  # fmt: skip


def store_health(shop: Shop) -> dict[str, Any]:
    """Segments, rows that are not sealed yet and files that nothing names."""
    return {}


def wrong(shop: Shop, found: dict[str, Any]) -> Iterator[ShopkeeperError]:
    """What somebody should look at, each with what to do next."""


def _task(shop: Shop, name: str) -> dict[str, Any]:
    last = next(iter(shop.runs(name, limit=1)), None)
    current = shop.store.models.current(name)
    return {"task": name, "state": last.state if last else "not run", "model_version": current.version if current else None}


def _weight(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _print(found: dict[str, Any]) -> None:
    facts_out(found["versions"])
