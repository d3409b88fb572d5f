import json
from datetime import datetime, timedelta

import pytest

from shopkeeper.capabilities.recommend import answers
from shopkeeper.capabilities.recommend.answers import for_customer, for_session, similar
from shopkeeper.core.errors import SettingError

NOW = datetime(2024, 8, 1)
OPEN = {"exclude_bought": True, "in_stock": False}
"""What most tests here ask for: new products, whether they can be bought or not. Defaults have tests of their own below."""


def ForCustomer(**given):
    return answers.ForCustomer(**{**OPEN, **given})


def ForSession(**given):
    return answers.ForSession(**{**OPEN, **given})


def Similar(**given):
    return answers.Similar(**{**OPEN, **given})


def shown(reply):
    return [product["product_id"] for product in reply.body["products"]]


def rungs(reply):
    return [product["rung"] for product in reply.body["products"]]


def event(number, product, kind="view_item", customer=None, session=None):
    return {
        "event_id": f"e{number}", "event": kind, "product_id": product, "customer_id": customer, "session_id": session, "at": NOW,
    }  # fmt: skip


def bought(tastes, customer):
    return {row["product_id"] for row in tastes["interactions"] if row["customer_id"] == customer}


def taste(product):
    return int(product[1:]) % 6


def test_a_customer_gets_new_products_of_the_own_taste(model, tastes):
    reply = for_customer(model, ForCustomer(customer="c007"))
    assert len(reply.body["products"]) == 10
    assert not set(shown(reply)) & bought(tastes, "c007")
    assert [taste(product) for product in shown(reply)[:2]] == [1, 1]
    assert reply.body["rung"] == "customer"
    first = reply.body["products"][0]
    assert set(first) == {"product_id", "title", "price", "score", "rung", "reasons"}
    assert {reason["product_id"] for reason in first["reasons"]} <= bought(tastes, "c007")
    assert 0.3 < sum(reason["share"] for reason in first["reasons"]) <= 1.0
    assert first["price"] == float(first["product_id"][1:]) + 0.5
    assert json.loads(json.dumps(reply.body, allow_nan=False)) == reply.body


def test_the_list_is_the_one_in_the_table(model, learned):
    rows = [row for row in learned.table.to_pylist() if row["customer_id"] == "c007" and row["rung"] == "customer"]
    reply = for_customer(model, ForCustomer(customer="c007"))
    assert shown(reply)[: len(rows)] == [row["product_id"] for row in rows]
    for product, row in zip(reply.body["products"], rows, strict=False):
        assert [reason["product_id"] for reason in product["reasons"]] == json.loads(row["reason_product_ids"])


def test_the_decision_says_what_was_chosen(model):
    reply = for_customer(model, ForCustomer(customer="c007", session="s1", place="home", n=3))
    assert reply.decision.chosen == tuple(shown(reply))
    assert reply.decision.reason == {"rung": "customer", "rungs": ["customer"] * 3}
    assert (reply.decision.customer_id, reply.decision.session_id, reply.decision.place) == ("c007", "s1", "home")
    assert reply.decision.probability == 1.0


def test_nobody_knows_this_customer(model, learned):
    reply = for_customer(model, ForCustomer(customer="nobody"))
    assert rungs(reply) == ["trending"] * 10
    assert reply.body["products"][0]["reasons"] == []
    assert shown(for_session(model, ForSession())) == shown(reply)
    assert shown(similar(model, Similar(product="nothing"))) == shown(reply)


def test_after_what_is_trending_comes_what_is_new(model):
    reply = for_customer(model, ForCustomer(customer="nobody", n=200))
    assert len(shown(reply)) == len(set(shown(reply))) == 61
    assert rungs(reply) == ["trending"] * 60 + ["newest"]
    assert shown(reply)[-1] == "new"


