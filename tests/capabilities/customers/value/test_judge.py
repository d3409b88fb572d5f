"""The newest period is foretold: better than naive answers, honestly, and by the right model."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.value.judge import chosen_models, coverage, everybody, examined, own_rate, scores
from shopkeeper.capabilities.customers.value.models import MODELS

QUIET = lambda share: None  # noqa: E731


def exam_of(trade, end, horizon_days=180, limit=10_000, models=MODELS):
    return examined(trade, end, horizon_days, 0.9, limit, models, 0, QUIET)


@pytest.fixture(scope="module")
def exam(trade, end):
    return exam_of(trade, end)


def test_the_held_out_days_are_a_third_at_most(exam, trade, end):
    assert exam.days == 180
    assert exam_of(trade, end, horizon_days=30).days == 30
    assert exam.known.day == end - 180
    assert exam.orders.sum() == np.sum(trade.n_orders[trade.day > end - 180] > 0)


def test_naive_answers_are_beaten_where_customers_leave(exam):
    found = scores(exam, 0)
    assert [score.decides for score in found] == [True, False, False, False]
    assert [score.verdict for score in found] == ["better"] * 4
    for score in found:
        assert score.interval.low <= score.value <= score.interval.high
        assert score.n_cases == len(exam.known)


def test_bounds_hold_their_share(exam):
    found = coverage(exam)
    assert 0.87 < found["orders_within_share"] < 0.98
    assert 0.85 < found["value_within_share"] < 0.98


def test_orders_in_all_are_foretold(exam):
    assert exam.said.orders.sum() == pytest.approx(exam.orders.sum(), rel=0.15)
    assert exam.said.value.sum() == pytest.approx(exam.value.sum(), rel=0.2)


def test_where_nobody_leaves_no_model_claims_it(make_trade, make_rows, end):
    exam = exam_of(make_trade(make_rows(400, a=0.0, seed=2)), end)
    assert exam.said.p_alive.mean() > 0.95
    assert exam.said.orders.sum() == pytest.approx(exam.orders.sum(), rel=0.1)


def test_where_customers_leave_the_model_without_leaving_is_not_taken(exam):
    assert exam.learned.model.name != "nbd"
    assert exam.chances["nbd"] < max(exam.chances.values()) - 0.02


def test_too_little_is_not_judged(make_trade, make_rows, end):
    assert exam_of(make_trade(make_rows(30)), end) is None
    assert exam_of(make_trade([(f"c{n}", 15_000 + n % 9, 5.0) for n in range(200)]), 15_008) is None
    assert exam_of(make_trade([(f"c{n}", 15_000 + n, 5.0) for n in range(500)]), end) is None, "nobody came back"


def test_a_sample_of_customers_is_judged(trade, end):
    exam = exam_of(trade, end, limit=200)
    assert len(exam.known) == 200
    assert np.all(np.diff(exam.known.customer) > 0)


def test_naive_answers_by_hand(exam):
    known = exam.known.some(np.array([0, 1]))
    expected = [n / max(age, 1.0) * 10.0 for n, age in zip(known.n_repeats, known.age, strict=True)]
    assert own_rate(known, 10.0).tolist() == pytest.approx(expected)
    assert everybody(known, 10.0) == pytest.approx(known.n_repeats.sum() / known.age.sum() * 10.0)


def test_one_model_may_be_named():
    assert chosen_models("best") == MODELS
    assert [model.name for model in chosen_models("nbd")] == ["nbd"]
