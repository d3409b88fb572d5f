"""What customers are worth: fitting, telling orders and value with intervals, beside living libraries. See README.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.value.data import cdnow, drawn, from_file  # noqa: E402
from shopkeeper.numerics.lifetimes import bg_nbd, gamma_gamma, pareto_nbd  # noqa: E402
from shopkeeper.numerics.lifetimes.ahead import ahead  # noqa: E402
from shopkeeper.numerics.lifetimes.counts import grouped  # noqa: E402
from shopkeeper.numerics.lifetimes.gamma_gamma import order_value, spending  # noqa: E402

Found = dict[str, Any]
MODELS = (bg_nbd, pareto_nbd)
PUBLISHED = {
    "BG/NBD": {"parameters": [0.243, 4.414, 0.793, 2.426], "log_likelihood": -9582.4},
    "Pareto/NBD": {"parameters": [0.553, 10.578, 0.606, 11.669], "log_likelihood": -9595.0},
    "Gamma-Gamma": {"parameters": [6.25, 3.74, 15.44]},
}  # Fader, Hardie & Lee 2005, table 1; Fader & Hardie 2013


def timed(steps: Found, name: str, call: Callable[[], Any]) -> Any:
    started = time.perf_counter()
    result = call()
    steps[name] = {"seconds": round(time.perf_counter() - started, 3)}
    return result


def ours(data: dict[str, np.ndarray], horizon: float) -> Found:
    """Grouping, fits of all three models, and orders and value of every customer with bounds, for both models of orders."""
    steps: Found = {}
    counts = timed(steps, "grouping", lambda: grouped(data["n_repeats"], data["last"], data["age"]))
    cases = timed(steps, "Gamma-Gamma grouping", lambda: spending(data["n_orders"], data["mean_value"]))
    worth = timed(steps, "Gamma-Gamma fit", lambda: gamma_gamma.fit(cases))
    steps["Gamma-Gamma fit"] |= {"parameters": worth.parameters.tolist(), "log_likelihood": worth.log_likelihood}
    n_paid = counts.n_repeats + (data["n_orders"] - data["n_repeats"]).min()
    for model in MODELS:
        name = model.FAMILY.model
        fit = timed(steps, f"{name} fit", lambda m=model: m.fit(counts))
        steps[f"{name} fit"] |= {"parameters": fit.parameters.tolist(), "log_likelihood": fit.log_likelihood}

        def tell(fit: Any = fit) -> tuple[np.ndarray, ...]:
            found = ahead(fit, counts, horizon, share=0.9, worth=worth, n_paid=n_paid)
            paid = worth.parameters[2] + data["n_orders"] * data["mean_value"]
            orders = found.orders[counts.place]
            value = orders * order_value(data["n_orders"], data["mean_value"], worth.parameters)
            low, high = found.worth_low[counts.place] * paid, found.worth_high[counts.place] * paid
            return orders, found.low[counts.place], found.high[counts.place], value, low, high, found.p_alive[counts.place]

        told = timed(steps, f"{name} orders, value, bounds", tell)
        if "later" in data:
            inside = (data["later"] >= told[1]) & (data["later"] <= told[2])
            steps[f"{name} orders, value, bounds"]["held_out"] = {
                "orders_told": round(float(told[0].sum()), 1), "orders_came": float(data["later"].sum()),
                "within_bounds_of_90_percent": round(float(inside.mean()), 4),
            }  # fmt: skip
    seconds = {name: step["seconds"] for name, step in steps.items()}
    shared = seconds["grouping"] + seconds["Gamma-Gamma grouping"] + seconds["Gamma-Gamma fit"]
    both = {m.FAMILY.model: seconds[f"{m.FAMILY.model} fit"] + seconds[f"{m.FAMILY.model} orders, value, bounds"] for m in MODELS}
    steps["seconds_in_all"] = {name: round(shared + own, 2) for name, own in both.items()}
    steps["seconds_in_all"]["both models fitted, one told"] = round(shared + sum(both.values()) - min(
        seconds[f"{m.FAMILY.model} orders, value, bounds"] for m in MODELS), 2)  # fmt: skip
    steps["n_histories"] = len(counts)
    return steps


def peer(python: str, name: str, data: dict[str, np.ndarray], horizon: float, limit: float) -> Found:
    """What a peer said until it was done or stopped after ``limit`` seconds; its parameters' likelihood by our function."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "counts.npz"
        np.savez(path, **data)
        one = os.environ | {"OMP_NUM_THREADS": "1"}  # more threads cost peers time on matrices as small as these
        command = [python, str(HERE / "peers.py"), name, str(path), str(horizon)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False, env=one)
            text, stopped = done.stdout, False
        except subprocess.TimeoutExpired as expired:
            text, stopped = (expired.stdout or b"").decode(), True
    lines = [line for line in text.splitlines() if line.startswith("RESULT ")]
    found: Found = json.loads(lines[-1].removeprefix("RESULT ")) if lines else {}
    if stopped:
        found["stopped_after_seconds"] = limit
    counts = grouped(data["n_repeats"], data["last"], data["age"])
    for model in MODELS:
        step = found.get(f"{model.FAMILY.model} fit", {})
        if "parameters" in step:
            step["log_likelihood"] = model.log_likelihood(counts, np.array(step["parameters"]))[0]
    return found