def test_the_whole_ladder_in_one_answer(model):
    reply = for_customer(model, ForCustomer(customer="c007", n=200))
    order = ["session", "customer", "content", "trending", "newest"]
    assert [order.index(rung) for rung in rungs(reply)] == sorted(order.index(rung) for rung in rungs(reply))
    assert len(shown(reply)) == len(set(shown(reply)))


def test_what_was_done_a_moment_ago_counts(model):
    before = for_session(model, ForSession(session="s9"))
    model.observe("events", [event(1, "p04", session="s9")])
    after = for_session(model, ForSession(session="s9"))
    assert rungs(before)[0] == "trending"
    assert rungs(after)[0] == "session"
    assert taste(shown(after)[0]) == 4
    assert after.body["products"][0]["reasons"][0] == {"product_id": "p04", "title": "vase number 4", "share": 1.0}
    model.observe("events", [event(2, "p05", session="s9"), event(3, "p11", session="s9")])
    assert taste(shown(for_session(model, ForSession(session="s9")))[0]) == 5


def test_a_visit_outweighs_the_past_of_a_customer(model):
    rows = [event(number, f"p{10 + 6 * number:02}", customer="c007", session="s2") for number in range(5)]
    model.observe("events", rows)
    reply = for_customer(model, ForCustomer(customer="c007", session="s2"))
    assert rungs(reply)[0] == "session"
    assert taste(shown(reply)[0]) == 4
    assert rungs(for_customer(model, ForCustomer(customer="c007")))[0] == "customer"


def test_products_of_a_visit_can_be_told_in_the_request(model):
    reply = for_session(model, ForSession(products=("p01", "unknown", "p04")))
    assert {taste(product) for product in shown(reply)[:4]} == {1, 4}
    assert rungs(reply)[0] == "session"


def test_what_is_bought_is_left_out_from_the_next_answer_on(model):
    first = shown(for_customer(model, ForCustomer(customer="c007")))[0]
    line = {"line_id": "l1", "product_id": first, "quantity": 1.0, "customer_id": "c007", "at": NOW}
    model.observe("order_lines", [{**line, "quantity": -1.0, "line_id": "l0"}])
    assert first in shown(for_customer(model, ForCustomer(customer="c007")))
    model.observe("order_lines", [line])
    assert first not in shown(for_customer(model, ForCustomer(customer="c007", n=200)))
    assert first in shown(for_customer(model, ForCustomer(customer="c007", n=200, exclude_bought=False)))


def test_a_view_is_seen_but_not_bought(model):
    first = shown(for_customer(model, ForCustomer(customer="c007")))[0]
    model.observe("events", [event(1, first, customer="c007")])
    assert first in shown(for_customer(model, ForCustomer(customer="c007", n=200)))
    assert first not in shown(for_customer(model, ForCustomer(customer="c007", n=200, exclude_seen=True)))


def test_a_new_customer_is_known_after_one_event(model):
    model.observe("events", [event(1, "p02", "purchase", customer="newcomer")])
    reply = for_customer(model, ForCustomer(customer="newcomer"))
    assert rungs(reply)[0] == "customer"
    assert taste(shown(reply)[0]) == 2


def test_bought_products_come_back_where_that_is_allowed(model, tastes):
    reply = for_customer(model, ForCustomer(customer="c007", exclude_bought=False))
    own = [product for product in reply.body["products"] if product["product_id"] in bought(tastes, "c007")]
    assert own
    for product in own:
        assert product["reasons"][0]["product_id"] == product["product_id"]
        assert sum(reason["share"] for reason in product["reasons"]) <= 1.0


