"""The @task line: what it takes from the function, and what it refuses."""

from dataclasses import dataclass

import pytest

from shopkeeper.core.columns import Table, text
from shopkeeper.core.errors import DeclarationError
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task


@dataclass(frozen=True)
class TrialSettings:
    pass


TRIAL = Table("trial_result", "result", "x", (text("product_id", "p"),))


@pytest.fixture(autouse=True)
def forget():
    yield
    REGISTRY.remove("trial.run")


def test_a_task_is_registered_with_what_it_needs():
    @task(
        "trial.run", reads=("orders", "products"), writes=TRIAL, needs={"orders": 50}, optional=("events",), observes=("events",)
    )
    def run(shop: ShopView, settings: TrialSettings) -> Result:
        """Does it work?

        In detail.
        """
        raise NotImplementedError

    found = REGISTRY.task("trial.run")
    assert found.function is run
    assert found.settings is TrialSettings
    assert found.needs == {"orders": 50, "products": 1}
    assert found.question == "Does it work?"
    assert (found.capability, found.optional, found.observes, found.load) == ("trial", ("events",), ("events",), None)


def _good(shop: ShopView, settings: TrialSettings) -> Result:
    """Does it work?"""


def _undocumented(shop: ShopView, settings: TrialSettings) -> Result: ...


def _one_parameter(shop: ShopView) -> Result:
    """Does it work?"""


def _bare(shop, settings):
    """Does it work?"""


@pytest.mark.parametrize(
    ("function", "changed", "part"),
    [
        (_undocumented, {}, "docstring"),
        (_one_parameter, {}, "annotate both parameters"),
        (_bare, {}, "annotate both parameters"),
        (_good, {"name": "run"}, "capability.verb"),
        (_good, {"name": "trial.run.twice"}, "capability.verb"),
        (_good, {"writes": Table("trial_result", "fact", "x", TRIAL.columns, key=("product_id",))}, "kind 'result'"),
        (_good, {"reads": ("trial_result",)}, "does not read what it writes"),
    ],
)
def test_a_wrong_declaration_is_refused(function, changed, part):
    line = {"name": "trial.run", "reads": ("orders",), "writes": TRIAL, **changed}
    with pytest.raises(DeclarationError, match=part):
        task(line.pop("name"), **line)(function)
    assert "trial.run" not in REGISTRY.tasks
