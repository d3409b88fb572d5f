"""Every method of ours and every peer that is installed, on one's own data, tuned alike, the test looked at once. See README.md.

python -m benchmarks.ranking.run --data DIR --protocol all|next|sessions
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
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ranking.data import describe, read
from benchmarks.ranking.one import NAIVE, options
from benchmarks.ranking.peers import ONLY_KNOWN_CUSTOMERS, ONLY_WHEN_NAMED, PEERS, installed
from benchmarks.ranking.protocols import PROTOCOLS, Protocol
from shopkeeper.capabilities.recommend.judging.memory import free_bytes
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.core.errors import ShopkeeperError, unknown
from shopkeeper.numerics.bootstrap import resampled_means
from shopkeeper.numerics.compiling import Array

ROOT = Path(__file__).parents[2]
NOT_ASKED = {"all": ("bought_again",), "next": (), "sessions": ONLY_KNOWN_CUSTOMERS}
"""Methods that a protocol cannot ask: `all` does not count what the customer had, and nobody learned from test's sessions."""


def names(given: argparse.Namespace) -> list[str]:
    """Methods to run: those named, else all of ours, then the peers. Raises `UnknownName`."""
    everyone = {**METHODS, **installed()}
    asked = [name for name in given.methods.split(",") if name] or list(METHODS)
    for name in asked:
        if name not in everyone:
            raise unknown("method", name, everyone, next="`--methods` takes names with commas between them")
    asked = [*(["popularity"] if "popularity" not in asked else []), *asked]
    asked += [name for name in installed() if given.peers and name not in ONLY_WHEN_NAMED]
    return [name for name in dict.fromkeys(asked) if name not in NOT_ASKED[given.protocol]]


def side(name: str) -> str:
    """Whose it is: ``naive``, ``own`` or ``peer``."""
    return "naive" if name in NAIVE else "peer" if name in PEERS else "own"


def one(name: str, given: argparse.Namespace, folder: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """A method in a process of its own; what it wrote, or a note where it died."""
    out = folder / name
    command = [
        sys.executable, "-m", "benchmarks.ranking.one", "--data", str(given.data.resolve()), "--protocol", given.protocol,
        "--minutes", str(given.minutes), "--trials", str(given.trials), "--cases", str(given.cases), "--seed", str(given.seed),
        "--memory-gb", str(given.memory_gb or free_bytes() / 2e9), "--method", name, "--out", str(out),
        *(["--verbose"] if given.verbose else []),
    ]  # fmt: skip
    facts = {"name": name, "title": {**METHODS, **installed()}[name].title}
    # implicit shares its work among threads of its own, and asks that BLAS does not do so too.
    own_threads = {"OPENBLAS_NUM_THREADS": "1"} if name.startswith("implicit_") else {}
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **own_threads},
            timeout=60.0 * given.limit_minutes,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {**facts, "note": f"was not done after {given.limit_minutes:g} minutes"}, {}
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no words"])[-1]
        return {**facts, "note": f"died ({done.returncode}): {last[:200]}"}, {}
    with np.load(out.with_suffix(".npz"), allow_pickle=False) as arrays:
        return json.loads(out.with_suffix(".json").read_text()), {key: arrays[key] for key in arrays.files}


def with_intervals(found: list[dict[str, Any]], measures: dict[str, dict[str, Array]], protocol: Protocol, seed: int) -> None:
    """Add each measure's value, its 95 % interval over questions, and the paired difference to popularity with its own."""
    there = [facts for facts in found if facts["name"] in measures]
    for measure in protocol.measures:
        values = np.stack([measures[facts["name"]][measure] for facts in there], axis=1)
        drawn, means = resampled_means(values, seed=seed), values.mean(axis=0)
        naive = [facts["name"] for facts in there].index("popularity")
        for place, facts in enumerate(there):
            facts[measure] = _with_ends(means[place], drawn[:, place])
            facts[f"{measure} less popularity"] = _with_ends(means[place] - means[naive], drawn[:, place] - drawn[:, naive])


def _with_ends(value: float, drawn: Array) -> dict[str, float]:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": round(float(value), 5), "low": round(float(low), 5), "high": round(float(high), 5)}


