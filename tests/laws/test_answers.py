"""Laws on answers: whatever is asked within the declared ranges is answered, whatever is outside is a setting error."""

import json
import string
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopkeeper.core.errors import NotLearned, SettingError
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.settings import check, knobs

pytestmark = pytest.mark.slow

ANSWERS = [pytest.param(answer, id=name) for name, answer in sorted(REGISTRY.discover().answers.items())]
KNOWN = (
    [f"c{n:06d}" for n in range(0, 300, 37)]
    + [f"p{n:06d}" for n in range(0, 48, 5)]
    + ["s000003", "Kitchen", "Kitchen > Mug", "Alder"]
)
TEXTS = st.one_of(
    st.sampled_from(KNOWN),
    st.text(max_size=30),
    st.sampled_from(["", " ", "'; drop table events; --", "\x00", "客户", "a" * 5000]),
)
often = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


STRUCTURED = {
    "as_placement": ["", '{"n_products": 3}', '{"placement_id": "home", "diversity": 0.5, "owned": "show"}'],
    "as_rules": [
        "",
        "[]",
        '[{"rule_id": "r", "action": "block", "brand": "Alder"}, {"rule_id": "s", "action": "pin", "product_id": "p000005"}]',
    ],
    "segment": ["", "high_value", "One order, then silence"],
    "expression": ["", "everyone", "n_orders >= 2 and not opted_out", 'country is "nowhere"', 'bought product "p000005"'],
}
"""Texts that must be of a form of their own."""


def within(knob):
    """Values that the knob declares to take."""
    if knob.name in STRUCTURED:
        one = st.sampled_from(STRUCTURED[knob.name])
    elif knob.choices:
        one = st.sampled_from(knob.choices)
    elif knob.type is bool:
        one = st.booleans()
    elif knob.type is int:
        one = st.integers(int(knob.low) if knob.low is not None else -(10**6), int(knob.high) if knob.high is not None else 10**6)
    elif knob.type is float:
        one = st.floats(knob.low, knob.high, allow_nan=False, allow_infinity=False)
    else:
        one = TEXTS
    if knob.many:
        return st.lists(one, max_size=6).map(tuple)
    return one if knob.required or knob.default is not None else st.none() | one


def beyond(knob):
    """Values that the knob declares not to take, or None where everything is a text."""
    wrong = []
    if knob.low is not None:
        wrong.append(st.just(knob.low - 1))
    if knob.high is not None:
        wrong.append(st.just(knob.high + 1))
    if knob.choices:
        wrong.append(st.just("none of these"))
    if knob.type in (int, float):
        wrong += [
            st.text(string.ascii_letters, min_size=1, max_size=5).filter(
                lambda text: text.lower() not in ("nan", "inf", "infinity")
            ),
            st.just([]),
        ]
    if knob.type is bool:
        wrong.append(st.sampled_from(["perhaps", 7, []]))
    if knob.type is str and not knob.many:
        wrong.append(st.sampled_from([[], {}, True, "\ud800"]))
    if knob.many:
        wrong.append(st.sampled_from([5, True, {"a": 1}]))
    return st.one_of(wrong) if wrong else None


def requests(answer):
    fields = knobs(answer.request)
    needed = {knob.name: within(knob) for knob in fields if knob.required}
    made = st.fixed_dictionaries(needed, optional={knob.name: within(knob) for knob in fields if not knob.required})
    return made.map(with_one_group) if is_about_a_group(answer) else made


def is_about_a_group(answer):
    return {"segment", "expression"} <= {knob.name for knob in knobs(answer.request)}


def with_one_group(request):
    """The request with either a segment or an expression, as those about groups of customers want it."""
    named = "segment" if request.get("segment") else "expression"
    rest = {name: value for name, value in request.items() if name not in ("segment", "expression")}
    return rest | {named: request.get(named) or "everyone"}


def said(body):
    """The body without what is new each time."""
    return {name: value for name, value in body.items() if name != "decision_id"}


