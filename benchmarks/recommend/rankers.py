"""Does a network order the hybrid's candidates better than trees on the sample shop, and what does an answer of each cost?

`python -m benchmarks.recommend.rankers` compares the hybrid with each ranker as `recommend.evaluate` does (parameters from the
validation period, the test looked at once), then has each of them learned and served, whether it won or not, and asked one
answer at a time in a process that has learned nothing. Writes rankers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from shopkeeper import sample
from shopkeeper.capabilities.recommend.learning import choosing
from shopkeeper.capabilities.recommend.ranking.hybrid import BY_RANKER
from shopkeeper.shop import Shop

HERE = Path(__file__).parent
COLUMNS = (
    "method", "is_best", "validation_ndcg", "ndcg", "ndcg_low", "ndcg_high", "recall", "learn_seconds", "answer_ms",
    "order_p99_ms", "model_mb", "learn_memory_mb", "n_cases", "note",
)  # fmt: skip
ASK = """
import json, sys, time
from pathlib import Path
from shopkeeper.shop import Shop
with Shop.open(Path(sys.argv[1])) as shop:
    customers = list(dict.fromkeys(shop.table("recommendations")["customer_id"].to_pylist()))[:1000]
    for customer in customers[:100]:
        shop.ask("recommend.for_customer", customer=customer)
    clock, work = [], []
    for customer in customers:
        started, worked = time.perf_counter(), time.thread_time()
        shop.ask("recommend.for_customer", customer=customer)
        clock.append(1e3 * (time.perf_counter() - started))
        work.append(1e3 * (time.thread_time() - worked))
    at = lambda values, share: round(sorted(values)[int(share * (len(values) - 1))], 3)
    print(json.dumps({
        "median_ms": at(clock, 0.5), "p99_ms": at(clock, 0.99),
        "processor_median_ms": at(work, 0.5), "processor_p99_ms": at(work, 0.99),
        "torch_is_imported": "torch" in sys.modules,
    }))
"""


def compared(shop: Shop, minutes: float) -> list[dict[str, Any]]:
    """The rows of the comparison for ten new products."""
    names = ",".join(("item_graph", "ease", *(method.name for method in BY_RANKER.values())))
    shop.run("recommend.evaluate", {"evaluated_methods": names, "evaluate_trials": 2, "evaluate_minutes": minutes})
    rows = shop.sql("SELECT * FROM recommend_methods WHERE wanted = 'new' AND k = 10").to_pylist()
    return [{name: round(row[name], 4) if isinstance(row[name], float) else row[name] for name in COLUMNS} for row in rows]


def served(shop: Shop, folder: Path, ranker: str) -> dict[str, Any]:
    """How long an answer takes where this ranker orders; it is put into service even if it lost."""
    name = BY_RANKER[ranker].name
    with patch.object(choosing, "_better", lambda *_: (name, {}, ())):
        shop.run("recommend.learn", {"order": "hybrid", "rankers": ranker, "tuning_trials": 1}, force=True)
    current = shop.store.models.current("recommend.learn")
    if current is None or current.card["method"] != name:
        return {"note": "was not put into service: its score is worse than that of what was there"}
    done = subprocess.run([sys.executable, "-c", ASK, str(folder)], capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Write what was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=10.0, help="how long parameters are searched for (default 10)")
    options.add_argument("--served", default=",".join(BY_RANKER), help="rankers that are put into service (default: all)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        with Shop.create(folder, currency="GBP", time_zone="Europe/London") as shop:
            shop.import_file(sample.path(), preset="online_retail")
            result: dict[str, Any] = {"machine": {"cores": len(os.sched_getaffinity(0)), "load_before": os.getloadavg()[0]}}
            result["compared"] = compared(shop, given.minutes)
            print(json.dumps(result["compared"], indent=1), flush=True)
            result["served"] = {}
            for ranker in given.served.split(","):
                result["served"][ranker] = served(shop, folder, ranker)
                print(ranker, result["served"][ranker], flush=True)
    (HERE / "rankers.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
