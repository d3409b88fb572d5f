import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.item_graph import (
    CHOICES,
    STARTS,
    Parameters,
    claims,
    degrees,
    learn_graph,
    parameters_from,
    recency_table,
    shares,
    source_factor,
    target_factor,
)
from shopkeeper.capabilities.recommend.settings import RecommendSettings, kind_weights
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import build_log, merge

SETTINGS = RecommendSettings()


def some_rows():
    customer, product = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 2])
    log = build_log(customer, product, np.zeros(5, np.uint8), np.arange(5), 2, 4)
    return merge(log, np.ones(1), 5, np.inf)


def test_weights_of_kinds():
    weights = dict(zip((*EVENT_KINDS, "unknown"), kind_weights(SETTINGS, 2.0), strict=True))
    assert weights["purchase"] == 1.0
    assert weights["view_item"] == pytest.approx(0.09)
    assert weights["remove_from_cart"] == weights["refund"] == weights["unknown"] == 0.0
    flat = dict(zip(EVENT_KINDS, kind_weights(SETTINGS, 0.0), strict=False))
    assert flat["view_item"] == flat["purchase"] == 1.0
    assert flat["login"] == 0.0


def test_the_target_factor_by_hand():
    rows = some_rows()
    parameters = Parameters(target_exponent=0.5, shrinkage=2.0, trend_exponent=0.0)
    assert target_factor(degrees(rows), parameters, np.zeros(4)) == pytest.approx([4**-0.5, 4**-0.5, 3**-0.5, 2**-0.5])
    trendy = parameters.changed("trend_exponent", 1.0)
    now = np.array([0.0, 0.0, 0.0, 4.0])
    assert target_factor(degrees(rows), trendy, now) == pytest.approx([1e-3 / 2, 1e-3 / 2, 1e-3 * 3**-0.5, 4.001 * 2**-0.5])


def test_what_a_customers_products_count():
    rows = some_rows()
    parameters = Parameters(source_exponent=1.0, recency_decay=1.0)
    got = shares(rows, source_factor(degrees(rows), parameters), recency_table(parameters))
    assert rows.product.tolist() == [1, 0, 2, 1, 0]
    assert got == pytest.approx([1 / 2, 1 / 4, 1, 1 / 4, 1 / 6])
    assert claims(np.array([1, 3]), np.array([0, 2])) == pytest.approx([1.5, 3.25])


def test_the_last_in_order_speaks_for_the_next():
    random = np.random.default_rng(0)
    customer = np.repeat(np.arange(50), 4)
    product = np.concatenate([(start + np.arange(4)) % 12 for start in random.integers(0, 12, 50)])
    log = build_log(customer, product, np.zeros(200, np.uint8), np.tile(np.arange(4), 50), 50, 12)
    rows = merge(log, np.ones(1), 4, np.inf)
    forward_only = Parameters(backward_weight=0.0, step_decay=1.0, target_exponent=0.0, trend_exponent=0.0)
    graph = learn_graph(rows, forward_only, SETTINGS, np.zeros(12))
    assert [int(graph.neighbor[graph.starts[code]]) for code in range(12)] == [(code + 1) % 12 for code in range(12)]


def test_parameters_come_back_from_a_card():
    card = {"parameters": {"target_exponent": 0.75, "forgotten": 3}}
    assert parameters_from(card) == Parameters(target_exponent=0.75)
    assert parameters_from({}) == Parameters()


def test_every_start_lies_on_the_choices():
    for start in STARTS:
        for name, choices in CHOICES.items():
            assert getattr(start, name) in choices, name
