import numpy as np
import pytest

from shopkeeper.numerics.shares.intervals import wilson

# Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
PUBLISHED = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("n", "of", "low", "high"), PUBLISHED)
def test_published_intervals(n, of, low, high):
    found = wilson(np.array([n]), np.array([of]))
    assert [round(float(end[0]), 4) for end in found] == [low, high]


def test_all_none_and_no_case():
    low, high = wilson(np.array([5, 0, 0]), np.array([5, 5, 0]))
    assert high[0] == 1.0
    assert low[1] == 0.0
    assert (low[2], high[2]) == (0.0, 1.0)


def test_it_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(0)
    n = random.binomial(40, 0.1, 20_000)
    low, high = wilson(n, np.full(20_000, 40))
    assert 0.93 < np.mean((low <= 0.1) & (high >= 0.1)) < 0.98
