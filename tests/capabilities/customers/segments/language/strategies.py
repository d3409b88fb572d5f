"""Any tree of the language, for hypothesis."""

from datetime import date, datetime

from hypothesis import strategies as st

from shopkeeper.capabilities.customers.profiles.columns import COLUMNS
from shopkeeper.capabilities.customers.segments.language.tree import (
    Ago,
    All,
    AnyOf,
    Between,
    Compare,
    Contains,
    Did,
    During,
    Everyone,
    Extreme,
    InSegment,
    Is,
    Known,
    Moment,
    Not,
    Number,
    Period,
    Some,
    Span,
    Target,
    Times,
)
from shopkeeper.capabilities.customers.segments.language.words import units_of

BY_TYPE = {}
for column in COLUMNS:
    BY_TYPE.setdefault("number" if column.type == "integer" else column.type, []).append(column)

words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)
known = st.sampled_from(
    [
        "Germany",
        "germany",
        "p1",
        "Mug",
        "Alder",
        "alder",
        "Lighting",
        "Lighting > Bulbs",
        "lamp red",
        "mug",
        "Big baskets",
        "a",
        "e",
    ]
)
texts = st.one_of(known, st.lists(words, min_size=1, max_size=3).map(" ".join))
amounts = st.one_of(st.integers(-50, 5000).map(float), st.floats(-1e6, 1e6).map(lambda value: value + 0.0))
names_of = {kind: [column.name for column in columns] for kind, columns in BY_TYPE.items()}
spans = st.builds(Span, st.integers(1, 300).map(float), st.sampled_from(["hours", "days", "weeks", "months"]))
moments = st.one_of(
    st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 1, 1)).map(lambda day: Moment(day.isoformat())),
    st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2150, 1, 1)).map(
        lambda at: Moment(at.isoformat(timespec="minutes"))
    ),
    st.builds(Ago, spans),
)
periods = st.one_of(
    st.builds(Period, st.just("within"), spans),
    st.builds(Period, st.sampled_from(["before", "after", "since", "until", "on"]), moments),
    st.builds(Period, st.just("between"), moments, moments),
)


@st.composite
def numbers(draw, column):
    return Number(draw(amounts), draw(st.sampled_from(["", *sorted(set(units_of(column).values()))])))


@st.composite
def numeric(draw):
    column = draw(st.sampled_from(BY_TYPE["number"]))
    one = numbers(column)
    return draw(
        st.one_of(
            st.builds(Compare, st.just(column.name), st.sampled_from(["<", "<=", ">", ">="]), one),
            st.builds(Between, st.just(column.name), one, one),
            st.builds(AnyOf, st.just(column.name), st.lists(one, min_size=1, max_size=3).map(tuple)),
            st.builds(Extreme, st.just(column.name), st.sampled_from(["top", "bottom"]), st.integers(1, 100).map(float)),
        )
    )


@st.composite
def textual(draw):
    column = draw(st.sampled_from([one for one in BY_TYPE["text"] if one.name != "rfm"]))
    value = st.sampled_from(column.choices) if column.choices else texts
    return draw(
        st.one_of(
            st.builds(AnyOf, st.just(column.name), st.lists(value, min_size=1, max_size=3).map(tuple)),
            st.just(None) if column.choices else st.builds(Contains, st.just(column.name), texts),
        ).filter(bool)
    )


targets = st.builds(Target, st.sampled_from(["product", "category", "brand"]), st.lists(texts, min_size=1, max_size=3).map(tuple))
times = st.builds(Times, st.sampled_from(["at least", "at most", "exactly"]), st.integers(0, 9))
deeds = st.one_of(
    st.builds(
        Did,
        st.sampled_from(["bought", "viewed", "carted", "returned"]),
        st.none() | targets,
        st.none() | times,
        st.none() | periods,
    ),
    st.builds(Did, st.just("ordered"), st.none(), st.none() | times, st.none() | periods),
    st.builds(
        Did,
        st.just("searched"),
        st.none() | texts.map(lambda text: Target("words", (text,))),
        st.none() | times,
        st.none() | periods,
    ),
)
leaves = st.one_of(
    numeric(), textual(), deeds, st.just(Everyone()),
    st.builds(Is, st.sampled_from(names_of["boolean"]), st.booleans()),
    st.builds(Known, st.sampled_from([column.name for column in COLUMNS])),
    st.builds(Contains, st.sampled_from(names_of["json"]), texts),
    st.builds(During, st.sampled_from(names_of["moment"]), periods | st.builds(Period, st.just("within next"), spans)),
)  # fmt: skip
named = st.builds(InSegment, texts)


def joined(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(All, several), st.builds(Some, several), st.builds(Not, inner))


trees = st.recursive(leaves | named, joined, max_leaves=8)
trees_without_segments = st.recursive(leaves, joined, max_leaves=6)
