"""Ids that repeat, and ids that the shop has."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shopkeeper.core import schema
from shopkeeper.core.progress import Silent
from shopkeeper.store.importers.ids import all_different, known
from shopkeeper.store.importers.session import Session


@pytest.mark.parametrize(("ids", "expected"), [(["a", "b"], True), (["a", "b", "a"], False), ([], True), (["a"], True)])
def test_repeated_ids_are_found_over_several_files(tmp_path, ids, expected):
    files = []
    for place in range(2):
        files.append(tmp_path / f"{place}.parquet")
        pq.write_table(pa.table({"id": pa.array(ids[place::2], pa.string())}), files[-1])
    session = Session(tmp_path / "f", tmp_path / "spill", "UTC", b"", Silent())
    try:
        assert all_different(session, files, "id") is expected
        assert all_different(session, [], "id")
    finally:
        session.close()


def test_known_ids_come_from_segments_and_tail(store):
    assert known(store, schema.EVENTS) is None
    for event_id in ("a", "b"):
        store.append("events", [{"event_id": event_id, "event": "view_item"}])
        if event_id == "a":
            store.seal(minimum_rows=1)
    assert sorted(known(store, schema.EVENTS)["id"].to_pylist()) == ["a", "b"]