def duel(found: list[dict[str, Any]], measures: dict[str, dict[str, Array]], protocol: Protocol, seed: int) -> dict[str, Any]:
    """The best of ours and the best peer, as validation chose them, and the paired difference between them."""
    best: dict[str, str] = {}
    for whose in ("own", "peer"):
        ranked = [facts for facts in found if facts["name"] in measures and side(facts["name"]) == whose]
        if ranked:
            best[whose] = max(ranked, key=lambda facts: facts["validation"])["name"]
    if len(best) < 2:
        return dict(best)
    gaps: dict[str, Any] = {}
    for measure in protocol.measures:
        gap = measures[best["own"]][measure] - measures[best["peer"]][measure]
        gaps[f"{measure} of own less peer"] = _with_ends(gap.mean(), resampled_means(gap[:, None], seed=seed)[:, 0])
    return {**best, **gaps}


def line(facts: dict[str, Any], protocol: Protocol) -> str:
    """One method in one line."""
    if "note" in facts:
        return f"{facts['title']:24} {facts['note']}"
    scores = "  ".join(
        f"{facts[name]['value']:.4f} ({facts[name]['low']:.4f}-{facts[name]['high']:.4f})" for name in protocol.measures
    )
    return (
        f"{facts['title']:24} {scores}  {facts['learn_seconds']:8.2f} {facts['answer_ms']:9.3f} {facts['peak_mb']:8.0f} "
        f"{facts['validation']:9.4f} {facts['n_trials']:6d} {facts['tune_seconds']:7.0f}"
    )


def head(protocol: Protocol) -> str:
    """What the columns are."""
    scores = "  ".join(f"{name:24}" for name in protocol.measures)
    return f"{'':24} {scores}  {'learn s':>7} {'answer ms':>9} {'peak MB':>8} {'validated':>9} {'trials':>6} {'tune s':>7}"


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """The whole result. Raises what is wrong with the data before any method is tried."""
    protocol = PROTOCOLS[given.protocol]
    asked = names(given)
    data = read(given.data, by_session=given.protocol == "sessions", seed=given.seed)
    facts = describe(data)
    protocol.validation(data, 100, given.seed)
    del data
    print(json.dumps(facts), flush=True)
    found: list[dict[str, Any]] = []
    measures: dict[str, dict[str, Array]] = {}
    machine = {"cores": len(os.sched_getaffinity(0)), "load_before": os.getloadavg()[0], "python": platform.python_version()}
    with tempfile.TemporaryDirectory() as folder:
        for name in asked:
            started = time.perf_counter()
            one_facts, one_measures = one(name, given, Path(folder))
            found.append({**one_facts, "side": side(name)})
            if one_measures:
                measures[name] = one_measures
            means = {key: round(float(values.mean()), 4) for key, values in one_measures.items()}
            print(f"{name:24} {means or one_facts.get('note')} in {time.perf_counter() - started:.0f} s", flush=True)
    if "popularity" in measures:
        with_intervals(found, measures, protocol, given.seed)
    missing = sorted(set(PEERS) - set(installed())) if given.peers else []
    return {
        "protocol": given.protocol, "measures": list(protocol.measures), "data": facts, "machine": machine,
        "budget": {"minutes_each": given.minutes, "trials_each": given.trials, "validation_cases": given.cases},
        "seed": given.seed,
        "methods": found, "best": duel(found, measures, protocol, given.seed), "peers_not_installed": missing,
    }  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and write result.json into the folder of the data; gives the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, parents=[options()], formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--methods", default="", help="names of methods, ours or peers, with commas between them (default: all of ours)"
    )
    parser.add_argument(
        "--peers", action=argparse.BooleanOptionalAction, default=True, help="also the libraries that are installed"
    )
    parser.add_argument(
        "--limit-minutes", type=float, default=120.0, help="a method that takes longer in all is stopped (default 120)"
    )
    parser.add_argument("--copy", type=Path, help="also write the result here")
    given = parser.parse_args(arguments)
    try:
        result = measured(given)
    except ShopkeeperError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    protocol = PROTOCOLS[given.protocol]
    print("\n" + head(protocol))
    for facts in result["methods"]:
        print(line(facts, protocol))
    print(json.dumps(result["best"], indent=1))
    for path in filter(None, (given.data / f"result_{given.protocol}.json", given.data / "result.json", given.copy)):
        path.write_text(json.dumps(result, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
