from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.core.errors import BadRequest, TooLarge
from shopkeeper.server.bodies import MOST_FIELDS, media_type, parse_object, parse_query, parse_rows, with_ids


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"", {}),
        (b"customer=17850&n=10", {"customer": "17850", "n": "10"}),
        (b"category=&n", {"category": "", "n": ""}),
        (b"exclude=a&exclude=b&exclude=c", {"exclude": ["a", "b", "c"]}),
        (b"category=Home+%26+Garden&brand=%E4%B8%AD", {"category": "Home & Garden", "brand": "中"}),
        (b"a=b=c&=x&&", {"a": "b=c"}),
    ],
)
def test_a_query_is_a_dictionary(query: bytes, found: dict[str, object]):
    parsed = parse_query(query)
    parsed.pop("", None)
    assert parsed == found


@given(st.text("abc=&_1.,:-", max_size=40))
def test_the_short_way_reads_what_the_long_way_reads(text: str):
    long_way = [(name, value) for name, value in parse_qsl(text, keep_blank_values=True) if name]
    names = {name for name, _ in long_way}
    expected = {name: [value for other, value in long_way if other == name] for name in names}
    assert parse_query(text.encode()) == {name: values if len(values) > 1 else values[0] for name, values in expected.items()}


@pytest.mark.parametrize("query", [b"a=%FF", "a=é".encode("latin-1"), b"&".join([b"a=1"] * (MOST_FIELDS + 2))])
def test_a_query_that_cannot_be_read_is_told(query: bytes):
    with pytest.raises(BadRequest, match="The query string cannot be read"):
        parse_query(query)


@pytest.mark.parametrize(
    ("header", "kind"),
    [(b"application/json; charset=utf-8", "application/json"), (b"Application/X-NDJSON", "application/x-ndjson"), (b"", "")],
)
def test_the_content_type_without_its_parameters(header: bytes, kind: str):
    assert media_type({b"content-type": header}) == kind
    assert media_type({}) == ""


def rows_of(raw: bytes, kind: bytes = b"application/json", most: int = 10) -> tuple[list, bool]:
    return asyncio.run(parse_rows(raw, {b"content-type": kind}, most))


def test_rows_in_each_form():
    assert rows_of(b'{"a": 1}') == ([{"a": 1}], True)
    assert rows_of(b'[{"a": 1}, 2]') == ([{"a": 1}, 2], False)
    assert rows_of(b'{"a": 1}\r\n\n{"a"\n3', b"application/x-ndjson") == ([{"a": 1}, '{"a"', 3], False)


@pytest.mark.parametrize(
    ("raw", "kind"), [(b"[" + b"{}," * 10 + b"{}]", b"application/json"), (b"{}\n" * 11, b"application/jsonl")]
)
def test_too_many_rows(raw: bytes, kind: bytes):
    with pytest.raises(TooLarge, match="11 rows"):
        rows_of(raw, kind)


def test_an_empty_body_is_an_empty_object():
    assert parse_object(b"", "fields") == parse_object(b"  ", "fields") == {}


def test_numbers_from_the_idempotency_key():
    rows = [{"a": 1}, {"event_id": "mine"}, "no row", {"event_id": ""}]
    first, again = with_ids(rows, "event_id", b"k"), with_ids(rows, "event_id", b"k")
    assert first == again
    assert first[1]["event_id"] == "mine"
    assert first[2] == "no row"
    assert len({row["event_id"] for row in first if isinstance(row, dict)}) == 3
    assert with_ids(rows, "event_id", b"other")[0] != first[0]
    assert with_ids(rows, "event_id", None) is rows
    assert "event_id" not in rows[0]
