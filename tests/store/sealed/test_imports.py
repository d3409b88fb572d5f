from __future__ import annotations

import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shopkeeper.core.errors import ImportProblem, StoreBusy
from shopkeeper.core.schema import EVENTS, ORDERS
from shopkeeper.store.log.rows import RowReader
from shopkeeper.store.sealed.sidecars import layout


def staged(store, table, rows):
    aside = store.folder.incoming(table.name)
    pq.write_table(pa.Table.from_batches([RowReader(table).read(rows).batch]), aside / "part.parquet")
    return aside / "part.parquet"


def test_files_of_several_tables_enter_at_once_with_their_record(store):
    files = {
        "events": [staged(store, EVENTS, [{"event": "login", "at": 5}]), staged(store, EVENTS, [{"event": "login", "at": 7}])],
        "orders": [staged(store, ORDERS, [{"order_id": "o", "at": 6}])],
    }
    made = store.imports.add(files, source="shop.csv", digest="abc", report={"n_rows": 3})
    assert [(one.table, one.first_seq, one.last_seq, one.has_seq) for one in made] == [
        ("events", 1, 1, False), ("events", 2, 2, False), ("orders", 1, 1, False),
    ]  # fmt: skip
    assert (store.count("events"), store.count("orders")) == (2, 1)
    assert store.freshness("events").timestamp() == 7
    record = store.imports.find("abc")
    assert (record.source, record.report) == ("shop.csv", {"n_rows": 3})
    assert store.imports.list() == [record]
    assert not list(store.folder.root.glob("facts/*/incoming-*"))
    assert store.check(deep=True) == []


def test_the_same_file_again_changes_nothing(store, events, imported):
    imported("events", events(3), digest="d")
    with pytest.raises(ImportProblem, match="in the shop already"):
        imported("events", events(3), digest="d")
    assert store.count("events") == 3
    assert len(list(store.folder.facts("events").glob("*.parquet"))) == 1


@pytest.mark.parametrize("how", ["tail", "sealed", "imported"])
def test_ids_that_came_after_the_check_are_noticed(store, events, imported, how):
    store.append("events", events(5, "before"))
    checked = store.snapshot().positions()
    mine, other = (staged(store, EVENTS, events(20, name)) for name in ("m", "o"))
    if how == "imported":
        imported("events", events(1, "m"))
    else:
        store.append("events", events(1, "m"))
    if how == "sealed":
        store.seal(minimum_rows=1)
    with pytest.raises(StoreBusy, match="import it again"):
        store.imports.add({"events": [mine]}, source="x", digest="d", checked=checked)
    assert store.imports.find("d") is None
    store.imports.add({"events": [other]}, source="x", digest="d", checked=checked)
    with store.view() as view:
        assert view.sql("SELECT count(*) AS n, count(DISTINCT event_id) AS d FROM events").to_pylist() == [{"n": 26, "d": 26}]


def test_a_file_with_other_columns_is_refused_and_nothing_is_kept(store):
    aside = store.folder.incoming("events")
    pq.write_table(pa.table({"event_id": ["a"], "at": [1]}), aside / "x.parquet")
    with pytest.raises(ImportProblem, match="at: int64, wanted timestamp") as refused:
        store.add_segments("events", [aside / "x.parquet"], source="x", digest="d")
    assert "event: missing" in refused.value.got
    assert store.imports.find("d") is None
    assert not list(store.folder.facts("events").glob("*.parquet"))


def test_the_background_sealer_indexes_what_was_imported(store, events, imported):
    (segment,) = imported("events", events(30))
    path = store.folder.sidecars("events") / f"{Path(segment.file).stem}.{layout(EVENTS)}"
    assert not path.exists()
    store.start_sealer()
    deadline = time.monotonic() + 20
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (path / "customer_id.hashes.npy").exists()
    assert len(store.last("events", "customer_id", "c1")) == 10


def test_rows_of_an_import_are_followed_in_their_order_and_in_parts(store, events, imported):
    store.append("events", events(2, "a"))
    imported("events", events(25, "i"), row_group_size=4)
    store.append("events", events(2, "b"))
    store.seal(minimum_rows=1)
    store.append("events", events(1, "c"))
    seen, positions = [], {"events": 0}
    while True:
        rows, positions = store.changes(["events"], positions, limit=7)
        if not rows:
            break
        assert len(rows["events"]) <= 7
        seen += [row["event_id"] for row in rows["events"]]
    assert seen == ["a0", "a1", *[f"i{k}" for k in range(25)], "b0", "b1", "c0"]
