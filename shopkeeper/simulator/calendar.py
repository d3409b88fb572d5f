"""The simulated calendar: how much is asked for on each day, and which groups are in season."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from shopkeeper.core.errors import SettingError
from shopkeeper.simulator.arrow import DAY
from shopkeeper.simulator.settings import SimulatorSettings

Array = np.ndarray[Any, Any]

YEAR_DAYS = 365.25
WEEKDAYS = np.array([1.0, 0.9, 0.9, 1.0, 1.1, 1.3, 1.2])
"""Demand from Monday to Sunday where the season is fully on."""


@dataclass(frozen=True)
class Calendar:
    """``start`` is the first midnight (microseconds since 1970), ``demand`` the factor of each day (mean about 1).

    ``peak`` is the day of the year (0-365) on which each group is asked for most, ``season`` the strength of the swing.
    """

    start: int
    demand: Array
    peak: Array
    season: float

    @property
    def end(self) -> int:
        """The midnight after the last day, in microseconds since 1970."""
        return self.start + len(self.demand) * DAY

    def of_group(self, group: Array, day: Array | int) -> Array:
        """How much more than usual each group is asked for on that day: 1 - season to 1 + season."""
        angle = 2 * np.pi * ((day + self._first_day_of_year) - self.peak[group]) / YEAR_DAYS
        return 1 + self.season * np.cos(angle)

    @property
    def _first_day_of_year(self) -> int:
        return _moment(self.start).timetuple().tm_yday - 1


def make_calendar(settings: SimulatorSettings, random: np.random.Generator) -> Calendar:
    """The calendar of a world: a yearly swing that peaks at its end, a weekly one, and each group's own peak."""
    first = _first_midnight(settings.start_date)
    start = round(first.timestamp()) * (DAY // 86_400)
    day = np.arange(settings.n_days)
    angle = 2 * np.pi * (day + first.timetuple().tm_yday) / YEAR_DAYS
    week = 1 + settings.season * (WEEKDAYS[(first.weekday() + day) % 7] / WEEKDAYS.mean() - 1)
    demand = (1 + 0.5 * settings.season * np.cos(angle)) * week
    return Calendar(start, demand, random.uniform(0, YEAR_DAYS, settings.n_groups), settings.season)


def _first_midnight(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise SettingError(
            f"simulator.start_date cannot be {text!r}.", got=text, wanted="a date such as 2025-01-01", next="write year-month-day"
        ) from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)
