from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.core.columns import text
from shopkeeper.core.schema import EVENTS, FACTS
from shopkeeper.store.arrow_types import arrow_schema, to_rows
from shopkeeper.store.log.hashing import hash_text
from shopkeeper.store.sealed import sidecars
from shopkeeper.store.sealed.sidecars import Sidecar, layout, write_sidecar

VALUES = {
    "text": st.text(max_size=9),
    "number": st.floats(-1e300, 1e300),
    "integer": st.integers(-(2**62), 2**62),
    "moment": st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    "json": st.sampled_from(['{"a":[1,"x"]}', '"text"', "1"]),
}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_rows_come_back_as_they_are_in_the_segment(tmp_path_factory, data):
    table = data.draw(st.sampled_from(FACTS))
    size = data.draw(st.integers(1, 12))
    chunk = data.draw(st.integers(1, 5))
    columns = []
    for column in table.columns:
        some = VALUES[column.type] if column.name == table.moment else st.one_of(st.none(), VALUES[column.type])
        columns.append(
            pa.array(data.draw(st.lists(some, min_size=size, max_size=size)), arrow_schema(table).field(column.name).type)
        )
    rows = pa.Table.from_arrays(columns, schema=arrow_schema(table))
    path = tmp_path_factory.mktemp("sidecar")
    before, sidecars.CHUNK_ROWS = sidecars.CHUNK_ROWS, chunk
    try:
        write_sidecar(path, table, pa.concat_tables([rows.slice(0, 3), rows.slice(3)]))
        found = Sidecar(path, table)
        assert [found.row(place) for place in range(size)] == to_rows(rows)
        assert found.at.tolist() == rows.column(table.moment).cast(pa.int64()).to_pylist()
        for name in (table.id, *table.lookup):
            for value in set(rows.column(name).to_pylist()) - {None}:
                places = [place for place in range(size) if rows.column(name)[place].as_py() == value]
                assert sorted(found.places(name, hash_text(value)).tolist()) == places
        found.close()
    finally:
        sidecars.CHUNK_ROWS = before


def test_an_index_of_other_columns_is_none():
    assert layout(EVENTS) == layout(replace(EVENTS, meaning="other words"))
    assert layout(EVENTS) != layout(replace(EVENTS, columns=(*EVENTS.columns, text("hat", "new"))))
    assert layout(EVENTS) != layout(replace(EVENTS, lookup=("product_id",)))


def test_what_is_not_there_is_not_found(store, events):
    store.append("events", events(5))
    (segment,) = store.seal(minimum_rows=1)
    index = store._sidecars.get(segment)
    assert index.places("customer_id", hash_text("nobody")).tolist() == []
    assert index.places("session_id", hash_text("")).tolist() == []
    assert np.all(np.diff(index.index["event_id"][0].astype(object)) > 0)


@pytest.mark.parametrize("damage", ["rows.arrow", "at.npy", "event_id.hashes.npy"])
@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_damaged_index_is_made_again(store, events, damage, how):
    rows = events(5)
    store.append("events", rows)
    (segment,) = store.seal(minimum_rows=1)
    broken = store._sidecars.path(segment) / damage
    whole = broken.read_bytes()
    broken.unlink() if how == "gone" else broken.write_bytes(whole[:20])
    assert store.append("events", rows).n_known == 5
    assert broken.read_bytes() == whole
