"""What a later basket held, asked with the rest of it: ours beside popularity, the item graph and two plain measures."""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import resource
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from scale import at_scale  # noqa: E402

from shopkeeper.capabilities.baskets.read import read_baskets  # noqa: E402
from shopkeeper.capabilities.baskets.settings import BasketsSettings  # noqa: E402
from shopkeeper.capabilities.baskets.together import judge, learning, listing  # noqa: E402
from shopkeeper.capabilities.baskets.together.choosing import choose  # noqa: E402
from shopkeeper.numerics.bootstrap import mean_interval  # noqa: E402
from shopkeeper.numerics.co_occurrence import Graph  # noqa: E402
from shopkeeper.numerics.complements.pairs import pair_counts  # noqa: E402
from shopkeeper.shop import Shop  # noqa: E402

Tables = dict[str, pa.Table]


def lines(order: Any, product: Any, at: Any, price: Any = None) -> pa.Table:
    """Order lines in the documented format."""
    n = len(order)
    return pa.table({
        "line_id": [f"l{number}" for number in range(n)], "order_id": pc.cast(order, pa.string()),
        "product_id": pc.cast(product, pa.string()), "at": at, "quantity": np.ones(n),
        "price": np.ones(n) if price is None else price,
    })  # fmt: skip


def bakery(folder: Path) -> Tables:
    with gzip.open(folder / "BreadBasket_DMS.csv.gz", "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["Item"] != "NONE"]
    at = pa.array(
        [
            np.datetime64(f"{row['Date']}T{int(row['Time'].split(':')[0]):02d}:{row['Time'].split(':', 1)[1]}", "us")
            for row in rows
        ]
    )
    return {"order_lines": lines(pa.array([row["Transaction"] for row in rows]), pa.array([row["Item"] for row in rows]), at)}


def olist(folder: Path) -> Tables:
    items = pq.read_table(folder / "order_items.parquet")
    products = pq.read_table(folder / "products.parquet")
    at = items["shipping_limit_date"].cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    catalog = pa.table({"product_id": products["product_id"], "product_type": products["product_category_name"]})
    return {"order_lines": lines(items["order_id"], items["product_id"], at, items["price"]), "products": catalog}


def tmall(folder: Path) -> Tables:
    """A customer's purchases of one day are a basket: the log has no orders."""
    log = pq.read_table(folder / "train.parquet")
    log = log.filter(pc.equal(log["event"], "purchase"))
    seconds = np.asarray(log["unix_time"])
    order = pa.array([f"{user}-{day}" for user, day in zip(log["user"].to_pylist(), (seconds // 86_400).tolist(), strict=True)])
    return {"order_lines": lines(order, log["item"], pa.array((seconds * 1_000_000).astype("datetime64[us]")))}


def documented(folder: Path) -> Tables:
    names = ("order_lines", "events", "products")
    return {name: pq.read_table(folder / f"{name}.parquet") for name in names if (folder / f"{name}.parquet").exists()}


def worlds(folder: Path) -> dict[str, Any]:
    """What there is to be judged on: a way to fill a shop for each."""
    if (folder / "order_lines.parquet").exists():
        return {folder.name: lambda: documented(folder)}
    found: dict[str, Any] = {"online_retail": None}
    for name, read in (("bakery", bakery), ("olist", olist), ("tmall_behaviour", tmall)):
        if (folder / name).is_dir():
            found[name] = lambda read=read, name=name: read(folder / name)
    return found


def filled(folder: Path, read: Any) -> Shop:
    shop = Shop.create(folder, name="Benchmark", currency="GBP")
    if read is None:
        from shopkeeper import sample

        shop.import_file(sample.path(), preset="online_retail")
        return shop
    for name, table in read().items():
        path = folder.parent / f"{name}.parquet"
        pq.write_table(table, path)
        shop.import_file(path, table=name)
    return shop


def plain(at: Any, kind: str) -> Graph:
    """Pairs by confidence n / n(source), or by the usual lift n N / (n(source) n(other)), nothing shrunk or tested."""
    pairs = pair_counts(at.baskets, np.ones(len(at.baskets)), at_least=1, keep=200)
    counts = at.baskets.counts
    value = pairs.n / np.maximum(counts[pairs.source], 1)
    if kind == "lift":
        value = value * len(at.baskets) / np.maximum(counts[pairs.other], 1)
    return Graph(pairs.starts, pairs.other, value.astype(np.float32))


def judged(shop: Shop, seed: int) -> dict[str, Any]:
    """Chosen on the validation period, judged on the last one."""
    settings = BasketsSettings(judged_baskets=5_000)
    with closing(shop.view()) as view:
        of = learning.Shop(view, read_baskets(view), settings)
        several = np.flatnonzero(of.read.baskets.sizes >= 2)
        first, second, end = learning._cuts(of.read.at[several], settings.together_test_share)
        started = time.perf_counter()
        chosen = choose(of.until(first), of.questions(first, second), n_trials=settings.together_trials, **of.evidence_settings)
        at, asked = of.until(second), of.questions(second, end)
        popular = listing.popular_order(at, chosen.half_life_days)
        shown = {
            "ours": learning._shown(of, at, chosen, asked),
            "item graph": judge.by_item_graph(at, asked, popular),
            "confidence": judge.listed(plain(at, "confidence"), asked, popular),
            "lift": judge.listed(plain(at, "lift"), asked, popular),
            "popularity": judge.only_popular(asked, popular),
        }
        seconds = time.perf_counter() - started
        sizes = {"n_baskets": len(of.read.baskets), "n_with_two": len(several), "n_lines": len(of.read.baskets.item),
                 "n_products": of.read.baskets.n_items}  # fmt: skip
    return {
        **sizes, "n_questions": len(asked), "seconds": round(seconds, 1), "parameters": vars(chosen.parameters),
        "methods": {name: measured(each, shown["ours"], asked, seed) for name, each in shown.items()},
    }  # fmt: skip


def measured(shown: np.ndarray, ours: np.ndarray, asked: Any, seed: int) -> dict[str, float | list[float]]:
    hit, our_hit = judge._hit(shown, asked), judge._hit(ours, asked)
    pages = np.arange(len(asked)) < asked.n_pages
    one = np.ones(len(asked), np.int64)
    gain, our_gain = judge.ndcg(hit, one), judge.ndcg(our_hit, one)
    return {
        "page_hit_rate": round(float(judge.hit_rate(hit)[pages].mean()), 4), "page_ndcg": round(float(gain[pages].mean()), 4),
        "cart_hit_rate": round(float(judge.hit_rate(hit)[~pages].mean()), 4), "cart_ndcg": round(float(gain[~pages].mean()), 4),
        "ndcg": round(float(gain.mean()), 4), "mrr": round(float(judge.reciprocal_rank(hit).mean()), 4),
        "ours_less_this_ndcg": [round(end, 4) for end in mean_interval(our_gain - gain, seed=seed)],
        "ours_less_this_page_ndcg": [round(end, 4) for end in mean_interval((our_gain - gain)[pages], seed=seed)],
        "ours_less_this_cart_ndcg": [round(end, 4) for end in mean_interval((our_gain - gain)[~pages], seed=seed)],
    }  # fmt: skip


def show(name: str, found: dict[str, Any]) -> None:
    print(
        f"\n{name}: {found['n_baskets']:,} baskets, {found['n_products']:,} products, {found['n_questions']:,} questions, "
        f"{found['seconds']} s"
    )
    print(
        f"{'method':12} {'page hit':>9} {'ndcg':>7} {'cart hit':>9} {'ndcg':>7} {'both':>7} {'mrr':>7}   "
        "ours less this (ndcg, 95 %)"
    )
    for method, each in found["methods"].items():
        low, high = each["ours_less_this_ndcg"]
        print(
            f"{method:12} {each['page_hit_rate']:9.4f} {each['page_ndcg']:7.4f} {each['cart_hit_rate']:9.4f} "
            f"{each['cart_ndcg']:7.4f} {each['ndcg']:7.4f} {each['mrr']:7.4f}   {low:+.4f} to {high:+.4f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=ROOT.parent / "shared" / "data", help="with order_lines.parquet, or shared data"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scale", action="store_true", help="also ten million generated lines of 500,000 products")
    parser.add_argument("--out", type=Path, default=HERE / "result.json")
    options = parser.parse_args()
    result: dict[str, Any] = {"seed": options.seed, "data": {}}
    for name, read in worlds(options.data).items():
        with tempfile.TemporaryDirectory() as folder:
            shop = filled(Path(folder) / "shop", read)
            try:
                result["data"][name] = found = judged(shop, options.seed)
            finally:
                shop.close()
        show(name, found)
    if options.scale:
        result["scale"] = at_scale()
        print("\n" + ", ".join(f"{name} {value}" for name, value in result["scale"].items()))
    result["machine"] = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 1),
                         "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}  # fmt: skip
    options.out.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
