import numpy as np
import pytest

from shopkeeper.numerics.rhythm.gaps import GapPrior
from shopkeeper.numerics.rhythm.histories import DAY, OrderDays
from shopkeeper.numerics.rhythm.stages import NOBODY, STAGES, Borders, borders, fixed_borders, learn_rhythm, stages, still_to_come

NOON = DAY // 2


def history(*customers):
    """Customers given by the days on which they ordered, at noon."""
    day = np.array([day for days in customers for day in days], np.int32)
    starts = np.concatenate(([0], np.cumsum([len(days) for days in customers]))).astype(np.int64)
    return OrderDays(starts, day, day.astype(np.int64) * DAY + NOON)


def told(days, now, loyal_orders=4):
    """(stage, since which day) of one customer under borders of 90 and 180 days."""
    found = stages(history(days), *fixed_borders(45.0, 90.0, 180.0), now * DAY + NOON, loyal_orders)
    name = STAGES[found.stage[0]] if found.stage[0] != NOBODY else None
    return name, (found.since[0] - NOON) / DAY


BY_HAND = [
    ([0], 10, "new", 0),
    ([0], 90, "new", 0),
    ([0], 91, "at_risk", 90),
    ([0], 181, "lapsed", 180),
    ([0, 30], 40, "active", 30),
    ([0, 30, 60], 70, "active", 30),
    ([0, 30, 60, 90], 100, "loyal", 90),
    ([0, 30, 60, 90, 120], 130, "loyal", 90),
    ([0, 30, 60, 90, 190], 200, "loyal", 190),  # was at risk in between: loyal anew
    ([0, 100], 110, "active", 100),
    ([0, 200], 210, "returned", 200),
    ([0, 200, 210], 220, "active", 210),
    ([0, 30, 60, 90, 300, 310, 320], 330, "active", 310),
    ([0, 30, 60, 90, 300, 310, 320, 330], 340, "loyal", 330),
    ([0, 200], 300, "at_risk", 290),
    ([0, 30, 60, 90], 300, "lapsed", 270),
]


@pytest.mark.parametrize(("days", "now", "stage", "since"), BY_HAND)
def test_stages_by_hand(days, now, stage, since):
    assert told(days, now) == (stage, pytest.approx(since))


def test_who_has_not_ordered_yet_has_no_stage():
    assert told([50], 49)[0] is None
    assert told([50], 50)[0] == "new"


def test_borders_by_hand():
    """Gaps of 7 and 28 days under a prior of weight 2 at 14 days: all three have the same geometric mean, so the location is log 14."""
    prior = GapPrior(np.log(14.0), 2.0, 3.0, 1.0)
    found = stages(history([0, 7, 35]), prior, Borders(np.log([20.0, 40.0, 80.0]), np.array([0.0, 1.0, 2.0])), 40 * DAY, 4)
    squares = 2 * np.log(2.0) ** 2
    scale = np.sqrt((1.0 + 0.5 * squares) * 5 / (4 * 4))
    assert found.usual[0] == pytest.approx(14.0)
    assert found.at_risk[0] == pytest.approx(14.0 * np.exp(scale))
    assert found.lapsed[0] == pytest.approx(14.0 * np.exp(2 * scale))
    first = stages(history([0]), prior, Borders(np.log([20.0, 40.0, 80.0]), np.zeros(3)), DAY, 4)
    assert [first.usual[0], first.at_risk[0], first.lapsed[0]] == pytest.approx([20, 40, 80])


@pytest.fixture(scope="module")
def two_kinds():
    """Two hundred customers who order about weekly and two hundred who order about yearly, over eight years; and when it ends."""
    random = np.random.default_rng(0)
    customers = []
    for usual in [7.0] * 200 + [365.0] * 200:
        gaps = np.maximum(1, np.round(usual * np.exp(random.normal(0, 0.25, 500)))).astype(int)
        days = random.integers(0, int(usual)) + np.concatenate(([0], np.cumsum(gaps)))
        customers.append(days[days <= 2_920])
    return customers


def test_each_has_their_own_borders(two_kinds):
    """A weekly customer is at risk after weeks, one who orders once a year is not after half a year."""
    rhythm = learn_rhythm(history(*two_kinds), 2_920 * DAY)
    limits = borders(rhythm, (0.5, 0.8), (0.85, 0.97))
    weekly, yearly = [days[-40:] for days in two_kinds[:5]], two_kinds[200:205]
    silent = history(*weekly, *yearly)
    last = np.array([days[-1] for days in (*weekly, *yearly)])
    for customer in range(10):
        after = 30 if customer < 5 else 200
        found = stages(silent, rhythm.prior, limits, int(last[customer] + after) * DAY, 4)
        wanted = ("at_risk", "lapsed") if customer < 5 else ("active", "loyal")
        assert STAGES[found.stage[customer]] in wanted
    found = stages(silent, rhythm.prior, limits, int(last.max()) * DAY, 4)
    assert np.all(found.usual[:5] < 10)
    assert np.all(found.usual[5:] > 250)
    assert np.all(found.at_risk < found.lapsed)


