"""What to do today, from facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from shutil import copytree

import counting
import pyarrow as pa
import pytest

from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.tasks import task
from shopkeeper.server.dashboard.models.todo import todo
from shopkeeper.shop import Shop

from ..conftest import NEWEST  # noqa: TID252 - the moment at which the fixture's shop stands still

pytestmark = pytest.mark.slow

LINE = {"order_id": "o", "customer_id": "c", "product_id": "p", "quantity": 40.0, "price": 1.0, "at": NEWEST}
VIEWED = {"event_id": "e1", "at": NEWEST, "event": "view_item", "customer_id": "c", "product_id": "p"}


@pytest.fixture
def alone(monkeypatch):
    """However many tasks say the same, each is an entry of its own."""
    monkeypatch.setattr("shopkeeper.server.dashboard.models.todo.MANY", 1000)


@pytest.fixture
def kinds(shop, empty_memory):
    def read(only=""):
        found = empty_memory.get(object(), lambda view: todo(shop, view, NEWEST.date()))
        return {entry.kind: entry for entry in found if not only or entry.facts.get("task", only) == only}

    return read


def test_an_empty_shop_needs_orders_first(shop, empty_memory):
    (entry,) = empty_memory.get("todo", lambda view: todo(shop, view, None))
    assert (entry.kind, entry.link, entry.is_urgent) == ("import_first", "/import", True)


def test_many_tasks_that_never_ran_are_one_thing_to_do(shop, kinds):
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    entry = kinds()["never_learned_many"]
    assert entry.is_urgent
    assert entry.link == "/tasks"
    assert entry.facts["n"] > 10
    assert "never_learned" not in kinds()


def test_a_task_that_never_ran_is_named(alone, declared, shop, kinds):
    counting.declare(declared)
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    assert kinds("counting.count")["never_learned"].facts["question"] == "How often was each product met?"


def test_a_refused_task_says_why(declared, shop, kinds):
    counting.declare(declared)
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    with pytest.raises(NotEnoughData):
        shop.run("counting.count")
    entry = kinds("counting.count")["refused"]
    assert entry.facts["why"].startswith("'counting.count' needs more in table 'events'")
    assert entry.link == "/tasks/counting.count"


def test_a_fresh_model_is_nothing_to_do_and_an_old_one_is(declared, shop, kinds):
    counting.declare(declared)
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    shop.append("events", [VIEWED])
    shop.run("counting.count")
    assert {"outdated", "never_learned"} & set(kinds("counting.count")) == set()
    shop.append("events", [{**VIEWED, "event_id": "e2", "at": NEWEST + timedelta(days=3)}])
    assert kinds("counting.count")["outdated"].facts["days"] == 3


def test_a_model_that_was_not_promoted_says_why(declared, shop, kinds):
    counting.declare(declared)
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    shop.append("events", [VIEWED])
    shop.run("counting.count")
    shop.run("counting.count", {"value": 0.1})
    assert "worse than a coin" in kinds("counting.count")["not_promoted"].facts["why"]


def test_products_out_of_stock_count_only_when_they_sell(shop, kinds):
    shop.upsert("products", [{"product_id": "p", "title": "A pot"}])
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    assert "out_of_stock" not in kinds()
    counts = [{"stock_id": name, "product_id": name, "at": NEWEST, "quantity": 0.0} for name in ("p", "never sold")]
    shop.append("stock_levels", counts)
    facts = kinds()["out_of_stock"].facts
    assert (facts["n"], facts["title"], facts["units"]) == (1, "A pot", 40.0)


def test_many_returns_of_a_product_are_told_and_few_are_not(shop, kinds):
    shop.append("order_lines", [{**LINE, "line_id": "1"}, {**LINE, "line_id": "2", "quantity": -5.0}])
    assert "returns" not in kinds()
    shop.append("order_lines", [{**LINE, "line_id": "3", "quantity": -25.0}])
    assert kinds()["returns"].facts == {"title": "p", "returned": 30.0, "sold": 40.0, "days": 28}


def test_rejected_rows_are_counted(shop, kinds):
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    assert "rejected" not in kinds()
    shop.append("order_lines", [{**LINE, "line_id": "2", "quantity": "many"}])
    assert kinds()["rejected"].facts == {"n": 1}


def test_what_does_not_work_comes_first(declared, shop, empty_memory):
    counting.declare(declared)
    shop.append("order_lines", [{**LINE, "line_id": "1"}, {**LINE, "line_id": "2", "quantity": "many"}])
    found = empty_memory.get("todo", lambda view: todo(shop, view, NEWEST.date()))
    assert [entry.is_urgent for entry in found] == sorted((entry.is_urgent for entry in found), reverse=True)


def test_rules_and_placements_that_cannot_be_used_are_one_entry_that_leads_to_the_first(shop, kinds):
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    assert not {"rules_problem", "rules_ended"} & kinds().keys()
    shop.upsert(
        "rules",
        [
            {"rule_id": "a b", "action": "boost", "brand": "x", "strength": 0.5},
            {"rule_id": "good", "action": "block", "brand": "x"},
        ],
    )
    shop.upsert("placements", [{"placement_id": "cart", "mix": '{"nothing": 1}'}])
    entry = kinds()["rules_problem"]
    assert (entry.facts["n"], entry.link, entry.is_urgent) == (2, "/recommend/rules?rule=a%20b", True)
    assert "boosts by less than 1" in entry.facts["why"]


def test_rules_that_ended_lately_and_are_still_on_are_told(shop, kinds):
    now = datetime.now(UTC)
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    ends = {
        "ended": now - timedelta(days=1),
        "long-ago": now - timedelta(days=30),
        "off": now - timedelta(days=1),
        "runs": now + timedelta(days=1),
    }
    shop.upsert("rules", [
        {"rule_id": name, "action": "block", "brand": "x", "end_at": at, "enabled": name != "off"} for name, at in ends.items()
    ])  # fmt: skip
    assert (kinds()["rules_ended"].facts["n"], kinds()["rules_ended"].facts["names"]) == (1, "ended")


def test_what_runs_on_request_or_never_had_its_tables_is_no_reminder(alone, shop, kinds):
    shop.append("events", [VIEWED])
    shop.append("order_lines", [{**LINE, "line_id": "l"}])
    with pytest.raises(NotEnoughData):
        shop.run("recommend.ratings")
    for name in ("recommend.evaluate", "recommend.tune", "recommend.ratings"):
        assert kinds(name) == {} or {entry.facts.get("task") for entry in kinds(name).values()} == {None}
    assert kinds("recommend.learn")["never_learned"].is_urgent


def test_answers_alone_do_not_make_what_was_learned_old(declared, shop, kinds):
    shop.append("events", [VIEWED])
    table = counting.Table("views_seen", "result", "x", counting.SUMMARY.columns)

    def seen(view: counting.ShopView, settings: counting.CountingSettings) -> counting.Result:
        """How many were seen?"""
        del settings
        return counting.Result(pa.table({"n_events": [view.count("events")]}))

    task("counting.seen", reads=("events",), optional=("decisions",), unmoved_by=("decisions",), writes=table)(seen)
    declared.append("counting.seen")
    shop.run("counting.seen")
    shop.append("decisions", [{"decision_id": "d", "at": NEWEST + timedelta(days=400), "answer": "a", "chosen": "[]"}])
    assert "outdated" not in kinds("counting.seen")


def test_late_customers_and_carts_left_behind_are_worth_a_word(grown, grown_memory):
    found = {entry.kind: entry for entry in grown_memory.get("todo", lambda view: todo(grown, view, NEWEST.date()))}
    late = grown_memory.get("late", lambda view: view.sql("SELECT count(*) AS n FROM customer_profiles WHERE stage = 'at_risk'"))
    assert found["at_risk"].facts["n"] == late["n"][0].as_py() > 0
    assert found["at_risk"].facts["value"] > 0
    assert found["left_behind"].link == "/customers/journeys"
    assert found["left_behind"].facts["value"] > 0
    assert found["left_behind"].facts["reachable"] == found["left_behind"].facts["n"], "nobody has opted out"
    assert not found["at_risk"].is_urgent


def test_a_shop_without_events_tells_of_no_carts(plain, plain_memory):
    found = {entry.kind for entry in plain_memory.get("todo", lambda view: todo(plain, view, NEWEST.date()))}
    assert "left_behind" not in found


def test_who_may_not_be_written_to_is_left_out_and_what_they_said_last_holds(grown_folder, tmp_path):
    with Shop.open(copytree(grown_folder, tmp_path / "shop")) as shop:
        late = shop.sql("SELECT customer_id FROM customer_profiles WHERE stage = 'at_risk' ORDER BY 1")["customer_id"].to_pylist()
        before = {entry.kind: entry.facts for entry in todo(shop, shop.view(), NEWEST.date())}
        shop.upsert("customers", [{"customer_id": late[0], "accepts_marketing": False}])
        after = {entry.kind: entry.facts for entry in todo(shop, shop.view(), NEWEST.date())}
    assert after["at_risk"]["n"] == before["at_risk"]["n"] - 1
