"""How well each method says what a customer would rate a product, by cross-validation on any ratings. See README.md."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from shopkeeper.capabilities.recommend.ratings.judge import Judged, chosen, cross_validated, folds  # noqa: E402
from shopkeeper.capabilities.recommend.ratings.methods import KnownRatings  # noqa: E402
from shopkeeper.capabilities.recommend.ratings.read import Ratings, coded  # noqa: E402

# Mean RMSE and MAE of five folds of MovieLens-100K as Surprise (surpriselib.com) publishes them.
PUBLISHED = {
    "Surprise SVD": (0.934, 0.737), "Surprise SVD++": (0.919, 0.721), "Surprise NMF": (0.963, 0.758),
    "Surprise Slope One": (0.946, 0.743), "Surprise KNNBaseline": (0.931, 0.733), "Surprise baseline": (0.944, 0.748),
}  # fmt: skip


def movielens(path: Path) -> pa.Table:
    """GroupLens's `u.data` or RecBole's `ml-100k.inter`, tab separated, packed or not."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    rows = [line.split("\t") for line in text.splitlines() if line and line[0].isdigit()]
    return pa.table({
        "customer_id": [row[0] for row in rows], "product_id": [row[1] for row in rows],
        "rating": [float(row[2]) for row in rows],
        "at": [float(row[3]) for row in rows],
    })  # fmt: skip


def read(folder: Path) -> tuple[Ratings, bool]:
    """(the newest rating of each pair, whether these are MovieLens-100K)."""
    if (folder / "ratings.parquet").exists():
        import pyarrow.parquet as pq

        table, is_movielens = pq.read_table(folder / "ratings.parquet"), False
    else:
        names = ("ml-100k.inter.gz", "ml-100k.inter", "u.data")
        found = [folder / part / name for part in ("", "movielens_100k") for name in names if (folder / part / name).exists()]
        if not found:
            raise SystemExit(f"{folder} has neither ratings.parquet nor one of {', '.join(names)}")
        table, is_movielens = movielens(found[0]), True
    if "at" in table.column_names:
        table = table.sort_by("at")
    for name in ("customer_id", "product_id"):
        table = table.set_column(table.column_names.index(name), name, table[name].cast(pa.string()))
    return coded(table), is_movielens


def row(each: Judged, fold_of: np.ndarray, best: Judged, seed: int) -> dict[str, Any]:
    low, high = each.rmse_interval(seed)
    per_fold = [np.sqrt(np.mean(each.error[fold_of == number] ** 2)) for number in np.unique(fold_of)]
    return {
        "rmse": round(each.rmse, 4), "interval": [round(low, 4), round(high, 4)], "mae": round(each.mae, 4),
        "mean_rmse_of_folds": round(float(np.mean(per_fold)), 4), "seconds_a_fold": round(each.seconds, 2),
        "is_chosen": each is best,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with the ratings")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE / "result.json")
    options = parser.parse_args()
    ratings, is_movielens = read(options.data)
    known = KnownRatings(ratings.customer, ratings.product, ratings.rating, len(ratings.customers), len(ratings.products))
    started = time.perf_counter()
    judged = cross_validated(known, options.folds, options.seed)
    best = chosen(judged, options.seed)
    fold_of = folds(len(known), options.folds, options.seed)
    result = {
        "data": {"n_ratings": len(known), "n_customers": known.n_customers, "n_products": known.n_products},
        "n_folds": options.folds, "seed": options.seed,
        "methods": {each.method.name: row(each, fold_of, best, options.seed) for each in judged},
        "published": {name: {"rmse": rmse, "mae": mae} for name, (rmse, mae) in PUBLISHED.items()} if is_movielens else {},
        "seconds": round(time.perf_counter() - started, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load": os.getloadavg()[0]},
    }  # fmt: skip
    print(f"{'method':20} {'RMSE':>7} {'interval':>17} {'MAE':>7} {'s/fold':>7}")
    for name, each in result["methods"].items():
        low, high = each["interval"]
        chosen_mark = "  <- chosen" if each["is_chosen"] else ""
        print(
            f"{name:20} {each['rmse']:7.4f} {low:8.4f} {high:8.4f} {each['mae']:7.4f} {each['seconds_a_fold']:7.2f}{chosen_mark}"
        )
    for name, each in result["published"].items():
        print(f"{name:20} {each['rmse']:7.4f} {'(published)':>17} {each['mae']:7.4f}")
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
