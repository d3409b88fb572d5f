"""Features and segments of a million customers with ten million order lines, on two cores. See README.md.

`python -m benchmarks.customers.run` makes the world, brings it into a shop and runs each task in a process of its own;
`--customers 100000` makes a smaller one, `--folder DIR` keeps it and uses it again, `--tasks customers.features` runs only that.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.customers.world import write_world

HERE = Path(__file__).parent
TASKS = ("customers.features", "customers.rfm", "customers.clusters")
FILES = ("orders", "order_lines", "products")
GOAL_SECONDS = 15


def main() -> None:
    """Run what is asked for and write what it gave."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--customers", type=int, default=1_000_000)
    options.add_argument("--tasks", nargs="+", default=list(TASKS))
    options.add_argument("--folder", type=Path, help="where the world lies, if it is to be kept and used again")
    options.add_argument("--one", help=argparse.SUPPRESS)
    options.add_argument("--out", type=Path, default=HERE / "result.json")
    given = options.parse_args()
    if given.one:
        print(json.dumps(measured(given.folder, given.one)))
        return
    compiled(given.tasks)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        found: dict[str, Any] = {
            "customers": given.customers, "cores": len(os.sched_getaffinity(0)), "python": platform.python_version(),
            "load_before": round(os.getloadavg()[0], 2), "import": imported(folder, given.customers),
        }  # fmt: skip
        found["tasks"] = {task: alone(folder, task) for task in given.tasks}
    found["seconds"] = round(sum(one["seconds"] for one in found["tasks"].values()), 1)
    found["goal_seconds"] = GOAL_SECONDS
    given.out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


def compiled(tasks: list[str]) -> None:
    """Run everything once on a small shop, so that kernels are compiled before anything is measured."""
    with tempfile.TemporaryDirectory() as scratch:
        imported(Path(scratch), 2_000)
        for task in tasks:
            measured(Path(scratch), task)


def imported(folder: Path, n_customers: int) -> dict[str, Any]:
    """A shop made and filled from Parquet; nothing is done where it is already."""
    from shopkeeper.shop import Shop

    if (folder / "shop").exists():
        return {"kept": True}
    folder.mkdir(parents=True, exist_ok=True)
    write_world(folder, n_customers)
    began = time.perf_counter()
    with Shop.create(folder / "shop", name="Scale", currency="EUR") as shop:
        rows = {name: shop.import_file(folder / f"{name}.parquet", table=name).n_rows for name in FILES}
    return {"seconds": round(time.perf_counter() - began, 1), **rows}


def alone(folder: Path, task: str) -> dict[str, Any]:
    """One task in a process of its own, so that its peak memory is its own."""
    command = [sys.executable, "-m", "benchmarks.customers.run", "--one", task, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{task}: {done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(task, found, flush=True)
    return found


def measured(folder: Path, task: str) -> dict[str, Any]:
    """Seconds, the processor's seconds and peak memory of one run of the task, its result written."""
    from shopkeeper.shop import Shop

    with Shop.open(folder / "shop") as shop:
        began, processor = time.perf_counter(), time.process_time()
        run = shop.run(task, force=True)
        return {
            "seconds": round(time.perf_counter() - began, 1), "processor_seconds": round(time.process_time() - processor, 1),
            "peak_gb": round(run.peak_memory_bytes / 1e9, 2), "rows": run.n_rows, "headline": run.headline,
        }  # fmt: skip


if __name__ == "__main__":
    main()
