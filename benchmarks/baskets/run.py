"""Frequent itemsets and rules beside the living libraries, time and memory; and rules in shuffled baskets. See README.md."""

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

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from data import online_retail, order_lines, quest  # noqa: E402
from one import METHODS  # noqa: E402

PURE_PYTHON = ("mlxtend fpgrowth", "mlxtend apriori", "efficient-apriori", "PAMI FPGrowth", "PAMI ECLAT", "apyori", "fpgrowth-py")
SLOWEST = {"apyori", "fpgrowth-py", "mlxtend apriori"}
"""Not tried on generated lines: they do not finish, or hardly, on a fiftieth of them."""
PACKAGES = ("pyfim", "mlxtend", "efficient-apriori", "PAMI", "apyori", "fpgrowth-py")


def measured(name: str, file: Path, least: int, times: int, python: str, limit: float) -> dict[str, Any]:
    """One method in a process of its own, or why there is no number."""
    command = [
        sys.executable if name.startswith("shopkeeper") else python,
        str(HERE / "one.py"),
        name,
        str(file),
        str(least),
        str(times),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return {"left_out": f"not finished after {limit:.0f} s"}
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"ended with {done.returncode}"]
        return {"left_out": last[0][:200]}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {key: round(value, 4 if key == "seconds" else 0) for key, value in result.items()}


def compared(
    name: str,
    pair: tuple[np.ndarray, np.ndarray],
    support: float,
    options: argparse.Namespace,
    skip: set[str],
    before: dict[str, Any],
) -> dict[str, Any]:
    """Every method on these lines; sets must be as many wherever a method finished."""
    basket, item = pair
    least = int(np.ceil(support * (int(basket.max()) + 1)))
    rows: dict[str, Any] = dict(before.get("methods", {}))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.npz"
        np.savez(file, basket=basket, item=item)
        for method in METHODS:
            if method in skip or (options.only and method not in options.only):
                continue
            is_ours = method.startswith("shopkeeper")
            rows[method] = measured(method, file, least, 3 if is_ours else 1, options.peers, options.limit)
            shown = rows[method].get("left_out") or "{n_sets:>9,.0f} sets {seconds:>9.3f} s {peak_mb:>7.0f} MB".format(
                **rows[method]
            )
            print(f"{name:16} {method:22} {shown}", flush=True)
    sets = {row["n_sets"] for method, row in rows.items() if "n_sets" in row and method != "shopkeeper rules"}
    peers = [rows[each]["seconds"] for each in PURE_PYTHON if "seconds" in rows.get(each, {})]
    mine = rows.get("shopkeeper eclat", {}).get("seconds")
    return {
        "n_lines": len(basket), "n_baskets": int(basket.max()) + 1, "n_products": int(item.max()) + 1, "support": support,
        "min_baskets": least, "max_items": 5, "all_find_the_same_number": len(sets) <= 1, "methods": rows,
        "times_faster_than_best_pure_python": round(min(peers, default=options.limit) / mine, 1) if mine else None,
        "at_least": not peers,  # where none of them finished, it is the limit that ours is compared with
    }  # fmt: skip


def in_noise(pair: tuple[np.ndarray, np.ndarray], support: float, n_seeds: int) -> dict[str, Any]:
    """How many rules there are in the baskets, and in them shuffled with all margins kept, by our test and by Fisher's."""
    from shopkeeper.numerics.itemsets.baskets import baskets_of
    from shopkeeper.numerics.itemsets.rules.correcting import corrected
    from shopkeeper.numerics.itemsets.rules.curveball import shuffled_baskets
    from shopkeeper.numerics.itemsets.rules.finding import find_rules
    from shopkeeper.numerics.itemsets.rules.seeing import Wanted
    from shopkeeper.numerics.itemsets.rules.tails import fisher

    basket, item = pair
    real = baskets_of(basket, item, int(basket.max()) + 1, int(item.max()) + 1)
    period, parent = np.zeros(len(real), np.int32), np.full(real.n_items, -1, np.int32)
    found = {}
    for name in ("as they are", *(f"shuffled, seed {seed}" for seed in range(n_seeds))):
        baskets = real if name == "as they are" else shuffled_baskets(real, seed=int(name.split()[-1]))
        rules = find_rules(baskets, baskets, parent, period, 1, Wanted(support, min_lift=1.0, min_confidence=0.0))
        pairs, n_with = rules.seen.itemsets.rows(2), rules.seen.itemsets.count[slice(*rules.seen.itemsets.block(2))]
        log_p = fisher(n_with, baskets.counts[pairs[:, 0]], baskets.counts[pairs[:, 1]], len(baskets))
        kept = corrected(log_p, np.ones(len(pairs), np.int64), rules.seen.n_tried) <= 0.05
        found[name] = {
            "rules": len(rules),
            "tried": int(rules.seen.n_tried.sum()),
            "pairs": len(pairs),
            "pairs_by_fisher": int(kept.sum()),
        }
        print(f"{'noise':16} {name:22} {found[name]}", flush=True)
    return found


def versions(python: str) -> dict[str, str]:
    """What is installed beside us."""
    asked = (
        "import importlib.metadata as m, sys\n"
        "for n in sys.argv[1:]:\n try: print(n, m.version(n))\n except Exception: print(n, 'not installed')"
    )
    done = subprocess.run([python, "-c", asked, *PACKAGES], capture_output=True, text=True, check=False)
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        default=ROOT.parent / "shared" / "data",
        help="folder with online_retail/, or a Parquet file of lines",
    )
    parser.add_argument("--support", type=float, default=0.005)
    parser.add_argument("--lines", type=int, default=10_000_000, help="lines to generate; 0 leaves them out")
    parser.add_argument("--generated-support", type=float, default=0.001)
    parser.add_argument("--peers", default=sys.executable, help="the Python in which the other libraries are installed")
    parser.add_argument("--limit", type=float, default=300.0, help="seconds that a method may take")
    parser.add_argument("--only", nargs="*", help="these methods alone; what the result has of others stays")
    parser.add_argument("--seeds", type=int, default=3, help="how often baskets are shuffled")
    parser.add_argument("--out", type=Path, default=HERE / "result.json")
    options = parser.parse_args()
    lines = order_lines(options.data) if options.data.is_file() else online_retail(options.data)
    known = json.loads(options.out.read_text()) if options.only and options.out.exists() else {}
    result: dict[str, Any] = known | {"peers": versions(options.peers)}
    result["online_retail"] = compared("shop's lines", lines, options.support, options, set(), known.get("online_retail", {}))
    if options.lines:
        result["generated"] = compared(
            "generated lines", quest(options.lines), options.generated_support, options, SLOWEST, known.get("generated", {})
        )
    result["noise"] = in_noise(lines, options.support, options.seeds)
    result["machine"] = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
