"""The same shop over HTTP: requests a second, alone, while it learns anew, and how long a restart takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.serve.run import load_briefly, serving, wrk

FILTERS = "n=10&in_stock=true&price_high=200&exclude_bought=true&reasons=true"
N_CUSTOMERS = 5000


def measured(folder: Path, seconds: float = 10.0, connections: int = 8) -> dict[str, Any]:
    """Ready after a restart, load alone, load during a whole learn with its swap."""
    shop = folder / "shop"
    paths = folder / "paths.txt"
    ids = pq.ParquetFile(folder / "events.parquet").read_row_group(0, columns=["customer_id"])["customer_id"]
    customers = pc.drop_null(pc.unique(ids)).to_pylist()[:N_CUSTOMERS]
    paths.write_text("".join(f"/api/recommend/for_customer?customer={name}&{FILTERS}\n" for name in customers))
    started = time.monotonic()
    with serving(["-m", "shopkeeper", "--shop", str(shop), "serve", "--port"]) as url:
        found: dict[str, Any] = {"ready_seconds": round(time.monotonic() - started, 2)}
        load_briefly(url, paths)
        found["alone"] = wrk(url, paths, seconds, connections)
        found["while_learning"] = _while_learning(shop, url, paths, connections)
    return found


def _while_learning(shop: Path, url: str, paths: Path, connections: int) -> dict[str, Any]:
    """A learn in its own process; requests go on until it has ended and its model serves."""
    version = _version(url)
    learning = subprocess.Popen(
        [sys.executable, "-m", "shopkeeper", "--shop", str(shop), "learn", "recommend.learn", "--force"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    started, parts = time.monotonic(), []
    while learning.poll() is None or (_version(url) == version and time.monotonic() - started < 600):
        parts.append(wrk(url, paths, 5, connections))
    parts.append(wrk(url, paths, 5, connections))
    return {
        "learning_seconds": round(time.monotonic() - started - 5, 1), "swapped": _version(url) != version,
        "bad": sum(part["bad"] for part in parts),
        "requests_per_second": round(sum(part["requests"] for part in parts) / sum(part["seconds"] for part in parts), 1),
        "p50_ms": round(sorted(part["p50_ms"] for part in parts)[len(parts) // 2], 2),
        "worst_p99_ms": round(max(part["p99_ms"] for part in parts), 2),
        "max_ms": round(max(part["max_ms"] for part in parts), 1),
    }  # fmt: skip


def _version(url: str) -> str:
    version: str = httpx.get(f"{url}/api/recommend/for_customer?customer=1").json()["model_version"]
    return version


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]))))
