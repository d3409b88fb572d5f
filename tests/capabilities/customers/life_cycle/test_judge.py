import numpy as np
import pytest

from shopkeeper.capabilities.customers.life_cycle.judge import Held, _area, judged, returns_by_stage
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.numerics.rhythm.histories import DAY, OrderDays
from shopkeeper.numerics.rhythm.stages import STAGES


def history(customers):
    day = np.concatenate(customers).astype(np.int32)
    starts = np.concatenate(([0], np.cumsum([len(days) for days in customers]))).astype(np.int64)
    return OrderDays(starts, day, day.astype(np.int64) * DAY + DAY // 2)


def leaving(n, seed, leave, spread=(0.7, 4.8)):
    """Customers of very different rhythm over four years, each of whom leaves for good after an order with this chance."""
    random = np.random.default_rng(seed)
    customers = []
    for _ in range(n):
        usual = np.exp(random.uniform(*spread))
        gaps = np.maximum(1, np.round(usual * np.exp(random.normal(0, 0.3, 2_000)))).astype(int)
        stays = 1 + int(random.geometric(leave)) if leave else 2_000
        days = random.integers(0, 1_000) + np.concatenate(([0], np.cumsum(gaps)))[:stays]
        customers.append(days[days <= 1_460])
    return history([days for days in customers if len(days)])


def test_the_area_by_hand():
    """Ordered 1 of 4 in the lower group and 3 of 4 in the upper: of 4 x 4 pairs 9 are right, 6 tied, 1 wrong."""
    assert _area(np.array([[[3.0, 1.0], [1.0, 3.0]]]))[0] == pytest.approx((9 + 0.5 * 6) / 16)


def test_own_rhythm_tells_better_than_fixed_days_where_rhythms_differ_and_people_leave():
    scores, returns = judged(leaving(2_500, 0, 0.03), 1_460 * DAY, CustomersSettings(), seed=1)
    area, loss = scores
    assert area.verdict == "better"
    assert loss.verdict == "better"
    assert area.value > 0.85
    share = {row["stage"]: row["ordered_share"] for row in returns}
    assert share["loyal"] > share["at_risk"] > share["lapsed"]
    assert sum(row["n_customers"] for row in returns) == area.n_cases


def test_where_stages_say_nothing_nothing_is_claimed():
    """Orders at random moments, all customers alike: nobody's stage says more than another's."""
    random = np.random.default_rng(3)
    customers = [np.unique(random.integers(0, 1_461, 30)) for _ in range(1_500)]
    scores, _ = judged(history(customers), 1_460 * DAY, CustomersSettings(returns_within_days=30), seed=1)
    assert abs(scores[0].value - 0.5) < 0.05


def test_a_young_shop_is_not_judged():
    assert judged(history([np.array([n % 20]) for n in range(500)]), 20 * DAY, CustomersSettings(), seed=0) == ((), [])


def test_returns_by_stage():
    own = np.array([0, 0, 5, 5, 5], np.int8)
    rows = returns_by_stage(Held(own, own, np.array([True, False, False, False, True])))
    assert [(row["stage"], row["n_customers"], row["n_ordered"]) for row in rows] == [(STAGES[0], 2, 1), (STAGES[5], 3, 1)]
    assert rows[0]["low"] < 0.5 < rows[0]["high"]