@pytest.mark.parametrize("answer", ANSWERS)
def test_whatever_is_asked_is_answered(answer, learned):
    @often
    @given(requests(answer))
    def ask(request):
        body = learned.answers.ask(answer.name, request)
        assert json.loads(json.dumps(body, allow_nan=False)) == body, "a body is plain JSON"
        assert body["model_version"]

    ask()


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_outside_is_a_setting_error(answer, learned):
    wrong = {knob.name: beyond(knob) for knob in knobs(answer.request)}
    cases = [st.tuples(st.just(name), values) for name, values in wrong.items() if values is not None]

    @often
    @given(requests(answer), st.one_of(cases))
    def ask(request, broken):
        name, value = broken
        with pytest.raises(SettingError) as caught:
            learned.answers.ask(answer.name, {**request, name: value})
        assert name in caught.value.what
        assert caught.value.wanted

    ask()


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_misspelled_field_names_the_right_one(answer, learned):
    name = max((knob.name for knob in knobs(answer.request)), key=len)
    with pytest.raises(SettingError, match=f"did you mean '{name}'"):
        learned.answers.ask(answer.name, {name[:-1]: "x"})


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_missing_field_is_named(answer, learned):
    for knob in knobs(answer.request):
        if knob.required:
            with pytest.raises(SettingError, match=f"needs '{knob.name}'"):
                learned.answers.ask(answer.name, {})


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_same_question_gets_the_same_answer(answer, learned):
    @often
    @given(requests(answer), requests(answer))
    def ask(request, other):
        first = said(learned.answers.ask(answer.name, request))
        learned.answers.ask(answer.name, other)
        assert said(learned.answers.ask(answer.name, request)) == first

    ask()


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_decision_is_written_down_as_it_was(answer, learned):
    bodies, asked = [], []
    fields = {knob.name: knob for knob in knobs(answer.request)}

    @settings(often, max_examples=30)
    @given(requests(answer))
    def ask(request):
        body = learned.answers.ask(answer.name, request)
        if "decision_id" in body:
            bodies.append(body)
            asked.append(request)

    ask()
    learned.answers.flush()
    if not bodies:
        return
    with closing(learned.store.view(as_of=_now())) as view:
        table = view.table("decisions")
    rows = {row["decision_id"]: row for row in table.to_pylist()}
    assert len({body["decision_id"] for body in bodies}) == len(bodies)
    for body, request in zip(bodies, asked, strict=True):
        row = rows[body["decision_id"]]
        assert row["answer"] == answer.name
        assert row["model_version"] == body["model_version"]
        assert isinstance(json.loads(row["chosen"]), list)
        assert isinstance(json.loads(row["reason"]), dict)
        assert json.loads(row["request"]) == json.loads(
            json.dumps({name: check(fields[name], value, name) for name, value in request.items()})
        )
        assert 0 <= row["probability"] <= 1


ODD = {str: [17850, 10**30, 1.5], int: ["7", 7.0], float: ["7.5", 7], bool: ["yes", "off"]}
ODD_LISTS = [{"a", "b"}, frozenset({"a"}), ["a", 5], "a,b", ["a", 10**30]]


@pytest.mark.parametrize("answer", ANSWERS)
def test_what_is_taken_in_another_form_is_written_down_too(answer, learned):
    """A number for a text, a set for a list: whatever is accepted must not be lost on the way to `decisions`."""
    required = {knob.name: "c000001" for knob in knobs(answer.request) if knob.required}
    required |= {"expression": "everyone"} if is_about_a_group(answer) else {}
    for knob in knobs(answer.request):
        for value in ODD_LISTS if knob.many else ODD[knob.type]:
            if (
                knob.choices
                or knob.name in ("as_rules", "segment", "expression")
                or (knob.type is int and knob.high is not None and knob.high < 7)
            ):
                continue
            body = learned.answers.ask(answer.name, {**required, knob.name: value})
            learned.answers.flush()
            if "decision_id" in body:
                with closing(learned.store.view(as_of=_now())) as view:
                    found = view.sql("select request from decisions where decision_id = $id", {"id": body["decision_id"]})
                assert found.num_rows == 1, (knob.name, value)
                assert isinstance(json.loads(found["request"][0].as_py()), dict)


def _now():
    from datetime import UTC, datetime, timedelta

    return datetime.now(UTC) + timedelta(seconds=1)


@pytest.mark.parametrize("answer", ANSWERS)
def test_before_learning_an_answer_says_what_to_do(answer, make_shop):
    shop = make_shop({})
    request = {knob.name: "c000001" for knob in knobs(answer.request) if knob.required}
    with pytest.raises(NotLearned) as caught:
        shop.answers.ask(answer.name, request)
    assert answer.uses in caught.value.next


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_belongs_to_a_task_that_learns(answer):
    task = REGISTRY.task(answer.uses)
    assert task.load is not None
    assert task.capability == answer.capability
