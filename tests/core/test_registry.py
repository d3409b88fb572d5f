"""The register: each name once, forgotten when removed, filled by discovery."""

from dataclasses import dataclass

import pytest

from shopkeeper.core.answers import Answer
from shopkeeper.core.columns import Table, text
from shopkeeper.core.errors import DeclarationError, UnknownName
from shopkeeper.core.registry import Registry
from shopkeeper.core.tasks import Task


@dataclass(frozen=True)
class OneSettings:
    pass


@dataclass(frozen=True)
class OtherSettings:
    pass


def make(name="demand.forecast", writes="forecast", settings=OneSettings, module="one"):
    def function(view, settings):
        return None

    function.__module__ = module
    return Task(name, function, settings, (), (), {}, Table(writes, "result", "x", (text("product_id", "p"),)), None, (), "What?")


def reply(name="demand.ask", module="one"):
    def function(model, request):
        return None

    function.__module__ = module
    return Answer(name, "demand.forecast", function, OneSettings, "What?\n\nMore.")


@pytest.fixture
def registry():
    filled = Registry()
    filled.add_task(make())
    filled.add_answer(reply())
    return filled


def test_what_is_declared_is_found(registry):
    assert registry.task("demand.forecast").capability == "demand"
    assert registry.answer("demand.ask").question == "What?"
    assert registry.sections == {"demand": OneSettings}
    assert set(registry.results) == {"forecast"}
    assert registry.table("forecast").kind == "result"
    assert registry.table("orders").kind == "fact"
    assert registry.writer("forecast").name == "demand.forecast"
    assert registry.writer("orders") is None


def test_the_same_module_may_declare_again(registry):
    registry.add_task(make())
    registry.add_answer(reply())
    assert len(registry.tasks) == len(registry.answers) == 1


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (make(module="two"), "The task 'demand.forecast' is declared twice."),
        (make("demand.other"), "The result table 'forecast' is declared twice."),
        (make("demand.other", writes="orders"), "The table 'orders' is declared twice."),
        (make("demand.other", writes="other", settings=OtherSettings), "The settings section 'demand' is declared twice."),
    ],
)
def test_a_name_belongs_to_one_owner(registry, second, what):
    with pytest.raises(DeclarationError) as caught:
        registry.add_task(second)
    assert caught.value.what == what
    assert set(registry.tasks) == {"demand.forecast"}


def test_an_answer_belongs_to_one_owner(registry):
    with pytest.raises(DeclarationError, match=r"'demand\.ask' is declared twice"):
        registry.add_answer(reply(module="two"))


def test_remove_forgets_the_task_and_its_empty_section(registry):
    registry.add_task(make("demand.other", writes="other"))
    registry.remove("demand.forecast")
    assert set(registry.sections) == {"demand"}
    registry.remove("demand.other")
    registry.remove("demand.ask")
    assert not registry.tasks
    assert not registry.answers
    assert not registry.sections
    assert not registry.results


@pytest.mark.parametrize(
    ("kind", "name", "near"),
    [("task", "demand.forcast", "demand.forecast"), ("answer", "demand.asks", "demand.ask"), ("table", "forecasts", "forecast")],
)
def test_a_misspelled_name_tells_the_nearest(registry, kind, name, near):
    with pytest.raises(UnknownName) as caught:
        getattr(registry, kind)(name)
    assert caught.value.facts["nearest"] == near
    assert caught.value.next


def test_discovery_finds_the_rooms():
    from shopkeeper.core.registry import REGISTRY

    found = REGISTRY.discover()
    assert found is REGISTRY
    assert "recommend.learn" in found.tasks
    assert {"recommend.for_customer", "recommend.for_session", "recommend.similar"} <= set(found.answers)
    assert all(answer.uses in found.tasks for answer in found.answers.values())
    assert {task.capability for task in found.tasks.values()} <= set(found.sections)
