"""The item graph beside scipy, the sample shop's scores, and what to do with what a customer owns. See README.md.

`python -m benchmarks.recommend.run` runs every part and writes result.json beside this file; `--only sample` one of them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recommend import owned

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def against_scipy(n_rows: int = 300_000) -> dict[str, Any]:
    """The same neighbors by scipy's product of matrices, on a size that it can do: plain cosine, 100 neighbors."""
    from scipy import sparse

    from benchmarks.store.generate import zipf_ranks
    from shopkeeper.numerics.co_occurrence import product_graph
    from shopkeeper.numerics.sparse_rows import build_log, merge

    random = np.random.default_rng(0)
    n_customers, n_products = n_rows // 10, n_rows // 20
    customer, product = zipf_ranks(random, n_customers, n_rows, 0.6), zipf_ranks(random, n_products, n_rows, 0.9)
    log = build_log(customer, product, np.zeros(n_rows, np.uint8), np.zeros(n_rows, np.int64), n_customers, n_products)
    rows = merge(log, np.ones(1), 0, np.inf)
    degree = np.bincount(rows.product, minlength=n_products)
    factor, one = np.maximum(degree, 1.0) ** -0.5, np.ones(1)
    arguments = {"row_factor": np.ones(n_customers), "target_factor": factor, "forward": one, "backward": one}
    product_graph(rows, **arguments, k=100)
    ours, theirs = _clocked(lambda: product_graph(rows, **arguments, k=100)), {}
    graph = ours.pop("result")
    matrix = sparse.csr_matrix((rows.weight, rows.product, rows.starts), shape=(n_customers, n_products))
    theirs = _clocked(lambda: _scipy_neighbors(matrix, factor))
    first = theirs.pop("result")
    same = np.mean([np.isclose(graph.weight[graph.starts[p]], first[p], rtol=1e-4) for p in range(n_products) if first[p] > 0])
    return {"n_interactions": n_rows, "n_products": n_products, "ours": ours, "scipy": theirs, "share_of_equal_best": float(same)}


def _scipy_neighbors(matrix: Any, factor: np.ndarray) -> np.ndarray:
    """A.T @ A, columns scaled, the 100 largest of each row; gives the largest of each, to compare."""
    together = (matrix.T @ matrix).tocsr()
    together.setdiag(0.0)
    together.data *= factor[together.indices]
    best = np.zeros(together.shape[0])
    for row in range(together.shape[0]):
        values = together.data[together.indptr[row] : together.indptr[row + 1]]
        if len(values) > 100:
            values = values[np.argpartition(-values, 100)[:100]]
        best[row] = np.sort(values)[-1] if len(values) else 0.0
    return best


def _clocked(work: Callable[[], Any]) -> dict[str, Any]:
    started, processor = time.perf_counter(), time.process_time()
    result = work()
    return {
        "result": result, "seconds": round(time.perf_counter() - started, 2),
        "processor_seconds": round(time.process_time() - processor, 2),
    }  # fmt: skip


def sample_shop() -> dict[str, Any]:
    """The shipped sample: imported, learned, scored."""
    from shopkeeper import sample
    from shopkeeper.shop import Shop

    with (
        tempfile.TemporaryDirectory() as name,
        Shop.create(Path(name) / "shop", currency="GBP", time_zone="Europe/London") as shop,
    ):
        shop.import_file(sample.path(), preset="online_retail")
        done = _clocked(lambda: shop.run("recommend.learn"))
        learned = done.pop("result")
        scores = [
            {
                "score": score.name, "value": round(score.value, 4), "interval": _ends(score.interval),
                "baseline": score.baseline_name, "baseline_value": round(score.baseline, 4),
                "difference": _ends(score.difference), "verdict": score.verdict, "n_cases": score.n_cases,
            }
            for score in learned.scores
        ]  # fmt: skip
        return {"learning": done, "scores": scores}


def _ends(interval: Any) -> list[float]:
    return [round(interval.low, 4), round(interval.high, 4)]


def main() -> None:
    """Run the parts that are asked for and write what they gave."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with tmall_behaviour")
    options.add_argument("--only", choices=("scipy", "sample", "owned"), action="append")
    options.add_argument("--out", type=Path, default=HERE / "result.json")
    given = options.parse_args()
    result = json.loads(given.out.read_text()) if given.out.exists() else {}
    result["machine"] = {
        "cores": len(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
    }
    parts: dict[str, Callable[[], Any]] = {
        "scipy": against_scipy,
        "sample": sample_shop,
        "owned": lambda: owned.measured(given.data),
    }
    for name in given.only or parts:
        result[name] = parts[name]()
        print(name, json.dumps(result[name], indent=1), flush=True)
    given.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
