"""A table kept as arrays is read back as it was: by row, by column, as Arrow."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.capabilities.customers.profiles.kept import Kept, iso, keep
from shopkeeper.core.columns import boolean, integer, json, moment, number, text

COLUMNS = (
    text("key", "k", required=True), number("worth", "w"), text("country", "c"), boolean("yes", "y"), moment("at", "a"),
    integer("n", "n"), json("shares", "s"), text("empty", "nothing"),
)  # fmt: skip
SCHEMA = pa.schema([("key", pa.string()), ("worth", pa.float64()), ("country", pa.string()), ("yes", pa.bool_()),
                    ("at", pa.timestamp("us")), ("n", pa.int64()), ("shares", pa.string()), ("empty", pa.string())])  # fmt: skip
rows = st.lists(
    st.fixed_dictionaries({
        "key": st.text(max_size=4), "worth": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "country": st.none() | st.sampled_from(["DE", "", "é"]), "yes": st.none() | st.booleans(),
        "at": st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)),
        "n": st.none() | st.integers(-(2**60), 2**60), "shares": st.none() | st.text(max_size=5), "empty": st.none(),
    }), unique_by=lambda row: row["key"], max_size=20,
)  # fmt: skip


def kept(table):
    return Kept(keep(table, COLUMNS, "x"), COLUMNS, "x")


@settings(max_examples=60, deadline=None)
@given(rows)
def test_there_and_back(given_rows):
    ordered = sorted(given_rows, key=lambda row: row["key"].encode())
    table = pa.Table.from_pylist(ordered, SCHEMA)
    found = kept(table)
    assert len(found) == len(ordered)
    for place, row in enumerate(ordered):
        assert found.keys.find(row["key"]) == place
        wanted = {**row, "at": row["at"] and row["at"].replace(tzinfo=UTC).isoformat()}
        del wanted["key"]
        assert found.row(place) == wanted
        for name, value in wanted.items():
            assert found.taken(name, np.array([place])) == [value]
    assert found.arrow("code").select(SCHEMA.names).cast(SCHEMA).equals(table)
    assert found.arrow("code")["code"].to_pylist() == list(range(len(ordered)))
    assert found.is_valid("worth").tolist() == [row["worth"] is not None for row in ordered]
    assert found.is_true("yes").tolist() == [row["yes"] is True for row in ordered]
    assert [None if np.isnan(value) else value for value in found.floats("worth")] == [row["worth"] for row in ordered]


def test_the_first_key_after():
    found = kept(pa.Table.from_pylist([{"key": key} for key in ("a", "b", "d")], SCHEMA))
    assert [found.after(key) for key in ("", "a", "c", "d", "z", "\ud800")] == [0, 1, 2, 3, 3, 0]


def test_arrays_do_not_depend_on_what_texts_came_first():
    one = keep(pa.Table.from_pylist([{"key": "a", "country": "x"}, {"key": "b", "country": "w"}], SCHEMA), COLUMNS, "x")
    assert one["x_codes"][0].tolist() == [1, 0]


@pytest.mark.parametrize("at", [datetime(1969, 12, 31, tzinfo=UTC), datetime(2026, 1, 1, 1, 2, 3, 4, tzinfo=UTC)])
def test_moments_as_text(at):
    assert iso(int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))) == at.isoformat()
