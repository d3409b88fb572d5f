"""The methods that name candidates: those that were asked for, can be learned here and fit in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopkeeper.capabilities.recommend.judging.memory import budget_bytes
from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Method
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.capabilities.recommend.ranking.window import is_time
from shopkeeper.numerics.compiling import Tell, quiet

TRENDING = "trending"
TRENDING_DAYS = 7.0


def known_methods() -> Mapping[str, Method[Any]]:
    """Every method that can name candidates, by name."""
    from shopkeeper.capabilities.recommend.methods.every import METHODS  # which lists the hybrid too: not before it is needed

    return {**METHODS, TRENDING: POPULARITY}


def fitting(known: Known, names: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, tuple[Method[Any], Any]]:
    """(method, parameters) of those among ``names`` that can be learned from ``known``, in the same order.

    ``given`` holds parameters, or values of some of them, by method; the others have their defaults.
    """
    methods, found, budget = known_methods(), {}, budget_bytes(known.settings)
    for name in names:
        method = methods.get(name)
        if method is None or (name == TRENDING and not is_time(known.log)):
            continue
        parameters = parameters_of(name, method, given.get(name))
        if not method.against(known) and method.n_bytes(known, parameters) <= budget:
            found[name] = (method, parameters)
    return found


def parameters_of(name: str, method: Method[Any], given: Any) -> Any:
    """The method's parameters: ``given`` as they are, as values that differ from the defaults, or (None) the defaults."""
    if isinstance(given, Mapping):
        return method.parameters_from(given)
    if given is not None:
        return given
    return Fading(TRENDING_DAYS) if name == TRENDING else method.starts[0]


def learn_all(known: Known, chosen: Mapping[str, tuple[Method[Any], Any]], tell: Tell = quiet) -> dict[str, Learned]:
    """What each retriever learns from ``known``, by name."""
    learned: dict[str, Learned] = {}
    for name, (method, parameters) in chosen.items():
        learned[name] = method.learn(known, parameters, quiet)
        tell(len(learned) / len(chosen))
    return learned
