"""One million customers, half a million products, ten million events on one machine; and how cost grows. See README.md.

`python -m benchmarks.recommend_scale.run` measures 100,000, 1,000,000 and 10,000,000 events and writes result.json and
growth.svg beside this file; `--sizes 10000000 --only learn` one size or one part (parts that it stands on run too).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.recommend_scale.picture import drawn
from benchmarks.recommend_scale.world import write_world

HERE = Path(__file__).parent
SIZES = (100_000, 1_000_000, 10_000_000)
PARTS = ("import", "learn", "answers", "stream", "methods", "peers", "http")
BELOW = {"learn": ("import",), "answers": ("import", "learn"), "stream": ("import", "learn"), "methods": ("import",),
         "http": ("import", "learn")}  # fmt: skip


def main() -> None:
    """Run the parts that are asked for and write what they gave."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="numbers of events")
    options.add_argument("--only", choices=PARTS, action="append")
    options.add_argument("--folder", type=Path, help="where the worlds lie, if they are to be kept and used again")
    options.add_argument("--out", type=Path, default=HERE / "result.json")
    given = options.parse_args()
    wanted = set(given.only or PARTS)
    for part in list(wanted):
        wanted |= set(BELOW.get(part, ()))
    result = json.loads(given.out.read_text()) if given.out.exists() else {}
    result["machine"] = {
        "cores": len(os.sched_getaffinity(0)), "load_before": round(os.getloadavg()[0], 2), "python": platform.python_version(),
    }  # fmt: skip
    compiled()
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as scratch:
            found = measured(given.folder or Path(scratch), size, tuple(part for part in PARTS if part in wanted))
        result.setdefault("sizes", {}).setdefault(str(size), {}).update(found)
        given.out.write_text(json.dumps(result, indent=1) + "\n")
    picture = drawn("Seconds to learn", "logarithmic", _series(result["sizes"]))
    (given.out.parent / "growth.svg").write_text(picture)


def compiled() -> None:
    """Learn a little once, so that kernels are compiled before anything is measured."""
    with tempfile.TemporaryDirectory() as scratch:
        measured(Path(scratch), 20_000, ("import", "learn", "answers"), quiet=True)


def measured(folder: Path, size: int, parts: tuple[str, ...], *, quiet: bool = False) -> dict[str, Any]:
    """Every part in a process of its own, so that its peak memory is its own."""
    folder = folder / str(size)
    folder.mkdir(exist_ok=True, parents=True)
    if not (folder / "products.parquet").exists():
        write_world(folder, size)
    found: dict[str, Any] = {}
    for part in parts:
        if part == "import" and (folder / "shop").exists():
            continue
        module = ["benchmarks.recommend_scale.http", str(folder)] if part == "http" else [
            "benchmarks.recommend_scale.parts", part, str(folder)]  # fmt: skip
        done = subprocess.run([sys.executable, "-m", *module], capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{part}: {done.stderr}")
        found[part] = json.loads(done.stdout.splitlines()[-1])
        if not quiet:
            print(f"{size:,} {part}", json.dumps(found[part], ensure_ascii=False), flush=True)
    return found


def _series(sizes: dict[str, Any]) -> dict[str, list[tuple[float, float]]]:
    """Lines of the picture: (size, seconds) of everything that was learned."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for size, found in sorted(sizes.items(), key=lambda entry: int(entry[0])):
        if "learn" in found:
            lines.setdefault("recommend.learn, all of it", []).append((float(size), found["learn"]["seconds"]))
        for part, prefix in (("methods", "ours: "), ("peers", "")):
            for name, of_name in found.get(part, {}).items():
                if isinstance(of_name, dict):
                    lines.setdefault(prefix + name, []).append((float(size), max(of_name["seconds"], 0.01)))
    return lines


if __name__ == "__main__":
    main()
