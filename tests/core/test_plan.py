"""The order of tasks follows from what they read and write."""

from dataclasses import replace
from itertools import pairwise

import pytest

from shopkeeper.core.columns import Table, text
from shopkeeper.core.errors import PlanCycle
from shopkeeper.core.plan import edges, plan
from shopkeeper.core.tasks import Task


def task(name, writes, reads=(), optional=()):
    table = Table(writes, "result", "x", (text("product_id", "product"),))
    return Task(name, lambda view, settings: None, object, tuple(reads), tuple(optional), {}, table, None, (), "What?")


def named(*tasks):
    return {one.name: one for one in tasks}


FORECAST = task("demand.forecast", "forecast", ["order_lines"])
STOCK = task("inventory.order", "purchase_orders", ["forecast"], ["prices_found"])
PRICE = task("pricing.price", "prices_found", ["forecast"])
APART = task("baskets.rules", "basket_rules", ["order_lines"])


def names(order):
    return [one.name for one in order]


def test_each_task_comes_after_what_it_reads():
    assert names(plan(named(STOCK, PRICE, APART, FORECAST))) == [
        "baskets.rules",
        "demand.forecast",
        "pricing.price",
        "inventory.order",
    ]


def test_the_order_of_declaration_does_not_matter():
    assert names(plan(named(FORECAST, APART, PRICE, STOCK))) == names(plan(named(STOCK, PRICE, APART, FORECAST)))


def test_only_what_is_wanted_and_what_it_needs():
    assert names(plan(named(STOCK, PRICE, APART, FORECAST), ["pricing.price"])) == ["demand.forecast", "pricing.price"]


def test_what_runs_on_request_is_not_run_for_others():
    search = replace(task("demand.search", "trials", ["sales"]), on_request=True)
    reader = task("demand.forecast", "demand_forecast", ["sales"], ["trials"])
    both = named(search, reader)
    assert names(plan(both, ["demand.forecast"])) == ["demand.forecast"]
    assert names(plan(both, ["demand.search", "demand.forecast"])) == ["demand.search", "demand.forecast"]
    assert names(plan(both)) == ["demand.search", "demand.forecast"]


def test_stored_tables_and_strangers_make_no_edges():
    assert edges(named(FORECAST, STOCK)) == {"demand.forecast": set(), "inventory.order": {"demand.forecast"}}


def test_a_cycle_is_printed():
    circle = named(task("a.one", "first", ["third"]), task("a.two", "second", ["first"]), task("a.three", "third", ["second"]))
    with pytest.raises(PlanCycle) as caught:
        plan(circle)
    steps = caught.value.got.split(" -> ")
    assert steps[0] == steps[-1]
    assert set(steps) == {"a.one", "a.two", "a.three"}
    needs = edges(circle)
    assert all(after in needs[before] for before, after in pairwise(steps)), "each reads what the next one writes"
    assert caught.value.facts["cycle"] == caught.value.got


def test_nothing_to_plan():
    assert plan({}) == []
