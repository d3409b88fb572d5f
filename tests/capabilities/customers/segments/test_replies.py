"""Bodies of members and look-alikes."""

import json
import re

import pytest

from shopkeeper.capabilities.customers.answers import LookAlikes, SegmentMembers
from shopkeeper.capabilities.customers.segments.replies import look_alikes, members
from shopkeeper.core.errors import BadRequest, ExpressionError, NotLearned, UnknownName


def test_a_page_of_members(model):
    body = members(model, SegmentMembers(expression="country is Spain", n=3))
    assert [row["customer_id"] for row in body["customers"]] == ["x1", "x2", "x3"]
    assert (body["n_customers"], body["n_reachable"], body["value"], body["next_after"]) == (7, 6, 280.0, "x3")
    assert body["customers"][0] == {
        "customer_id": "x1", "value": 10.0, "n_orders": 1, "last_order_at": "2026-02-19T12:00:00+00:00", "stage": "active",
        "opted_out": False,
    }  # fmt: skip
    rest = members(model, SegmentMembers(expression="country is Spain", n=10, after=body["next_after"]))
    assert [row["customer_id"] for row in rest["customers"]] == ["x4", "x5", "x6", "x7"]
    assert rest["next_after"] is None
    assert body["expression"] == 'country is "Spain"'


def test_pages_go_on_after_whatever_was_given(model):
    found = members(model, SegmentMembers(expression="everyone", after="bb", n=1))
    assert found["customers"][0]["customer_id"] == "c"
    assert members(model, SegmentMembers(expression="everyone", after="zz\ud800"))["customers"][0]["customer_id"] == "é"


def test_an_audience_leaves_out_who_refused(model):
    body = members(model, SegmentMembers(expression="lapsed", reachable_only=True))
    assert [row["customer_id"] for row in body["customers"]] == ["a"]
    assert body["n_customers"] == 2


def test_a_saved_segment_by_id_or_title(model):
    body = members(model, SegmentMembers(segment="high VALUE"))
    assert body["segment_id"] == "high_value"
    assert body["title"] == "High value"
    assert [row["customer_id"] for row in body["customers"]] == ["a", "é"]


WRONG = [
    (SegmentMembers(), BadRequest, "Which customers?"),
    (SegmentMembers(segment="high_value", expression="new"), BadRequest, "Which customers?"),
    (SegmentMembers(segment="high_valu"), UnknownName, "There is no segment"),
    (SegmentMembers(expression="valu > 3"), ExpressionError, "not known"),
    (SegmentMembers(expression="is_at_risk"), NotLearned, "is known yet"),
]


@pytest.mark.parametrize(("request_", "kind", "title"), WRONG)
def test_what_cannot_be_answered_raises(model, request_, kind, title):
    with pytest.raises(kind, match=re.escape(title)) as refused:
        members(model, request_)
    assert type(refused.value) is kind
    assert refused.value.wanted


def test_the_error_has_its_place(model):
    for answer, request in ((members, SegmentMembers), (look_alikes, LookAlikes)):
        with pytest.raises(ExpressionError) as refused:
            answer(model, request(expression="new and valu > 3"))
        error = refused.value.as_problem()
        assert (error["status"], error["position"], error["end"]) == (422, 8, 12)
        assert error["caret"] == "new and valu > 3\n        ^^^^"


def test_look_alikes_are_like_them(model):
    body = look_alikes(model, LookAlikes(customers=("x5", "x6", "x7"), n=4))
    found = body["customers"]
    assert found[0]["customer_id"] == "x4"
    assert not {"x5", "x6", "x7"} & {row["customer_id"] for row in found}
    assert [row["likeness"] for row in found] == sorted((row["likeness"] for row in found), reverse=True)
    assert all(0 <= row["likeness"] <= 1 for row in found)
    assert body["apart_by"][0]["feature"] in ("n_orders", "recency_days")
    (because, *_) = found[0]["because"]
    assert because["customer"] == (4 if because["feature"] == "n_orders" else 40.0)
    assert because["members"] > because["others"]
    json.dumps(body, allow_nan=False)


def test_members_may_be_listed_too(model):
    body = look_alikes(model, LookAlikes(customers=("x5", "x6", "x7"), n=3, exclude_members=False))
    assert {row["customer_id"] for row in body["customers"]} == {"x5", "x6", "x7"}


def test_look_alikes_who_refused_are_left_out(model):
    body = look_alikes(model, LookAlikes(customers=("x5", "x6", "x7"), n=12, reachable_only=True))
    assert not {"x4", "b"} & {row["customer_id"] for row in body["customers"]}


def test_too_few_to_compare_with(model):
    body = look_alikes(model, LookAlikes(customers=("a", "nobody")))
    assert "too few" in body["notes"][0]
    assert (body["n_unknown"], body["customers"]) == (1, [])
    assert look_alikes(model, LookAlikes(expression="everyone"))["notes"] == ["Nobody is outside."]
