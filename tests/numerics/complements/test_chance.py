"""Chance: margins and expectations by hand, tails as scipy has them, corrections as published."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control, poisson

from shopkeeper.numerics.complements.chance import expected, false_discovery, margins, poisson_tail, shrunk_lift
from shopkeeper.numerics.complements.pairs import pair_counts
from shopkeeper.numerics.itemsets.baskets import baskets_of


def some_baskets(random, n_lines=4_000, n_baskets=1_000, n_items=40):
    popularity = (1.0 + np.arange(n_items)) ** -0.8
    item = random.choice(n_items, n_lines, p=popularity / popularity.sum())
    return baskets_of(random.integers(0, n_baskets, n_lines), item, n_baskets, n_items)


def test_margins_and_expectation_by_hand():
    # Baskets {0, 1, 2} and {0, 1}: m = (2 + 1, 2 + 1, 2), M = 8, so 0 and 1 are expected together 3 * 3 / 8 times.
    baskets = baskets_of(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 1]), 2, 3)
    margin = margins(baskets, np.ones(2), 1)
    assert margin[:, 0] == pytest.approx(np.array([3.0, 3.0, 2.0]) / np.sqrt(8.0))
    pairs = pair_counts(baskets, np.ones(2), at_least=1)
    found = dict(
        zip(zip(pairs.source.tolist(), pairs.other.tolist(), strict=True), expected(pairs, margin).tolist(), strict=True)
    )
    assert found[0, 1] == pytest.approx(9.0 / 8.0)
    assert found[0, 2] == pytest.approx(6.0 / 8.0)


def test_expectations_add_up_to_what_there_is():
    baskets = some_baskets(np.random.default_rng(0))
    for strata in (1, 5):
        margin = margins(baskets, np.ones(len(baskets)), strata).astype(np.float64)
        every = margin @ margin.T
        n_pairs = float((baskets.sizes * (baskets.sizes - 1.0)).sum())
        assert every.sum() == pytest.approx(n_pairs, rel=1e-4)


def test_products_of_one_season_are_not_together_by_season():
    """Within each half of the time everything is chance; over the whole time the products of one half look like friends."""
    random = np.random.default_rng(1)
    first = random.integers(0, 20, (500, 3))
    second = random.integers(20, 40, (500, 3))
    item = np.concatenate((first, second)).ravel()
    baskets = baskets_of(np.repeat(np.arange(1_000), 3), item, 1_000, 40)
    pairs = pair_counts(baskets, np.ones(1_000), at_least=1, keep=50)
    lift = {strata: pairs.n.sum() / expected(pairs, margins(baskets, np.ones(1_000), strata)).sum() for strata in (1, 2)}
    assert lift[1] > 1.8
    assert lift[2] == pytest.approx(1.0, abs=0.12)


def test_tails_are_those_of_scipy():
    random = np.random.default_rng(2)
    mean = random.gamma(1.0, 4.0, 2_000)
    n = random.integers(0, 60, 2_000)
    found, exact = poisson_tail(n, mean), poisson.sf(n - 1, mean)
    above = n > mean
    assert found[above] == pytest.approx(exact[above], rel=1e-9)
    assert (found[~above] == 1.0).all()
    assert poisson_tail(np.array([3]), np.array([0.0])).tolist() == [0.0]
    assert poisson_tail(np.array([200]), np.array([1e-3]))[0] >= 0.0


def test_corrections_are_those_of_benjamini_and_hochberg():
    p = np.random.default_rng(3).random(500) ** 3
    assert false_discovery(p, len(p)) == pytest.approx(false_discovery_control(p))


def test_tests_that_are_not_shown_count_as_nothing_found():
    p = np.random.default_rng(4).random(500) ** 3
    shown = p[p <= 0.05]
    assert false_discovery(shown, len(p)) == pytest.approx(false_discovery(p, len(p))[p <= 0.05])


def test_the_published_example():
    """Benjamini & Hochberg (1995), section 4: of 15 p-values the four smallest count at a share of 0.05."""
    p = np.array(
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    )
    assert (false_discovery(p, 15) <= 0.05).sum() == 4


def test_a_lift_is_shrunk_to_what_is_known_before():
    assert shrunk_lift(np.array([0.0]), np.array([0.0]), 1.0, 5.0)[0] == 1.0
    assert shrunk_lift(np.array([1.0]), np.array([0.01]), 1.0, 5.0)[0] == pytest.approx(6.0 / 5.01)
    assert shrunk_lift(np.array([1_000.0]), np.array([100.0]), 1.0, 5.0)[0] == pytest.approx(1_005.0 / 105.0)
    assert shrunk_lift(np.array([0.0]), np.array([0.0]), 0.3, 5.0)[0] == pytest.approx(0.3)
