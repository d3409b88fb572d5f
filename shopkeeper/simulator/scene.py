"""What stands before anybody comes: the settings, the calendar, the catalog and the people of one simulated world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.simulator.calendar import Calendar, make_calendar
from shopkeeper.simulator.catalog import Catalog, make_catalog
from shopkeeper.simulator.people import People, make_people
from shopkeeper.simulator.settings import SimulatorSettings

PARTS = ("calendar", "catalog", "people", "visits", "trade", "reviews", "leaving", "habits", "discounts")
"""Each part draws from its own stream, so that a part added at the end leaves the others as they were."""


@dataclass(frozen=True)
class Scene:
    """The world before the first visit."""

    settings: SimulatorSettings
    seed: int
    calendar: Calendar
    catalog: Catalog
    people: People


def stream(seed: int, part: str) -> np.random.Generator:
    """The stream of randomness that belongs to one part of the world."""
    return np.random.default_rng([seed, PARTS.index(part)])


def make_scene(settings: SimulatorSettings, seed: int) -> Scene:
    """The world that these settings and this seed describe."""
    calendar = make_calendar(settings, stream(seed, "calendar"))
    catalog = make_catalog(settings, stream(seed, "catalog"))
    people = make_people(settings, catalog, stream(seed, "people"), stream(seed, "leaving"))
    return Scene(settings, seed, calendar, catalog, people)