@pytest.mark.parametrize(
    ("filters", "passes"),
    [
        ({"category": "home"}, lambda number: number % 6 == 0),
        ({"category": "Home > Kitchen"}, lambda number: number % 6 == 0),
        ({"brand": "birch"}, lambda number: number % 6 != 0),
        ({"price_low": 20.0, "price_high": 30.5}, lambda number: 20 <= number <= 30),
        ({"price_high": 0.5}, lambda number: number == 0),
        ({"in_stock": True, "price_low": 50.0}, lambda number: 50 <= number < 59),
        ({"exclude": tuple(f"p{n:02}" for n in range(55)), "price_low": 0.0}, lambda number: number >= 55),
    ],
)
def test_filters_hold_on_every_rung(model, filters, passes):
    wanted = {f"p{number:02}" for number in range(60) if passes(number)}
    asked = {"n": 100, "exclude_bought": False, **filters}
    for reply in (
        for_customer(model, ForCustomer(customer="c007", **asked)),
        for_session(model, ForSession(products=("p03",), **asked)),
        similar(model, Similar(product="nothing", **asked)),
    ):
        assert set(shown(reply)) == wanted


def test_no_path_that_only_begins_alike(model):
    assert shown(for_customer(model, ForCustomer(customer="c007", category="Hom"))) == []


def test_empty_only_where_nothing_passes_and_it_says_so(model):
    reply = for_customer(model, ForCustomer(customer="c007", brand="Nobody's"))
    assert reply.body["products"] == []
    assert reply.body["rung"] == "none"
    assert reply.body["note"] == "No product of the shop passes these filters."
    assert reply.decision.chosen == ()


def test_stock_and_catalog_change_the_next_answer(model):
    first = shown(for_customer(model, ForCustomer(customer="c007", in_stock=True)))[0]
    count = {"stock_id": "1", "product_id": first, "at": NOW, "location": None, "quantity": 0.0}
    model.observe("stock_levels", [count])
    assert first not in shown(for_customer(model, ForCustomer(customer="c007", in_stock=True, n=200)))
    assert first in shown(for_customer(model, ForCustomer(customer="c007", n=200)))
    model.observe("stock_levels", [{**count, "quantity": 3.0, "at": NOW + timedelta(hours=1)}])
    assert shown(for_customer(model, ForCustomer(customer="c007", in_stock=True)))[0] == first
    model.observe("products", [{"product_id": first, "availability": "discontinued"}])
    assert first not in shown(for_customer(model, ForCustomer(customer="c007", in_stock=True, n=200)))


def test_a_product_that_came_after_learning_is_shown_as_the_newest(model):
    model.observe("products", [{"product_id": "brand-new", "title": "Kettle", "brand": "Cedar", "created_at": NOW, "price": 7.0}])
    reply = for_customer(model, ForCustomer(customer="c007", brand="Cedar"))
    assert shown(reply) == ["brand-new"]
    assert reply.body["products"][0]["title"] == "Kettle"
    assert reply.body["products"][0]["price"] == 7.0
    assert rungs(reply) == ["newest"]


def test_similar_products_by_customers_then_by_words(model):
    reply = similar(model, Similar(product="p03"))
    assert rungs(reply)[0] == "product"
    assert taste(shown(reply)[0]) == 3
    assert "p03" not in shown(similar(model, Similar(product="p03", n=200)))
    reply = similar(model, Similar(product="new"))
    assert rungs(reply)[0] == "content"
    assert taste(shown(reply)[0]) == 0  # the other mugs


def test_reasons_can_be_left_out(model):
    reply = for_customer(model, ForCustomer(customer="c007", reasons=False))
    assert all(product["reasons"] == [] for product in reply.body["products"])
    assert shown(reply) == shown(for_customer(model, ForCustomer(customer="c007")))


def test_what_the_request_leaves_open_the_place_says(model):
    plain = answers.ForCustomer(customer="c007", n=200)
    assert "p59" not in shown(for_customer(model, plain)), "out of stock"
    assert "p59" in shown(for_customer(model, answers.ForCustomer(customer="c007", n=200, in_stock=False)))
    assert len(shown(for_customer(model, answers.ForCustomer(customer="c007", place="cart")))) == 6
    model.observe("placements", [{"placement_id": "cart", "n_products": 3, "owned": "hide", "filters": '{"brand": "Alder"}'}])
    reply = for_customer(model, answers.ForCustomer(customer="c007", place="cart"))
    assert len(shown(reply)) == 3
    assert {taste(product) for product in shown(reply)} == {0}
    assert len(shown(for_customer(model, answers.ForCustomer(customer="c007", place="cart", n=5)))) == 5


