"""Ten million interactions to a finished graph, a whole learn, a load and answers; each in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.recommend.view import ArrowView  # noqa: E402
from benchmarks.store.generate import SEED, batch  # noqa: E402

WORDS = 4_000
NEIGHBORS = 100


def write_world(folder: Path, n_rows: int) -> None:
    """The generator's events as interactions.parquet, and a catalog for their products."""
    random = np.random.default_rng(SEED)
    writer = None
    seen: list[pa.Array] = []
    for first in range(0, n_rows, 1_000_000):
        events = batch(random, first, min(1_000_000, n_rows - first), n_rows)
        actor = pc.coalesce(events["customer_id"], pc.binary_join_element_wise("session", events["session_id"], ":"))
        table = events.select(["customer_id", "product_id", "event", "at"]).append_column("actor_id", actor)
        seen.append(pc.unique(events["product_id"]))
        writer = writer or pq.ParquetWriter(folder / "interactions.parquet", table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    products = pc.unique(pa.chunked_array(seen))
    words = np.char.add("word", np.minimum(random.zipf(1.3, (len(products), 4)), WORDS).astype("U"))
    title = np.char.add(np.char.add(np.char.add(words[:, 0], " "), np.char.add(words[:, 1], " ")), words[:, 2])
    catalog = pa.table({
        "product_id": products,
        "title": pa.array(title),
        "brand": pa.array(np.char.add("brand", random.integers(0, 2000, len(products)).astype("U"))),
        "product_type": pa.array(np.char.add("type", random.integers(0, 300, len(products)).astype("U"))),
        "price": pa.array(np.round(random.lognormal(3, 1, len(products)), 2)),
        "availability": pa.array(np.where(random.random(len(products)) < 0.1, "out_of_stock", "in_stock")),
    })  # fmt: skip
    pq.write_table(catalog, folder / "products.parquet")


def peak_gb() -> float:
    """The largest memory that this process had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def compiled(folder: Path) -> None:
    """Compile or load every kernel on a little of the data, so that times below are of work."""
    from shopkeeper.capabilities.recommend.learning import learn_everything
    from shopkeeper.capabilities.recommend.settings import RecommendSettings

    some = pq.ParquetFile(folder / "interactions.parquet").iter_batches(100_000)
    view = ArrowView({"interactions": pa.Table.from_batches([next(some)])})
    learn_everything(view, RecommendSettings(tuning_trials=1))


def graph_part(folder: Path) -> dict[str, Any]:
    """From the Parquet file to the finished graph with 100 neighbors, default parameters."""
    from shopkeeper.capabilities.recommend.item_graph import Parameters, customer_rows, kind_weights, learn_graph
    from shopkeeper.capabilities.recommend.read import read_interactions
    from shopkeeper.capabilities.recommend.settings import RecommendSettings
    from shopkeeper.capabilities.recommend.trending import trend
    from shopkeeper.numerics.sparse_rows import build_log

    compiled(folder)
    settings, parameters = RecommendSettings(neighbors=NEIGHBORS), Parameters()
    clock, processor = [time.perf_counter()], time.process_time()
    view = ArrowView({"interactions": pq.read_table(folder / "interactions.parquet")})
    clock.append(time.perf_counter())
    data = read_interactions(view)
    clock.append(time.perf_counter())
    log = build_log(data.customer, data.product, data.kind, data.at, len(data.customers), len(data.products))
    now = int(log.at.max()) + 1
    rows = customer_rows(log, parameters, settings, now)
    trend_of = trend(log, kind_weights(settings, parameters.kind_exponent), now, parameters.popularity_half_life_days)
    clock.append(time.perf_counter())
    graph = learn_graph(rows, parameters, settings, trend_of)
    clock.append(time.perf_counter())
    names = ("reading", "coding", "ordering", "graph")
    seconds = {name: round(after - before, 2) for name, before, after in zip(names, clock[:-1], clock[1:], strict=True)}
    return {
        "n_interactions": len(data.customer), "n_actors": len(data.customers), "n_products": len(data.products),
        "n_edges": len(graph.neighbor), "seconds": seconds, "seconds_in_all": round(clock[-1] - clock[0], 2),
        "processor_seconds": round(time.process_time() - processor, 2),
        "peak_gb": round(peak_gb(), 2),
    }  # fmt: skip


def learn_part(folder: Path) -> dict[str, Any]:
    """The whole task as the shop runs it, saved for the answers."""
    from shopkeeper.capabilities.recommend.learning import learn_everything
    from shopkeeper.capabilities.recommend.settings import RecommendSettings

    compiled(folder)
    started, processor = time.perf_counter(), time.process_time()
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in ("interactions", "products")}
    result = learn_everything(ArrowView(tables), RecommendSettings())
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    (folder / "model").mkdir()
    for name, array in result.learned.items():
        np.save(folder / "model" / f"{name}.npy", array)
    (folder / "model" / "card.json").write_text(json.dumps(result.card))
    n_bytes = sum(array.nbytes for array in result.learned.values())
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "peak_gb": round(peak_gb(), 2),
        "model_gb": round(n_bytes / 1e9, 2),
    }


def answers_part(folder: Path) -> dict[str, Any]:
    """Loading, and answers with filters and reasons for random customers and products."""
    from benchmarks.recommend.latency import measured
    from shopkeeper.capabilities.recommend.loaded.model import load_model

    view = ArrowView({"products": pq.read_table(folder / "products.parquet")})
    started = time.perf_counter()
    model = load_model(folder / "model", view)
    loading = time.perf_counter() - started
    interactions = pq.ParquetFile(folder / "interactions.parquet").read_row_group(0, columns=["customer_id", "product_id"])
    customers = pc.drop_null(pc.unique(interactions["customer_id"])).to_pylist()
    products = pc.unique(interactions["product_id"]).to_pylist()
    return {
        "load_seconds": round(loading, 2),
        **measured(model, customers, products, brand="", category="type7"),
        "peak_gb": round(peak_gb(), 2),
    }


PARTS = {"graph": graph_part, "learn": learn_part, "answers": answers_part}


def run(n_rows: int, parts: tuple[str, ...] = tuple(PARTS)) -> dict[str, Any]:
    """Every part in a process of its own, so that its peak memory is its own."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_world(folder, n_rows)
        for part in parts:
            done = subprocess.run([sys.executable, __file__, part, name], capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            found[part] = json.loads(done.stdout.splitlines()[-1])
            print(part, json.dumps(found[part]), flush=True)
    return found


if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](Path(sys.argv[2]))))
