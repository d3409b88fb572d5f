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
from shopkeeper.cli.terminal.printing import facts_out, json_out, size, table_out
from shopkeeper.core.errors import BadRequest, DiskFull, ShopkeeperError, StoreDamaged, TaskFault
from shopkeeper.core.schema import FACTS

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
    """Sealed segments, rows that are not sealed yet, segment files that are missing and files that no segment names."""
    from shopkeeper.store.log.segments import positions, segments

    connection = shop.store.connect()
    tails = {table: at.n_tail for table, at in sorted(positions(connection).items()) if at.n_tail}
    named = {shop.folder / one.file for fact in FACTS for one in segments(connection, fact.name)}
    there = set((shop.folder / "facts").glob("*/*.parquet"))
    return {
        "n_segments": len(named),
        "unsealed_rows": tails,
        "missing_files": sorted(str(path.relative_to(shop.folder)) for path in named - there),
        "orphan_files": sorted(str(path.relative_to(shop.folder)) for path in there - named),
    }


def wrong(shop: Shop, found: dict[str, Any]) -> Iterator[ShopkeeperError]:
    """What somebody should look at, each with what to do next."""
    missing = [name for name, number in found["versions"].items() if number == "missing"]
    if missing:
        yield ShopkeeperError(
            "A package is missing.", got=", ".join(missing), wanted="all of them", next="pip install shopkeeper"
        )
    free = found["disk"]["free_bytes"]
    if free < LITTLE_DISK_BYTES:
        yield DiskFull("The disk is nearly full.", got=f"{size(free)} free", wanted=size(LITTLE_DISK_BYTES), next="make room")
    for file in found["store"]["missing_files"]:
        yield StoreDamaged("A sealed segment is missing.", got=file, wanted="the file", next="bring it back from a backup")
    if found["store"]["orphan_files"]:
        files = ", ".join(found["store"]["orphan_files"][:3])
        yield ShopkeeperError(
            "Files lie in facts/ that belong to no table.", got=files, wanted="none", next="they are not read; move them away"
        )
    for table, n_rows in found["store"]["unsealed_rows"].items():
        if n_rows > MANY_UNSEALED_ROWS:
            yield ShopkeeperError(
                f"Many rows of {table} are not sealed.",
                got=f"{n_rows:,}",
                wanted=f"{MANY_UNSEALED_ROWS:,}",
                next="shopkeeper seal",
            )
    for task in found["tasks"]:
        if task["state"] == "failed":
            problem = next(iter(shop.runs(task["task"], limit=1))).problem
            yield TaskFault(
                f"The last run of {task['task']} failed: {problem.get('title', '')}", got=str(problem.get("got", "")),
                wanted=str(problem.get("wanted", "")), next=str(problem.get("next") or f"shopkeeper run {task['task']}"),
            )  # fmt: skip
    yield from without_effect(shop)


def without_effect(shop: Shop) -> Iterator[BadRequest]:
    """The rules and placements that cannot be meant: answers leave them out and go on."""
    from shopkeeper.capabilities.recommend.steering.placements import placement_from
    from shopkeeper.capabilities.recommend.steering.rules import rule_from

    for table, read in (("rules", rule_from), ("placements", placement_from)):
        for row in shop.table(table).to_pylist():
            try:
                read(row)
            except BadRequest as problem:
                yield problem


def _task(shop: Shop, name: str) -> dict[str, Any]:
    last = next(iter(shop.runs(name, limit=1)), None)
    current = shop.store.models.current(name)
    return {"task": name, "state": last.state if last else "not run", "model_version": current.version if current else None}


def _weight(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _print(found: dict[str, Any]) -> None:
    facts_out(found["versions"])
    typer.echo("")
    disk, store, accounts = found["disk"], found["store"], found["accounts"]
    unsealed = ", ".join(f"{table} {n_rows}" for table, n_rows in store["unsealed_rows"].items())
    facts_out(
        found["shop"]
        | {
            "disk": f"{size(disk['shop_bytes'])} used, {size(disk['free_bytes'])} free",
            "segments": store["n_segments"],
            "unsealed rows": unsealed or "none",
            "who may come in": f"{accounts['n_keys']} keys, {accounts['n_users']} users",
        }
    )
    typer.echo("")
    tables = [(state["table"], state["kind"], state["n_rows"], state["newest_at"]) for state in found["tables"]]
    if tables:
        table_out(("table", "kind", "rows", "newest (UTC)"), tables)
    else:
        typer.echo("No rows yet. Next: shopkeeper import YOUR-FILE")
    typer.echo("")
    table_out(("task", "last run", "model in service"), (task.values() for task in found["tasks"]))
    typer.echo("")
    if found["settings"]:
        changed = ((f"{one['section']}.{one['name']}", one["value"], one["default"], one["origin"]) for one in found["settings"])
        table_out(("setting", "value", "default", "said by"), changed)
    else:
        typer.echo("Every setting has its default.")
    typer.echo("")
    if not found["problems"]:
        typer.secho("Nothing is wrong.", fg="green")
    for problem in found["problems"]:
        typer.secho(f"Problem: {problem['title']}", fg="red", bold=True)
        facts_out({name: problem[name] for name in ("got", "wanted", "next") if problem[name]}, indent="  ")
