"""What is typed is understood, or the error points at the place and says what would be right."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.capabilities.customers.segments.language.canonical import canonical
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.tree import (
    All,
    AnyOf,
    Compare,
    Did,
    InSegment,
    Is,
    Not,
    Number,
    Period,
    Span,
    Target,
)
from shopkeeper.capabilities.customers.segments.language.words import everyday, vocabulary
from shopkeeper.core.errors import ExpressionError
from shopkeeper.server.dashboard.words import book as chinese


def test_the_example_of_the_issue():
    found = parse('lapsed and value_12m > 200 and bought category "Lighting" within 90 days and not opted_out')
    assert found == All((
        AnyOf("stage", ("lapsed",)), Compare("value_12m", ">", Number(200.0)),
        Did("bought", Target("category", ("Lighting",)), None, Period("within", Span(90.0, "days"))), Not(Is("opted_out", True)),
    ))  # fmt: skip


SAME = [
    ("at risk", "stage is at_risk"),
    ("stage is 'At Risk'", "stage is at_risk"),
    ("rfm is champions", "rfm_segment is champions"),
    ("rfm = 543", 'rfm is "543"'),
    ('cluster is "Big baskets"', 'cluster_name is "Big baskets"'),
    ("cluster is 3", "cluster = 3"),
    ("n_orders != 3", "not n_orders = 3"),
    ("country not in (DE, 'AT')", 'not country in ("DE", "AT")'),
    ("country is not empty", "country is known"),
    ("not country is empty", "not country is empty"),
    ("opted_out is no", "opted_out is no"),
    ("last_order_at < 2011-6-1", "last_order_at before 2011-06-01"),
    ("last_order_at != 2011-06-01", "not last_order_at on 2011-06-01"),
    ("last_order_at is within 2 weeks", "last_order_at within 2 weeks"),
    ("due_at within the next 7 days", "due_at within next 7 days"),
    ("value ≥ 1e3", "value >= 1000"),
    ("return_share > 30 percent", "return_share > 30 %"),
    ("recency_days > 2 weeks", "recency_days > 2 weeks"),
    ("n_orders >= 3 orders", "n_orders >= 3 orders"),
    ("bought within 3 d product in (“a”, 'b') more than 2 times", 'bought product in ("a", "b") at least 3 times within 3 days'),
    ("returned > 100", "returned > 100"),
    ("returned anything", "returned anything"),
    ("((lapsed))", "stage is lapsed"),
    ("lapsed or new and loyal", "stage is lapsed or (stage is new and stage is loyal)"),
    ("in segment Newcomers", 'in segment "Newcomers"'),
    ("value_12m > 1,000", "value_12m > 1000"),
    ("value between 1,000.5 and 12,345,678", "value between 1000.5 and 12345678"),
    ("n_orders in (1,200)", "n_orders in (1, 200)"),
    ("ordered\n  at most 2 times\n", "ordered at most 2 times"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), SAME)
def test_many_ways_to_say_the_same(typed, meant):
    assert canonical(parse(typed)) == meant


# what is typed, the words under the caret, words of the message, words of what would be right
WRONG = [
    ("value_12n > 3", "value_12n", "not known", "did you mean value_12m?"),
    ("lapst", "lapst", "not known", "did you mean lapsed?"),
    ("boght category 'x'", "boght", "not known", "did you mean bought?"),
    ("stage is champions", "champions", "stage is never", "rfm_segment is champions"),
    ("stage is laped", "laped", "never", "did you mean lapsed?"),
    ("value > 200 EUR", "EUR", "counted in shop currency", "no unit"),
    ("value > 'a'", "'a'", "compared with a number", "a number (shop currency)"),
    ("value", "", "is a number (shop currency): compare it", ">"),
    ("country", "", "is a text", 'is "…"'),
    ("country is United Kingdom", "Kingdom", "too much", "quotes"),
    ("last_order_at 3", "3", "is a moment", "within 30 days"),
    ("last_order_at before 2011-02-30", "2011-02-30", "no such day", "2011-06-01"),
    ("last_order_at before 1066-10-14", "1066-10-14", "too far", "1900"),
    ("last_order_at within 30", "", "So many of what", "days"),
    ("last_order_at within 30 dayz", "dayz", "So many of what", "did you mean days?"),
    ("last_order_at within 999 years", "999", "too long", "100 years"),
    ("categories = 3", "=", "list of its own", "contains"),
    ("opted_out is maybe", "maybe", "yes or no", "yes, no"),
    ("bought product 85123A", "85123", "Which product", "quotes"),
    ('bought "x"', '"x"', "With what", "category"),
    ('ordered product "x"', "product", "counted whole", 'bought product "…"'),
    ("bought at least 2", "", "So many of what", "times"),
    ("bought at least 2.5 times", "2.5", "How often", "whole number"),
    ("returned", "returned", "three things", "stage is returned"),
    ("(lapsed", "", "never closed", ")"),
    ("lapsed)", ")", "too much", "and, or, or the end"),
    ("lapsed and", "", "missing", "a column"),
    ("", "", "missing", "a column"),
    ("lapsed; drop table x", ";", "means nothing", "words"),
    ('country is "x', '"', "never closed", "another"),
    ("country is '\x00'", "\x00", "cannot be in a text", "printed"),
    ("value in top 110 %", "110", "How many percent", "at most 100"),
    ("value in top 10", "", "Percent is missing", "%"),
    ("value between 3", "", "two numbers", "and"),
    ("in segment", "", "Which segment", "newcomers"),
    ("opted_out not", "not", "stands before", "not opted_out"),
    ("not " * 60 + "lapsed", "not", "too deep", "40"),
    ("(" * 60 + "lapsed", "(", "too deep", "40"),
    ("value > 1,5", ",", "comma is in a number", "1.5"),
    ("value > 0,500", ",", "comma is in a number", "1,000"),
    ("value > 1,0000", ",", "comma is in a number", "1,000"),
    ("value > 1, 000", ",", "comma is in a number", "1,000"),
    ("spent > 200", "spent", "not known", "did you mean value_12m or value?"),
    ("lapsed and total spent > 200", "total", "not known", "did you mean value_12m or value?"),
    ("purchases >= 3", "purchases", "not known", "did you mean n_orders or n_orders_12m?"),
    ("Orders >= 3", "Orders", "not known", "n_orders"),
    ("last order > 90 days", "last", "not known", "did you mean recency_days or last_order_at?"),
    ('bought categry "Lighting"', "categry", "too much", "did you mean category?"),
    ("bought withn 3 days", "withn", "too much", "did you mean within?"),
    ("a" * 6000, "a", "too long", "5,000"),
]


@pytest.mark.parametrize(("typed", "under", "said", "right"), WRONG, ids=[case[0][:30] for case in WRONG])
def test_an_error_points_at_the_place(typed, under, said, right):
    with pytest.raises(ExpressionError) as caught:
        parse(typed)
    error = caught.value
    start, end = error.facts["position"], error.facts["end"]
    assert 0 <= start <= end <= len(typed)
    assert typed[start:end] == under
    assert said in error.what
    assert right in error.wanted
    line, arrows = error.facts["caret"].split("\n")
    assert arrows.strip(" ") == "^" * max(1, min(end - start, len(arrows.strip(" "))))
    assert line[len(arrows) - len(arrows.strip(" ")) :].startswith(under.replace("\x00", " ")[:40])


def test_everyday_words_lead_to_columns_and_are_none_themselves():
    known = {word.text for word in vocabulary()}
    for word, columns in everyday().items():
        assert word not in known
        assert {*columns} <= {*COLUMN}
        with pytest.raises(ExpressionError) as caught:
            parse(f"{word.replace('_', ' ')} > 3")
        assert caught.value.wanted.startswith(f"did you mean {columns[0]}")
        assert canonical(parse(caught.value.next.removeprefix("for example: ").replace('"…"', '"x"')))
        for part in (caught.value.what, caught.value.wanted, caught.value.next):
            assert chinese().say(part) is not None


def test_chinese_words_lead_somewhere_too():
    with pytest.raises(ExpressionError) as caught:
        parse("消费金额 > 200")
    assert caught.value.wanted == "did you mean value_12m or value?"
    assert caught.value.facts["position"] == 0


@settings(max_examples=150, deadline=None)
@given(st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([word.text for word in vocabulary()] + ['"x"', "3", "2011-01-01", "(", ")", ",", "%", "'", "ago", "days"]),
             max_size=12).map(" ".join),
))  # fmt: skip
def test_any_text_is_understood_or_refused_with_a_place(text):
    try:
        found = parse(text)
    except ExpressionError as error:
        assert 0 <= error.facts["position"] <= error.facts["end"] <= max(len(text), 1)
        assert error.what and error.wanted and error.got and error.next
        assert "^" in error.facts["caret"]
    else:
        assert parse(canonical(found)) == found


def test_where_a_segment_is_named_does_not_count():
    assert parse("in segment a") == parse("  in segment   'a'") == InSegment("a")


def test_an_example_of_every_word_is_understood():
    for word in vocabulary():
        for example in word.examples:
            if "…" not in example:
                parse(example)
