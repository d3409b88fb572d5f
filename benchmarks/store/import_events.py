"""CSV → queryable beside DuckDB's own ``COPY (FROM file) TO Parquet`` of the same file, in the same run.

``python benchmarks/store/import_events.py --rows 10000000``. Each measurement is a process of its own (so that its peak
memory is its own), the file is in the page cache, the two alternate, and the median counts. Ours is everything:
recognizing, checking every value, rejecting, finding ids that repeat, the digest of the file, Parquet with zstd, the
manifest, and a first count through the shop's view.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from generate import write_events

GOAL = 1.5


def ours(events: Path, folder: Path) -> dict[str, float]:
    """Seconds from an empty shop to the first answered query over the imported file."""
    from shopkeeper.store.importers import import_file
    from shopkeeper.store.store import Store

    with Store.create(folder / "shop") as store:
        began = time.perf_counter()
        report = import_file(store, events)
        imported = time.perf_counter() - began
        with store.view() as view:
            n_rows = view.sql("SELECT count(*) AS n FROM events").to_pylist()[0]["n"]
        seconds = time.perf_counter() - began
    if n_rows != report.n_rows or not report.adds_up:
        raise SystemExit(f"{n_rows:,} rows can be queried, {report.n_rows:,} were read")
    return {"seconds": seconds, "import_seconds": imported, "rows": n_rows}


def duckdb_copy(events: Path, folder: Path) -> dict[str, float]:
    """Seconds of DuckDB's own copy of the file to Parquet, with its defaults and zstd."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "4GB", "preserve_insertion_order": "false"}) as connection:
        began = time.perf_counter()
        target = folder / "copy.parquet"
        [(n_rows,)] = connection.execute(f"COPY (FROM '{events}') TO '{target}' (FORMAT parquet, COMPRESSION zstd)").fetchall()
        return {"seconds": time.perf_counter() - began, "rows": n_rows}


def measured(which: str, events: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    with tempfile.TemporaryDirectory(dir=events.parent) as folder:
        command = [sys.executable, __file__, "--one", which, "--file", str(events), "--folder", folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def warm(path: Path) -> None:
    """Read the file once, so that it is in the page cache."""
    with path.open("rb") as content:
        while content.read(1 << 24):
            pass


def measure(folder: Path, n_rows: int = 10_000_000, repeats: int = 3, events: Path | None = None) -> dict[str, object]:
    """Medians of both in turns, their ratio and peak memory; the events are made in ``folder`` unless a file of them is given."""
    folder.mkdir(parents=True, exist_ok=True)
    made = events or folder / "events.csv"
    if events is None:
        write_events(made, n_rows)
    try:
        warm(made)
        found: dict[str, list[dict[str, float]]] = {"ours": [], "duckdb": []}
        for _ in range(repeats):
            for which, kept in found.items():
                kept.append(measured(which, made))
        return summary(found, made)
    finally:
        if events is None:
            made.unlink()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--one", choices=["ours", "duckdb"])
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.one:
        result = (ours if options.one == "ours" else duckdb_copy)(options.file, options.folder)
        result["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        result["cpu_seconds"] = time.process_time()
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        print(json.dumps(measure(folder, options.rows, options.repeats, options.file), indent=2))


def summary(found: dict[str, list[dict[str, float]]], events: Path) -> dict[str, object]:
    """Medians, the ratio and the peak memory of both."""
    median = {which: statistics.median(one["seconds"] for one in kept) for which, kept in found.items()}
    cpu = {which: statistics.median(one["cpu_seconds"] for one in kept) for which, kept in found.items()}
    return {
        "rows": int(found["ours"][0]["rows"]),
        "file_bytes": events.stat().st_size,
        "ours_seconds": round(median["ours"], 3),
        "duckdb_copy_seconds": round(median["duckdb"], 3),
        "ratio": round(median["ours"] / median["duckdb"], 3),
        "goal": GOAL,
        "ours_cpu_seconds": round(cpu["ours"], 3),
        "duckdb_cpu_seconds": round(cpu["duckdb"], 3),
        "ours_peak_mb": round(max(one["peak_bytes"] for one in found["ours"]) / 1e6),
        "duckdb_peak_mb": round(max(one["peak_bytes"] for one in found["duckdb"]) / 1e6),
        "runs": {which: [round(one["seconds"], 3) for one in kept] for which, kept in found.items()},
        "load_after": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    main()
