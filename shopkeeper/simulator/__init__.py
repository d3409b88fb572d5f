"""A shop whose truth is known: raw tables as a real shop has them, and `truth_*` tables beside them.

`simulate` makes it from a seed. It imports no capability, so what a room finds can be held against what is so.
"""

from shopkeeper.simulator.settings import NOTHING_TO_FIND, SimulatorSettings
from shopkeeper.simulator.world import SimulatedShop, simulate

__all__ = ["NOTHING_TO_FIND", "SimulatedShop", "SimulatorSettings", "simulate"]
