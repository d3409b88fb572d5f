from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.core.columns import text
from shopkeeper.core.schema import ENTITIES, EVENTS, FACTS
from shopkeeper.store.arrow_types import arrow_schema, to_rows
from shopkeeper.store.log import batches, database
from shopkeeper.store.log.batches import Batch, BatchCodec, hashed_columns, hashes_of
from shopkeeper.store.log.hashing import hash_text
from shopkeeper.store.log.rows import RowReader

VALUES = {
    "text": st.text(max_size=9).filter(lambda value: value != ""),
    "number": st.floats(0, 5),
    "integer": st.integers(1, 99),
    "boolean": st.booleans(),
    "moment": st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
    "date": st.dates(),
    "json": st.just("[1]"),
}


@given(st.data())
def test_a_row_read_alone_is_the_row_arrow_gives(data):
    table = data.draw(st.sampled_from((*FACTS, *ENTITIES)))
    size = data.draw(st.integers(1, 12))
    columns = [
        pa.array(
            data.draw(st.lists(st.one_of(st.none(), VALUES[column.type]), min_size=size, max_size=size)),
            arrow_schema(table).field(column.name).type,
        )
        for column in table.columns
    ]
    rows = pa.RecordBatch.from_arrays(columns, schema=arrow_schema(table))
    start = data.draw(st.integers(0, size - 1))
    batch = Batch(table, 1, np.zeros((1, size - start), dtype=np.uint64), rows.slice(start))
    for place, row in enumerate(to_rows(rows.slice(start))):
        assert batch.row(place) == row


def database_with_tails(path) -> sqlite3.Connection:
    database.create(path)
    return database.connect(path)


def test_batches_written_before_a_column_was_declared_are_read_with_it_empty(tmp_path):
    today = replace(EVENTS, columns=(*EVENTS.columns, text("color_of_hat", "new")), lookup=("product_id",))
    with closing(database_with_tails(tmp_path / "shop.sqlite")) as connection:
        old = RowReader(EVENTS).read([{"event_id": "a", "event": "login", "at": 0, "product_id": "p"}]).batch
        with database.transaction(connection):
            BatchCodec(EVENTS).insert(connection, Batch(EVENTS, 1, hashes_of(EVENTS, old), old))
        new = RowReader(today).read([{"event_id": "b", "event": "login", "at": 0, "color_of_hat": "red"}]).batch
        with database.transaction(connection):
            BatchCodec(today).insert(connection, Batch(today, 2, hashes_of(today, new), new))
        found = BatchCodec(today).read(connection, 0)
    assert [batch.rows.column("color_of_hat").to_pylist() for batch in found] == [[None], ["red"]]
    assert [batch.hashes.shape[0] for batch in found] == [len(hashed_columns(today))] * 2
    assert found[0].hashes.tolist() == hashes_of(today, found[0].rows).tolist()


def test_a_batch_is_cut_by_sequence_numbers():
    rows = RowReader(EVENTS).read([{"event_id": str(k), "event": "login", "at": k} for k in range(5)]).batch
    batch = Batch(EVENTS, 11, hashes_of(EVENTS, rows), rows)
    assert (batch.first_seq, batch.last_seq) == (11, 15)
    assert batch.after(12).rows.column(0).to_pylist() == ["2", "3", "4"]
    assert (batch.after(12).first_seq, batch.after(12).last_seq) == (13, 15)
    assert batch.upto(13).rows.column(0).to_pylist() == ["0", "1", "2"]
    assert batch.after(5) is batch.upto(99) is batch
    assert batch.after(12).hashes.tolist() == hashes_of(EVENTS, batch.after(12).rows).tolist()
    assert batch.after(13).row(0)["at"] == datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC)


@pytest.mark.parametrize("large", [2, 10_000])
def test_rows_are_found_and_read_in_large_batches_as_in_small_ones(monkeypatch, large):
    monkeypatch.setattr(batches, "LARGE_ROWS", large)
    sent = [{"event_id": str(k), "event": "login", "at": k, "customer_id": f"c{k % 3}", "quantity": k / 7} for k in range(50)]
    rows = RowReader(EVENTS).read(sent).batch
    batch = Batch(EVENTS, 1, hashes_of(EVENTS, rows), rows)
    which = hashed_columns(EVENTS).index("customer_id")
    assert batch.places(which, np.uint64(hash_text("c1"))).tolist() == list(range(1, 50, 3))
    assert batch.places(which, np.uint64(hash_text("c9"))).tolist() == []
    assert [batch.row(place) for place in range(50)] == to_rows(rows)
    assert batch.at.tolist() == [k * 1_000_000 for k in range(50)]
    whole = batches.fused([batch.upto(10), batch.upto(30).after(10), batch.after(30)])
    for cut, start in ((whole, 0), (whole.after(4), 4), (whole.after(4).after(20), 20), (whole.after(40), 40)):
        assert [cut.row(place) for place in range(50 - start)] == to_rows(rows.slice(start))
        assert cut.rows == rows.slice(start)
        assert cut.max_at == 49_000_000
