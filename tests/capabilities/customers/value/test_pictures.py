"""Pictures add up to what they show."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.value.judge import examined
from shopkeeper.capabilities.customers.value.models import MODELS
from shopkeeper.capabilities.customers.value.pictures import by_chance, by_repeats, by_week, drawn, of_value


@pytest.fixture(scope="module")
def exam(trade, end):
    return examined(trade, end, 180, 0.9, 10_000, MODELS[:1], 0, lambda share: None)


def test_customers_by_their_repeats(exam):
    found = by_repeats(exam)
    assert found["repeats_customers"].sum() == len(exam.known)
    assert found["repeats_customers"] @ found["repeats_expected"] == pytest.approx(exam.said.orders.sum())
    assert found["repeats_customers"] @ found["repeats_actual"] == pytest.approx(exam.orders.sum())
    assert np.all(np.diff(found["repeats_expected"][1:]) > 0)


def test_customers_by_their_chance(exam):
    found = by_chance(exam)
    assert found["chance_customers"].sum() == len(exam.known)
    big = found["chance_customers"] > 30
    np.testing.assert_allclose(found["chance_told"][big], found["chance_actual"][big], atol=0.15)


def test_orders_by_week_follow_what_came(exam, trade):
    found = by_week(exam, trade)
    assert found["week_held_out_from"].tolist() == [exam.known.day]
    repeats = exam.known.n_repeats.sum()
    last_known = np.searchsorted(found["week_day"], exam.known.day, side="right") - 1
    assert found["week_actual"][last_known] == pytest.approx(repeats, abs=40)
    assert found["week_actual"][-1] == pytest.approx(repeats + exam.orders.sum(), abs=40)
    later = found["week_day"] > found["week_day"][0] + 90
    np.testing.assert_allclose(found["week_expected"][later], found["week_actual"][later], rtol=0.12)
    assert np.all(np.diff(found["week_day"]) == 7)


def test_how_value_is_spread(exam):
    found = of_value(exam.said)
    assert found["top_share"][[0, 100]].tolist() == [0.0, pytest.approx(1.0)]
    assert np.all(np.diff(found["top_share"], n=2) <= 1e-9), "the best first"
    assert found["decile_value"].mean() == pytest.approx(exam.said.value.mean(), rel=0.02)
    assert found["alive_customers"].sum() == len(exam.known)


def test_without_an_exam_only_value_is_drawn(exam, trade):
    assert set(drawn(None, trade, exam.said)) == {"decile_value", "top_share", "alive_customers"}
    assert len(drawn(exam, trade, exam.said)) == 13
