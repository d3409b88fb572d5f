"""A shop whose truth is known: raw tables as a real shop has them, and `truth_*` tables beside them.

`simulate` makes it from a seed. It imports no capability, so what a room finds can be held against what is so.
Names are loaded when they are first used, so that looking at its settings costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.simulator.settings import NOTHING_TO_FIND, SimulatorSettings
    from shopkeeper.simulator.world import SimulatedShop, simulate

__all__ = ["NOTHING_TO_FIND", "SimulatedShop", "SimulatorSettings", "simulate"]

_HOME = {"NOTHING_TO_FIND": "settings", "SimulatorSettings": "settings", "SimulatedShop": "world", "simulate": "world"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'shopkeeper.simulator' has no attribute {name!r}")
    return getattr(importlib.import_module(f"shopkeeper.simulator.{_HOME[name]}"), name)
