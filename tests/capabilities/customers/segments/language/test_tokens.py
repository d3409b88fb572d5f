"""Words, numbers, dates, texts and signs, each with its place."""

import pytest

from shopkeeper.capabilities.customers.segments.language.tokens import quoted, tokens
from shopkeeper.core.errors import ExpressionError


def test_kinds_and_places():
    found = tokens('n≥-1.5e2, 2011-06-01 "a""b" „x“ été')
    assert [(token.kind, token.text) for token in found] == [
        ("word", "n"), ("sign", ">="), ("number", "-1.5e2"), ("sign", ","), ("date", "2011-06-01"), ("text", 'a"b'), ("text", "x"),
        ("word", "été"), ("end", ""),
    ]  # fmt: skip
    assert [(token.start, token.end) for token in found[:3]] == [(0, 1), (1, 2), (2, 8)]


def test_a_minute_and_a_number_glued_to_a_word():
    assert [token.kind for token in tokens("2011-06-01 12:30 90d")] == ["date", "number", "word", "end"]


@pytest.mark.parametrize("text", ["x", 'a"b', '""', "a'b", ""])
def test_quoted_is_read_back(text):
    assert tokens(quoted(text))[0].text == text


@pytest.mark.parametrize(("text", "at"), [("a ; b", 2), ('"open', 0), ("a\x00", 1), ("'\ud800'", 1)])
def test_what_cannot_be_read_is_pointed_at(text, at):
    with pytest.raises(ExpressionError) as caught:
        tokens(text)
    assert caught.value.facts["position"] == at
