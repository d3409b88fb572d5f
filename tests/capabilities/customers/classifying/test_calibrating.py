import numpy as np
import pytest

from shopkeeper.capabilities.customers.classifying.calibrating import calibrate


def drawn(n, curve):
    random = np.random.default_rng(5)
    score = random.uniform(-3.0, 3.0, n)
    return random.random(n) < curve(score), score


def test_steps_are_taken_where_no_curve_fits_and_cases_are_many():
    def stairs(score):
        return np.where(score < -1.0, 0.1, np.where(score < 2.0, 0.45, 0.9))

    label, score = drawn(8_000, stairs)
    found = calibrate(label, score)
    assert found.name == "isotonic"
    assert found.probability(np.array([-2.0, 0.0, 2.5])) == pytest.approx([0.1, 0.45, 0.9], abs=0.06)
    assert calibrate(label[:800], score[:800]).name == "platt"


def test_a_curve_stays_where_it_fits():
    label, score = drawn(8_000, lambda score: 1.0 / (1.0 + np.exp(-0.8 * score)))
    found = calibrate(label, score)
    assert found.name == "platt"
    assert found.slope == pytest.approx(0.8, abs=0.08)


def test_nobody_is_told_anything_for_sure():
    label = np.arange(100) >= 50
    told = calibrate(label, 100.0 * label).probability(np.array([-1e6, 1e6]))
    assert 0.0 < told[0] < 0.1
    assert 0.9 < told[1] < 1.0
