"""The calendar: season moves demand and groups, and is flat when turned off."""

import numpy as np
import pytest

from shopkeeper.core.errors import SettingError
from shopkeeper.simulator import simulate


def test_season_moves_demand_and_groups():
    swinging, flat = simulate(seed=8, season=0.9, n_days=365), simulate(seed=8, season=0, n_days=365)
    assert np.ptp(swinging.truth["truth_days"]["demand"].to_numpy()) > 0.5
    assert np.ptp(flat.truth["truth_days"]["demand"].to_numpy()) == 0
    assert np.ptp(flat.truth["truth_products"]["season_at_end"].to_numpy()) == 0


def test_a_group_is_asked_for_most_on_its_own_day():
    from shopkeeper.simulator.calendar import make_calendar
    from shopkeeper.simulator.settings import SimulatorSettings

    calendar = make_calendar(SimulatorSettings(season=0.5, start_date="2024-03-01", n_groups=3), np.random.default_rng(0))
    days = np.arange(365)
    for group in range(3):
        factor = calendar.of_group(np.full(365, group), days)
        assert factor.max() == pytest.approx(1.5, abs=1e-3)
        assert factor.min() == pytest.approx(0.5, abs=1e-3)
        day_of_year = (60 + int(factor.argmax())) % 365.25
        assert abs((day_of_year - calendar.peak[group] + 182.6) % 365.25 - 182.6) <= 1


def test_the_week_has_its_shape():
    from shopkeeper.simulator.calendar import make_calendar
    from shopkeeper.simulator.settings import SimulatorSettings

    monday_first = make_calendar(SimulatorSettings(season=0.95, start_date="2024-01-01", n_days=7), np.random.default_rng(0))
    assert monday_first.demand.argmax() == 5
    assert monday_first.start == 1704067200 * 1_000_000
    assert monday_first.end - monday_first.start == 7 * 86_400 * 1_000_000


def test_a_date_that_is_none():
    with pytest.raises(SettingError, match=r"simulator\.start_date cannot be '2025-02-30'"):
        simulate(start_date="2025-02-30")
