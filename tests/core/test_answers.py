"""The @answer line: what it takes from the function, and what it refuses."""

from dataclasses import dataclass

import pytest

from shopkeeper.core.answers import answer, parameter
from shopkeeper.core.errors import DeclarationError
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.results import Reply


@dataclass(frozen=True)
class TrialRequest:
    customer: str = parameter("", "who")


@pytest.fixture(autouse=True)
def forget():
    yield
    REGISTRY.remove("trial.ask")


def test_an_answer_is_registered_with_its_request():
    @answer("trial.ask", uses="trial.run")
    def ask(model: object, request: TrialRequest) -> Reply:
        """What now?"""
        return Reply({})

    found = REGISTRY.answer("trial.ask")
    assert (found.function, found.request, found.uses, found.question, found.capability) == (
        ask,
        TrialRequest,
        "trial.run",
        "What now?",
        "trial",
    )


def _undocumented(model: object, request: TrialRequest) -> Reply: ...


def _one_parameter(request: TrialRequest) -> Reply:
    """What now?"""


def _bare(model, request):
    """What now?"""


@pytest.mark.parametrize("function", [_undocumented, _one_parameter, _bare])
def test_a_wrong_declaration_is_refused(function):
    with pytest.raises(DeclarationError, match=r"Answer 'trial\.ask' is declared wrongly"):
        answer("trial.ask", uses="trial.run")(function)
    assert "trial.ask" not in REGISTRY.answers
