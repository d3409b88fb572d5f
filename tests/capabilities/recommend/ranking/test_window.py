import dataclasses

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.method import Known, Products
from shopkeeper.capabilities.recommend.ranking.window import gains, is_time, part, window_of
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import build_log

DAY = 86_400_000_000
BUY, LOOK, LOGIN = (EVENT_KINDS.index(name) for name in ("purchase", "view_item", "login"))
SETTINGS = RecommendSettings()


def log_of(events, n_products=5):
    customer, product, kind, at = (np.array(column) for column in zip(*events, strict=True))
    return build_log(customer, product, kind.astype(np.uint8), at, int(customer.max()) + 1, n_products)


def products(price, cost):
    n, nothing = len(price), np.empty(0)
    unknown = np.full(n, -1)
    return Products(unknown, unknown, np.array(price), np.array(cost), unknown, nothing, nothing, nothing, 0)


def test_the_last_tenth_of_the_interactions():
    events = [(0, 0, BUY, 0), (1, 1, BUY, 0), (1, 2, BUY, 10 * DAY)] + [(2, n % 5, BUY, n * DAY) for n in range(1, 8)]
    window = window_of(Known(log_of([*events, (0, 3, BUY, 20 * DAY), (0, 3, LOOK, 20 * DAY)]), 21 * DAY, SETTINGS))
    assert window.before.now == 20 * DAY
    assert window.before.log.at.max() < 20 * DAY
    assert (window.row.tolist(), window.starts.tolist(), window.product.tolist()) == ([0], [0, 1], [3])
    assert window.gain.tolist() == [1.0]


def test_where_moments_are_ranks_it_is_the_last_of_each_customer():
    log = log_of([(0, 0, BUY, 0), (0, 1, BUY, 1), (0, 2, BUY, 2), (1, 3, BUY, 0), (2, 4, BUY, 0), (2, 0, BUY, 1)])
    assert not is_time(log)
    window = window_of(Known(log, 5, SETTINGS, ratings=np.arange(6.0)))
    assert (window.row.tolist(), window.product.tolist()) == ([0, 2], [2, 0])
    assert window.before.log.product.tolist() == [0, 1, 3, 4]
    assert window.before.ratings.tolist() == [0.0, 1.0, 3.0, 4.0]


def test_nobody_came_back():
    window = window_of(Known(log_of([(0, 0, BUY, 0), (1, 1, BUY, 0)]), 5, SETTINGS))
    assert len(window.row) == 0
    assert window.starts.tolist() == [0]


def test_what_choices_are_worth():
    log = log_of([(0, 0, BUY, 0), (0, 1, BUY, 1), (0, 2, BUY, 2), (0, 3, LOOK, 3), (0, 3, LOGIN, 4)], 4)
    catalog = products([10.0, 30.0, np.nan, 20.0], [5.0, np.nan, 1.0, 20.0])
    only = {"objective_purchase": 0.0}

    def worth(**weights):
        return gains(log, catalog, dataclasses.replace(SETTINGS, **{**only, **weights})).tolist()

    assert gains(log, catalog, SETTINGS).tolist() == [1, 1, 1, 0, 0]
    assert worth(objective_click=2.0) == [0, 0, 0, 2, 0]
    assert worth(objective_revenue=1.0) == pytest.approx([0.5, 1.5, 1.0, 0, 0])
    # Margins 0.25 and 0 of the mean price are known, the others are taken to be their mean.
    assert worth(objective_margin=1.0) == pytest.approx([0.25, 0.125, 0.125, 0, 0])
    assert worth(objective_revenue=1.0, objective_purchase=3.0) == pytest.approx([3.5, 4.5, 4.0, 0, 0])


def test_in_a_shop_without_purchases_whatever_says_liking_counts():
    log = log_of([(0, 0, LOOK, 0), (0, 1, LOGIN, 1)])
    assert gains(log, None, SETTINGS).tolist() == [1.0, 0.0]


def test_looked_at_and_bought_is_worth_the_purchase():
    early = [(0, 0, BUY, n) for n in range(8)]
    log = log_of([*early, (0, 2, LOOK, 50 * DAY), (0, 2, BUY, 50 * DAY)])
    window = window_of(Known(log, 51 * DAY, dataclasses.replace(SETTINGS, objective_click=0.3)))
    assert window.product.tolist() == [2]
    assert window.gain.tolist() == [1.0]


def test_part_keeps_rows():
    log = log_of([(0, 0, BUY, 0), (1, 1, BUY, 1), (1, 2, BUY, 2)])
    assert part(log, log.at > 0).starts.tolist() == [0, 0, 2]