def machine() -> Found:
    return {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1)}


def show(title: str, results: dict[str, Found]) -> None:
    print(f"\n{title}")
    for who, steps in results.items():
        for name, step in steps.items():
            if isinstance(step, dict) and ("seconds" in step or "failed" in step):
                parameters = " ".join(f"{value:.3f}" for value in step.get("parameters", []))
                likelihood = f"LL {step['log_likelihood']:.1f}" if "log_likelihood" in step else ""
                print(f"  {who:15} {name:32} {step.get('seconds', step.get('failed')):>9}  {parameters}  {likelihood}")
            elif name in ("failed", "stopped_after_seconds", "seconds_in_all", "peak_mb"):
                print(f"  {who:15} {name}: {step}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with the data")
    parser.add_argument("--customers", type=int, nargs="*", default=[20_000, 1_000_000], help="how many to draw, in turn")
    parser.add_argument("--peer", nargs="*", default=[], metavar="NAME=PYTHON", help="lifetimes, pymc-marketing, btyd")
    parser.add_argument("--peer-seconds", type=float, default=120.0)
    parser.add_argument("--horizon-days", type=float, default=365.0)
    parser.add_argument("--out", type=Path, default=HERE / "result.json")
    options = parser.parse_args()
    peers = dict(each.split("=", 1) for each in options.peer)
    ours(drawn(2_000), 30.0)  # compiles
    result: Found = {"machine": machine(), "published": PUBLISHED, "worlds": {}}
    worlds: list[tuple[str, Callable[[], dict[str, np.ndarray]], float]] = []
    sample = options.data / "cdnow_sample" / "CDNOW_sample.txt"
    if (options.data / "counts.parquet").exists():
        worlds.append(("counts.parquet", lambda: from_file(options.data / "counts.parquet"), options.horizon_days))
    if sample.exists():
        worlds.append(("CDNOW, weeks", lambda: cdnow(sample), 39.0))
    worlds += [(f"{n} drawn from BG/NBD, days", lambda n=n: drawn(n), options.horizon_days) for n in options.customers]
    for title, make, horizon in worlds:
        data = make()
        results = {"shopkeeper": ours(data, horizon)}
        results["shopkeeper"]["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        for name, python in peers.items():
            results[name] = peer(python, name, data, horizon, options.peer_seconds)
        result["worlds"][title] = {"n_customers": len(data["age"]), "horizon": horizon, "results": results}
        show(f"{title}: {len(data['age']):,} customers", results)
        options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
