from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shopkeeper.core.errors import UnknownName
from shopkeeper.core.results import Interval, Score
from shopkeeper.core.runs import Provenance, Run

START = datetime(2024, 3, 1, 12, 0, 0, 123, tzinfo=UTC)


def run(number: int, task: str = "demand.forecast", state: str = "done", **rest) -> Run:
    provenance = Provenance(START, "abc", {"horizon_days": (7, "shop.toml")}, {"seqs": {"events": 5}}, "0.1.0", 0)
    return Run(f"r{number}", task, state, START + timedelta(minutes=number), 1.5, 1000, provenance, "forecast", **rest)


def test_a_run_comes_back_as_it_was(store):
    score = Score(
        "wape", 0.4, Interval(0.3, 0.5), 0.6, "last year", Interval(-0.3, -0.1), 100, higher_is_better=False, decides=True
    )
    kept = run(1, scores=(score,), model_version="v1", headline="Fine.")
    store.runs.add(kept, pa.table({"a": [1, 2]}), fingerprint="f1")
    assert store.runs.get("r1") == kept
    assert store.runs.find("demand.forecast", "f1") == kept
    assert store.runs.find("demand.forecast", "f2") is None
    assert store.runs.of_version("demand.forecast", "v1") == kept
    assert pq.read_table(store.runs.result_path("forecast")).num_rows == 2
    with pytest.raises(UnknownName, match="'r1'"):
        store.runs.get("r2")


def test_the_newest_result_is_that_of_the_newest_run_that_was_done(store):
    assert store.runs.result_path("forecast") is None
    store.runs.add(run(1), pa.table({"a": [1]}))
    store.runs.add(run(3), pa.table({"a": [3]}))
    store.runs.add(run(2), pa.table({"a": [2]}))
    store.runs.add(run(4, state="failed"))
    assert pq.read_table(store.runs.result_path("forecast")).column("a").to_pylist() == [3]
    assert list(store.runs.result_paths()) == ["forecast"]
    assert store.runs.latest("demand.forecast").run_id == "r3"
    assert store.runs.latest("demand.forecast", ("failed", "refused")).run_id == "r4"
    assert store.runs.latest("no.task") is None
    assert [one.run_id for one in store.runs.history()] == ["r4", "r3", "r2", "r1"]
    assert [one.run_id for one in store.runs.history("demand.forecast", limit=2, offset=1)] == ["r3", "r2"]
    assert store.runs.find("demand.forecast", "") is None
