"""What a bundle earns, worked out by hand."""

import numpy as np
import pytest

from shopkeeper.capabilities.baskets.bundles.cliques import Clique, Postings
from shopkeeper.capabilities.baskets.bundles.earning import priced
from shopkeeper.capabilities.baskets.bundles.terms import Terms
from shopkeeper.numerics.itemsets.baskets import baskets_of

# Ten orders with both, ten with 0 only, none with 1 only.
BOTH = baskets_of(np.concatenate((np.repeat(np.arange(10), 2), np.arange(10, 20))), np.array([0, 1] * 10 + [0] * 10), 20, 2)
PAIR = Clique((0, 1), 10, 2.0, 0.001)


def terms(price=(20.0, 20.0), cost=(10.0, 10.0), known=(True, True), currency="EUR"):
    return Terms(np.array(price), np.array(cost), np.array(known), np.ones(2, np.bool_), ["A", "B"], currency)


def worked_out(of=None, **more):
    settings = {"years": 1.0, "discount_share": 0.05, "uplift": 1.0} | more
    return priced(PAIR, of or terms(), Postings(BOTH), **settings)


def test_by_hand():
    # P = 40, M = 20, m = 10: a discount of 5 % is 2; each order won brings 20 - 2 - 10 = 8; 10 * (1 * 8 - 2) = 60.
    bundle = worked_out()
    assert (bundle.price, bundle.cost, bundle.margin, bundle.bundle_price) == (40.0, 20.0, 20.0, 38.0)
    assert bundle.discount_share == 0.05
    assert bundle.break_even_uplift == pytest.approx(2.0 / 8.0)
    assert bundle.earned == pytest.approx(60.0)
    assert bundle.lost == pytest.approx(20.0)
    assert bundle.margin_today == pytest.approx(200.0)
    assert bundle.most_discount_share == pytest.approx(1.0 * 10.0 / (40.0 * 2.0))
    # 10 orders: a Poisson mean of 4.80 to 18.39 (Garwood).
    assert bundle.earned_low == pytest.approx(6.0 * 4.795, abs=0.02)
    assert bundle.earned_high == pytest.approx(6.0 * 18.390, abs=0.02)


def test_at_the_break_even_uplift_nothing_is_earned_and_at_the_largest_discount_neither():
    bundle = worked_out()
    assert bundle.break_even_uplift * 8.0 - 2.0 == pytest.approx(0.0)
    less = bundle.most_discount_share * bundle.price
    assert 1.0 * (20.0 - less - 10.0) - less == pytest.approx(0.0)


def test_a_discount_that_would_not_pay_is_lowered():
    bundle = worked_out(discount_share=0.3)
    assert bundle.discount_share <= bundle.most_discount_share / 2.0
    assert bundle.earned > 0.0
    assert round(bundle.discount_share * 100) == pytest.approx(bundle.discount_share * 100)


def test_no_discount_where_nobody_is_won():
    bundle = worked_out(uplift=0.0)
    assert bundle.discount_share == 0.0
    assert bundle.earned == 0.0


def test_half_a_year_counts_twice():
    assert worked_out(years=0.5).earned == pytest.approx(2.0 * worked_out().earned)


def test_what_brings_no_margin_is_no_bundle():
    assert worked_out(terms(cost=(20.0, 20.0))) is None
    assert worked_out(terms(price=(0.0, 0.0), cost=(0.0, 0.0))) is None


def test_assumed_costs_are_told_and_prices_rounded_as_the_shop_does():
    assert worked_out(terms(known=(True, False))).cost_assumed
    yen = worked_out(terms(price=(333.0, 110.0), cost=(100.0, 50.0), currency="JPY"))
    assert yen.bundle_price == round(yen.bundle_price)
