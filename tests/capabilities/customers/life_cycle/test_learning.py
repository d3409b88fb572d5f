import numpy as np

from shopkeeper.capabilities.customers.life_cycle import learning
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.numerics.rhythm.histories import DAY, OrderDays


def history(n):
    random = np.random.default_rng(0)
    day = np.sort(random.integers(0, 400, (n, 5)), axis=1) + np.arange(5) * 3
    return OrderDays(np.arange(n + 1, dtype=np.int64) * 5, day.ravel().astype(np.int32), day.ravel().astype(np.int64) * DAY)


def test_few_customers_are_all_looked_at():
    past = history(40)
    assert learning.sample(past) is past


def test_some_of_many_say_about_the_same(monkeypatch):
    past = history(4_000)
    monkeypatch.setattr(learning, "MOST_CUSTOMERS", 1_000)
    some = learning.sample(past)
    assert some.n_customers == 1_000
    rhythm, limits = learning.learned(some, 450 * DAY, CustomersSettings())
    all_rhythm, all_limits = learning.learned(past, 450 * DAY, CustomersSettings())
    assert abs(rhythm.prior.mean - all_rhythm.prior.mean) < 0.05
    np.testing.assert_allclose(limits.second, all_limits.second, atol=0.2)
    np.testing.assert_allclose(limits.later, all_limits.later, atol=0.2)