def test_rules_move_products_and_the_answer_says_so(model):
    before = shown(for_customer(model, ForCustomer(customer="c007")))
    model.observe(
        "rules",
        [
            {"rule_id": "pinned", "action": "pin", "product_id": "p30", "position": 2},
            {"rule_id": "gone", "action": "block", "product_id": before[0]},
        ],
    )
    reply = for_customer(model, ForCustomer(customer="c007", explain=True))
    assert shown(reply)[1] == "p30"
    assert before[0] not in shown(reply)
    assert reply.body["products"][1]["rules"][0]["rule_id"] == "pinned"
    assert reply.decision.reason["rules"] == {"p30": ["pinned"]}
    assert "fixed position" in reply.body["explanation"]["products"][1]["words"]
    assert before[0] not in shown(similar(model, Similar(product=before[1], n=200)))
    assert before[0] not in shown(for_session(model, ForSession(n=200)))


def test_a_placement_can_be_tried_without_a_trace(model):
    tried = json.dumps({"placement_id": "home", "n_products": 4, "owned": "show"})
    reply = for_customer(model, answers.ForCustomer(customer="c007", as_placement=tried))
    assert len(shown(reply)) == 4
    assert reply.decision is None
    cart = for_customer(model, answers.ForCustomer(customer="c007", as_placement="cart"))
    assert (len(shown(cart)), cart.decision) == (6, None)
    for wrong in ('{"n_products": 0}', '{"mix": {"magic": 1}}'):
        with pytest.raises(SettingError) as caught:
            for_customer(model, answers.ForCustomer(customer="c007", as_placement=wrong))
        assert caught.value.next


def test_some_slots_are_tried_out_and_their_probability_is_written_down(model):
    tried = {"placement_id": "home", "explore_share": 0.5, "owned": "hide"}
    model.observe("placements", [tried])
    replies = [for_customer(model, answers.ForCustomer(customer="c007", place="home")) for _ in range(30)]
    assert len({reply.decision.chosen for reply in replies}) > 3
    for reply in replies:
        explored = reply.decision.reason["explore"]
        assert 0.0 < reply.decision.probability < 1.0
        assert len(explored["probability"]) == len(shown(reply)) == len(set(shown(reply)))
        assert set(shown(reply)) <= set(explored["candidates"])
    assert "decisions" in model.watches()
    assert "explore" not in for_customer(model, ForCustomer(customer="c007", place="email")).decision.reason


def test_what_is_owned_is_offered_when_it_is_due(model):
    """What `recommend.learn` learned of when things are bought again reaches the answer."""
    assert model.steering.buy_again is not None
    assert model.steering.price_level is not None
    reply = for_customer(model, answers.ForCustomer(customer="c007", explain=True, n=60))
    factors = [product["factors"] for product in reply.body["explanation"]["products"]]
    assert any("owned" in each for each in factors)


def test_a_pinned_product_keeps_its_position_where_something_is_tried_out(model):
    model.observe("placements", [{"placement_id": "home", "explore_share": 1.0}])
    usual = shown(for_customer(model, answers.ForCustomer(customer="c007")))
    model.observe("rules", [{"rule_id": "pinned", "action": "pin", "product_id": usual[3], "position": 1}])
    lists = [shown(for_customer(model, answers.ForCustomer(customer="c007", place="home"))) for _ in range(20)]
    assert {each[0] for each in lists} == {usual[3]}
    assert len({tuple(each) for each in lists}) > 5
