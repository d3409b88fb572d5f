"""The methods that name candidates: those that were asked for, can be learned here and fit in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Method
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.capabilities.recommend.ranking.window import is_time
from shopkeeper.numerics.compiling import Tell, quiet

TRENDING = "trending"
TRENDING_DAYS = 7.0
MEMORY_SHARE = 0.25  # of the machine's memory that learning one retriever may take
LEAST_BYTES = 1 << 31


def known_methods() -> Mapping[str, Method[Any]]:
    """Every method that can name candidates, by name."""
    from shopkeeper.capabilities.recommend.methods.every import METHODS  # which lists the hybrid too: not before it is needed

    return {**METHODS, TRENDING: POPULARITY}


def fitting(known: Known, names: tuple[str, ...], given: Mapping[str, Any]) -> dict[str, tuple[Method[Any], Any]]:
    """(method, parameters) of those among ``names`` that can be learned from ``known``, in the same order.

    ``given`` holds parameters, or values of some of them, by method; the others have their defaults.
    """
    methods, found = known_methods(), {}
    for name in names:
        method = methods.get(name)
        if method is None or (name == TRENDING and not is_time(known.log)):
            continue
        parameters = parameters_of(name, method, given.get(name))
        if not method.against(known) and method.n_bytes(known, parameters) <= room_bytes():
            found[name] = (method, parameters)
    return found


def parameters_of(name: str, method: Method[Any], given: Any) -> Any:
    """The method's parameters: ``given`` as they are, as values that differ from the defaults, or (None) the defaults."""
    if isinstance(given, Mapping):
        return method.parameters_from(given)
    if given is not None:
        return given
    return Fading(TRENDING_DAYS) if name == TRENDING else method.starts[0]


def room_bytes() -> int:
    """How much memory learning one retriever may take."""
    if not hasattr(os, "sysconf"):
        return LEAST_BYTES
    return max(LEAST_BYTES, int(MEMORY_SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))


def learn_all(known: Known, chosen: Mapping[str, tuple[Method[Any], Any]], tell: Tell = quiet) -> dict[str, Learned]:
    """What each retriever learns from ``known``, by name."""
    learned: dict[str, Learned] = {}
    for name, (method, parameters) in chosen.items():
        learned[name] = method.learn(known, parameters, quiet)
        tell(len(learned) / len(chosen))
    return learned