def test_few_gaps_say_little(two_kinds):
    rhythm = learn_rhythm(history(*two_kinds), 2_920 * DAY)
    found = stages(
        history([0, 7], [7 * n for n in range(30)]), rhythm.prior, borders(rhythm, (0.5, 0.8), (0.85, 0.97)), 204 * DAY, 4
    )
    assert found.lapsed[0] > 1.2 * found.lapsed[1]


def test_nothing_later_is_looked_at(two_kinds):
    then, moment = [days[days <= 1_000] for days in two_kinds], 1_000 * DAY + NOON
    known, now = learn_rhythm(history(*then), moment), learn_rhythm(history(*two_kinds), moment)
    assert known.prior == now.prior
    np.testing.assert_array_equal(known.later.share, now.later.share)
    limits = borders(known, (0.5, 0.8), (0.85, 0.97))
    for name in ("stage", "since", "usual", "at_risk", "lapsed"):
        earlier, later = (stages(history(*days), known.prior, limits, moment, 4) for days in (then, two_kinds))
        np.testing.assert_array_equal(getattr(earlier, name), getattr(later, name))


def test_borders_leave_as_many_beyond_them_as_they_say():
    """In a shop where nobody leaves, about 15 of 100 gaps go beyond the border of 0.85 and 3 beyond that of 0.97."""
    random = np.random.default_rng(1)
    customers, following = [], []
    for _ in range(1_500):
        usual, spread = np.exp(random.normal(3.0, 0.6)), random.uniform(0.2, 0.8)
        gaps = np.maximum(1, np.round(usual * np.exp(random.normal(0, spread, 6)))).astype(int)
        customers.append(np.concatenate(([0], np.cumsum(gaps[:-1]))))
        following.append(gaps[-1])
    past = history(*customers)
    end = max(int(days[-1]) for days in customers) + 400
    rhythm = learn_rhythm(
        history(*(np.append(days, days[-1] + gap) for days, gap in zip(customers, following, strict=True))), end * DAY
    )
    found = stages(past, rhythm.prior, borders(rhythm, (0.5, 0.8), (0.85, 0.97)), end * DAY, 4)
    assert np.mean(np.array(following) > found.at_risk) == pytest.approx(0.15, abs=0.05)
    assert np.mean(np.array(following) > found.lapsed) == pytest.approx(0.03, abs=0.025)


def test_a_young_shop_does_not_take_its_age_for_its_rhythm():
    random = np.random.default_rng(2)
    customers = [np.unique(random.integers(0, 20, random.integers(1, 4))) for _ in range(500)]
    rhythm = learn_rhythm(history(*customers), 20 * DAY)
    found = stages(history(*customers), rhythm.prior, borders(rhythm, (0.5, 0.8), (0.85, 0.97)), 20 * DAY, 4)
    assert not np.isin(found.stage, [STAGES.index("lapsed"), STAGES.index("returned")]).any()


def test_the_longer_the_silence_the_fewer_are_still_to_come(two_kinds):
    rhythm = learn_rhythm(history(*two_kinds), 2_920 * DAY)
    limits = borders(rhythm, (0.5, 0.8), (0.85, 0.97))
    past = history([7 * n for n in range(30)], [0])
    shares = [still_to_come(rhythm, stages(past, rhythm.prior, limits, day * DAY, 4)) for day in (204, 212, 230, 1_400)]
    assert (np.diff(np.array(shares), axis=0) <= 0).all()
    assert shares[0][0] > 0.9
    assert shares[-1][0] < 0.01


def test_any_number_of_threads(monkeypatch, two_kinds):
    from shopkeeper.numerics.rhythm import stages as module

    monkeypatch.setattr(module, "MANY", 0)
    monkeypatch.setattr(module, "n_threads", lambda: 3)
    past, fixed = history(*two_kinds), fixed_borders(45.0, 90.0, 180.0)
    shared = stages(past, *fixed, 2_000 * DAY, 4)
    monkeypatch.setattr(module, "MANY", 10**9)
    alone = stages(past, *fixed, 2_000 * DAY, 4)
    np.testing.assert_array_equal(shared.stage, alone.stage)
    np.testing.assert_array_equal(shared.since, alone.since)
