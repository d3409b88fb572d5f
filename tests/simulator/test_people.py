"""People: favorites drawn by popularity, visits that differ, newcomers who come within the time."""

import numpy as np
import pytest

from shopkeeper.simulator.catalog import make_catalog
from shopkeeper.simulator.people import FAVORITE_SHARE, draw_shares, make_people
from shopkeeper.simulator.settings import SimulatorSettings

SETTINGS = SimulatorSettings(n_customers=20_000, n_products=60, n_groups=4)


@pytest.fixture(scope="module")
def parts():
    catalog = make_catalog(SETTINGS, np.random.default_rng(1))
    return catalog, make_people(SETTINGS, catalog, np.random.default_rng(2), np.random.default_rng(3))


def test_favorites_are_drawn_by_popularity(parts):
    catalog, people = parts
    np.testing.assert_allclose(np.bincount(people.favorite) / 20_000, catalog.group_share, atol=0.02)


def test_visits_differ_around_their_mean(parts):
    _, people = parts
    assert people.visits.mean() == pytest.approx(SETTINGS.visits_per_customer, rel=0.05)
    assert people.visits.std() == pytest.approx(SETTINGS.visits_per_customer / 2**0.5, rel=0.05)


def test_half_come_within_the_time(parts):
    _, people = parts
    assert (people.created_day > 0).mean() == pytest.approx(SETTINGS.newcomer_share, abs=0.02)
    assert people.created_day.max() < SETTINGS.n_days


@pytest.mark.parametrize("taste", [0.0, 0.5, 1.0])
def test_choices_follow_taste(parts, taste):
    catalog, people = parts
    customer = int(np.flatnonzero(people.favorite != people.second)[0])
    groups = people.draw_groups(np.full(100_000, customer), catalog, taste, np.random.default_rng(3))
    favorite = people.favorite[customer]
    expected = taste * FAVORITE_SHARE + (1 - taste) * catalog.group_share[favorite]
    assert (groups == favorite).mean() == pytest.approx(expected, abs=0.01)


def test_draws_follow_shares():
    drawn = draw_shares(np.array([0.2, 0.0, 0.8]), 50_000, np.random.default_rng(4))
    np.testing.assert_allclose(np.bincount(drawn, minlength=3) / 50_000, [0.2, 0, 0.8], atol=0.01)


def test_some_leave_after_they_came(parts):
    _, people = parts
    leaves = np.isfinite(people.left_day)
    assert leaves.mean() == pytest.approx(SETTINGS.leaving_share, abs=0.02)
    assert (people.left_day >= np.maximum(people.created_day, 0))[leaves].all()
    assert people.left_day[leaves].max() <= SETTINGS.n_days
