"""Rules tried by a request: they hold in that answer, beside those that are kept, and nowhere else."""

import json
from datetime import UTC, datetime

import pytest

from shopkeeper.capabilities.recommend.answering.trying import rules_in
from shopkeeper.capabilities.recommend.answers import ForCustomer, for_customer
from shopkeeper.core.errors import BadRequest


def shown(model, *rules, **given):
    request = ForCustomer(
        customer="c007", in_stock=False, exclude_bought=True, as_rules=json.dumps(rules) if rules else "", **given
    )
    reply = for_customer(model, request)
    return [product["product_id"] for product in reply.body["products"]], reply


def rule(action, product, **columns):
    return {"rule_id": "tried", "action": action, "product_id": product, **columns}


def test_a_tried_rule_holds_in_this_answer_and_leaves_no_trace(model):
    before, _ = shown(model)
    after, reply = shown(model, rule("block", before[0]))
    assert before[0] not in after
    assert after[:5] == before[1:6]
    assert reply.decision is None
    assert shown(model)[0] == before
    assert shown(model)[1].decision is not None


def test_a_tried_rule_stands_in_for_the_kept_one_of_its_number(model):
    before, _ = shown(model)
    model.steering.observe("rules", [rule("block", before[0])])
    assert before[0] not in shown(model)[0]
    assert shown(model, rule("block", before[0], enabled=False))[0] == before
    pinned, reply = shown(model, rule("pin", before[4], position=1), explain=True)
    assert pinned[0] == before[4]
    assert [moved["rule_id"] for moved in reply.body["products"][0]["rules"]] == ["tried"]
    assert before[0] not in shown(model)[0], "what is kept holds on"


def test_moments_and_numbers_are_read_as_the_store_would():
    (row,) = rules_in('[{"rule_id": 7, "action": "boost", "brand": "Acme", "strength": 2, "start_at": "2026-01-02T03:04:05Z"}]')
    assert (row["rule_id"], row["strength"], row["start_at"]) == ("7", 2.0, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert row["end_at"] is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "{"), ('{"rule_id": "a"}', "rule_id"), ("[1]", "[1]"), ('[{"action": "pin"}]', "'rule_id' is missing"),
        ('[{"rule_id": "a", "action": "pim"}]', "did you mean 'pin'?"), ('[{"rule_id": "a", "acton": "pin"}]', "acton"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(text, told):
    with pytest.raises(BadRequest) as refused:
        rules_in(text)
    assert told in refused.value.got


def test_a_rule_that_cannot_be_meant_is_told_and_not_hidden(model):
    with pytest.raises(BadRequest, match="names no product"):
        shown(model, {"rule_id": "tried", "action": "pin"})
