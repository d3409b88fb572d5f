from __future__ import annotations

import json
import math
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.core.schema import CUSTOMERS, DECISIONS, EVENTS, FACTS, ORDER_LINES
from shopkeeper.store.log.rows import Refused, RowReader, clean_value, new_id

READ = RowReader(EVENTS).read
LINE = {"order_id": "o", "at": 0, "product_id": "p", "quantity": 1, "price": 1}


def one(**columns):
    """The row as it is kept, or the rule that it broke."""
    checked = READ([{"event": "view_item", **columns}])
    return checked.rejected[0].rule if checked.rejected else checked.batch.to_pylist()[0]


def line(**columns):
    checked = RowReader(ORDER_LINES).read([{**LINE, **columns}])
    return checked.rejected[0].rule if checked.rejected else checked.batch.to_pylist()[0]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2024, 3, 1, 12, 30, 0, 250_000, tzinfo=UTC),
        datetime(2024, 3, 1, 13, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=1))),
        datetime(2024, 3, 1, 12, 30, 0, 250_000),
        "2024-03-01T12:30:00.25Z",
        "2024-03-01 12:30:00.250000",
        "2024-03-01T14:30:00.25+02:00",
        1709296200.25,
        1709296200250,
        1709296200250000,
        np.float64(1709296200.25),
    ],
)
def test_a_moment_in_any_form_is_the_same_moment(moment):
    assert one(at=moment)["at"] == datetime(2024, 3, 1, 12, 30, 0, 250_000)


@pytest.mark.parametrize("moment", ["yesterday", "2024-13-01", True, [], 1e300, float("inf"), "0000-01-01", -1e18])
def test_what_is_no_moment_is_refused(moment):
    assert one(at=moment) == "type"


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        ("customer_id", 17850, "17850"), ("customer_id", "", None), ("customer_id", "掌柜", "掌柜"), ("quantity", 2, 2.0),
        ("quantity", math.nan, None), ("position", 3.0, 3), ("position", np.int64(3), 3), ("quantity", np.float32(0.5), 0.5),
        ("customer_id", "a\x00b", "a\x00b"), ("customer_id", StrEnum("K", {"A": "a"}).A, "a"),
    ],
)  # fmt: skip
def test_values_are_kept_as_their_column_wants_them(column, value, kept):
    assert one(**{column: value})[column] == kept


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("customer_id", True, "type"), ("customer_id", 1.5, "type"), ("customer_id", "\ud800", "type"), ("customer_id", b"\xff", "type"),
        ("customer_id", ["a"], "type"), ("quantity", "2", "type"), ("quantity", True, "type"), ("quantity", math.inf, "type"),
        ("quantity", 10**400, "type"), ("position", 2.5, "type"), ("position", 2**63, "type"), ("position", 0, "range"),
        ("event", "buy", "choice"), ("event", None, "required"), ("event", "", "required"), ("event", {}, "type"),
        ("evnt", "x", "unknown_column"), ("quantity", np.array([1, 2]), "type"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_are_refused_by_rule(column, value, rule):
    assert one(**{column: value}) == rule


def test_a_message_names_column_value_and_what_was_wanted():
    messages = [
        READ([{"event": "view_itm"}]),
        READ([{"event": "login", "position": 0}]),
        READ([{"event": "login", "custmer_id": "1"}]),
    ]
    first, second, third = (found.rejected[0].message for found in messages)
    assert first == "'event' cannot be 'view_itm': did you mean 'view_item'?"
    assert second == "'position' cannot be 0: wanted at least 1"
    assert third == "'events' has no column 'custmer_id'; did you mean 'customer_id'?"


def test_returns_are_negative_but_prices_are_not():
    assert line(quantity=-2)["quantity"] == -2.0
    assert line(price=-2) == "range"
    assert line(price=None) == "required"


def test_json_is_kept_as_text_whether_it_comes_as_text_or_as_values():
    rows = [{"answer": "a.b", "chosen": chosen} for chosen in (["p1", "p2"], '["p1"]', "no json", {"a": math.nan}, {1, 2})]
    found = RowReader(DECISIONS).read(rows)
    assert [json.loads(text) for text in found.batch.column(7).to_pylist()] == [["p1", "p2"], ["p1"]]
    assert [(one.index, one.rule) for one in found.rejected] == [(2, "type"), (3, "type"), (4, "type")]


def test_dates_and_booleans():
    accepts = CUSTOMERS.column("accepts_marketing")
    assert [clean_value(accepts, value) for value in (True, 0, None)] == [True, False, None]
    with pytest.raises(Refused, match="true or false"):
        clean_value(accepts, "yes")
    from shopkeeper.core.schema import CAMPAIGNS

    start = CAMPAIGNS.column("start_date")
    assert {clean_value(start, value) for value in ("2024-03-01", date(2024, 3, 1), datetime(2024, 3, 1, 5))} == {
        date(2024, 3, 1)
    }


def test_rows_that_are_no_objects_are_refused_one_by_one():
    found = READ([{"event": "login"}, "event", None, ["event"], 5, {"event": "login"}])
    assert found.kept == [0, 5]
    assert [one.rule for one in found.rejected] == ["not_an_object"] * 4


def test_one_bad_row_does_not_spoil_the_others():
    rows = [{"event_id": str(k), "event": "login", "quantity": k} for k in range(1000)]
    rows[500]["quantity"] = "many"
    found = READ(rows)
    assert found.batch.num_rows == 999
    assert [one.index for one in found.rejected] == [500]
    assert found.batch.column(0).to_pylist() == [str(k) for k in range(1000) if k != 500]


def test_a_zero_is_an_id_like_any_other():
    assert READ([{"event_id": 0, "event": "login"}]).all_ids_made is False
    assert READ([{"event": "login"}, {"event_id": "", "event": "login"}]).all_ids_made is True


def test_made_ids_differ_and_sort_by_time():
    ids = [new_id() for _ in range(2000)]
    assert len(set(ids)) == 2000
    assert [one[:13] for one in ids] == sorted(one[:13] for one in ids)
    assert {one[14] for one in ids} == {"7"}


ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=3), st.datetimes()),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=3), inner, max_size=2)),
    max_leaves=4,
)


@given(st.data())
def test_whatever_comes_is_kept_whole_or_refused(data):
    """No value makes the reader fail, each row is in the batch or among the rejected, and the batch fits the schema."""
    table = data.draw(st.sampled_from(FACTS))
    rows = data.draw(
        st.lists(st.one_of(ANY, st.dictionaries(st.sampled_from(table.names), ANY, max_size=len(table.names))), max_size=5)
    )
    found = RowReader(table).read(rows)
    assert sorted([*found.kept, *(one.index for one in found.rejected)]) == list(range(len(rows)))
    assert found.batch.num_rows == len(found.kept)
    found.batch.validate(full=True)
    for column in table.columns:
        values = found.batch.column(column.name).to_pylist()
        assert not (column.required and None in values)
        for value in values:
            if value is not None and column.choices:
                assert value in column.choices
            if value is not None and column.low is not None:
                assert value >= column.low
