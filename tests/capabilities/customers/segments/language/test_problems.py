"""The caret under what is wrong: one sign under each letter, as wide as that letter is."""

from __future__ import annotations

import pytest

from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.problems import caret
from shopkeeper.core.errors import ExpressionError


@pytest.mark.parametrize(
    ("text", "start", "end", "told"),
    [
        ("value >> 3", 7, 8, "value >> 3\n       ^"),
        ("lapsd", 0, 5, "lapsd\n^^^^^"),
        ("lapsed and", 10, 10, "lapsed and\n          ^"),
        ("bought 灯 灯具", 9, 11, "bought 灯 灯具\n       \u3000 \uff3e\uff3e"),
        ("one\nlapsd", 4, 9, "lapsd\n^^^^^"),
        ("", 0, 0, "\n^"),
    ],
)
def test_the_caret_stands_under_the_place(text, start, end, told):
    assert caret(text, start, end) == told


def test_what_is_missing_at_the_end_is_told_as_the_end():
    with pytest.raises(ExpressionError) as caught:
        parse("lapsed and")
    assert caught.value.got == "the end of the expression"
    with pytest.raises(ExpressionError) as caught:
        parse("lapsed lapsed")
    assert caught.value.got == "'lapsed' at character 8"
