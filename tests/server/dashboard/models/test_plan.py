"""The plan as a picture, from a registry of its own."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from shopkeeper.core.answers import Answer
from shopkeeper.core.columns import Table, text
from shopkeeper.core.registry import Registry
from shopkeeper.core.tasks import Task
from shopkeeper.server.dashboard.models import plan


@dataclass(frozen=True)
class NoSettings:
    """Nothing to set."""


def declared(name, reads, writes, optional=()):
    table = Table(writes, "result", "what came out", (text("a", "a"),))
    return Task(name, lambda view, settings: None, NoSettings, reads, optional, {}, table, None, (), "What?")


@pytest.fixture
def registry():
    registry = Registry()
    registry.add_task(declared("first.learn", ("order_lines",), "first_result", optional=("events",)))
    registry.add_task(declared("second.learn", ("first_result", "order_lines"), "second_result"))
    registry.add_answer(Answer("second.ask", "second.learn", lambda model, request: None, NoSettings, "What?"))
    return registry


def test_everything_stands_right_of_what_it_is_made_from(registry):
    picture = plan.picture(registry)
    x = {node.id: node.x for node in picture.nodes}
    assert all(x[source] < x[target] for source, target in picture.links)
    assert x["order_lines"] == x["events"] == 0


def test_boxes_say_what_they_are_and_lead_to_their_pages(registry):
    found = {node.id: (node.kind, node.link) for node in plan.picture(registry).nodes}
    assert found == {
        "order_lines": ("table", "/data/order_lines"), "events": ("table", "/data/events"),
        "first.learn": ("task", "/tasks/first.learn"), "first_result": ("result", "/data/first_result"),
        "second.learn": ("task", "/tasks/second.learn"), "second_result": ("result", "/data/second_result"),
        "second.ask": ("answer", "/answers/second.ask"),
    }  # fmt: skip


def test_arrows_follow_reads_writes_and_uses(registry):
    assert set(plan.picture(registry).links) == {
        ("order_lines", "first.learn"), ("events", "first.learn"), ("first.learn", "first_result"),
        ("first_result", "second.learn"), ("order_lines", "second.learn"), ("second.learn", "second_result"),
        ("second_result", "second.ask"),
    }  # fmt: skip


def test_boxes_do_not_lie_on_each_other(registry):
    places = [(node.x, node.y) for node in plan.picture(registry).nodes]
    assert len(set(places)) == len(places)


def test_without_tasks_there_is_no_picture():
    assert plan.picture(Registry()).nodes == ()
