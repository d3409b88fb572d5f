import numpy as np
import pytest

from shopkeeper.numerics.classifying.calibration import (
    calibration_line,
    fit_curve,
    isotonic,
    on_steps,
    platt,
    reliability,
)
from shopkeeper.numerics.classifying.scores import log_odds, probability_of


def drawn(n=20_000, slope=1.0, intercept=0.0):
    """Scores, and labels that come true with probability_of(slope * score + intercept)."""
    random = np.random.default_rng(8)
    score = random.normal(size=n)
    return random.random(n) < probability_of(slope * score + intercept), score


def test_the_curve_is_a_logistic_regression():
    from sklearn.linear_model import LogisticRegression

    label, score = drawn(2_000, 0.7, -1.0)
    expected = LogisticRegression(C=1e9, tol=1e-10, max_iter=1000).fit(score[:, None], label)
    assert fit_curve(score, label.astype(float)) == pytest.approx((expected.coef_[0, 0], expected.intercept_[0]), abs=1e-4)


def test_true_probabilities_have_the_line_1_0_and_too_sure_ones_less():
    label, score = drawn()
    assert calibration_line(label, probability_of(score)) == pytest.approx((1.0, 0.0), abs=0.06)
    assert calibration_line(label, probability_of(2.0 * score))[0] == pytest.approx(0.5, abs=0.03)
    assert calibration_line(label, probability_of(score - 1.0))[1] == pytest.approx(1.0, abs=0.06)


def test_platt_finds_the_curve_and_never_falls():
    label, score = drawn(slope=1.5, intercept=-0.5)
    assert platt(label, score) == pytest.approx((1.5, -0.5), abs=0.08)
    slope, intercept = platt(label, -score)
    assert slope == 0.0
    assert probability_of(np.array([intercept])) == pytest.approx(label.mean(), abs=1e-3)


def test_few_separated_cases_give_no_certainty():
    slope, intercept = platt(np.array([False, False, True, True]), np.array([-1.0, -0.5, 0.5, 1.0]))
    told = probability_of(slope * np.array([-1.0, 1.0]) + intercept)
    assert told[0] > 0.05
    assert told[1] < 0.95


def test_isotonic_pools_as_scikit_learn_does_but_for_the_pull_to_the_mean():
    from sklearn.isotonic import IsotonicRegression

    label, score = drawn(3_000)
    expected = IsotonicRegression(out_of_bounds="clip").fit(score, label.astype(float))
    middle = np.linspace(-2.0, 2.0, 50)
    assert on_steps(isotonic(label, score), middle) == pytest.approx(expected.predict(middle), abs=0.08)
    steps = isotonic(np.array([True, False, True]), np.array([1.0, 2.0, 3.0]))
    # The first two are pooled: (1 + 2/3) / (2 + 1), the last is (1 + 2/3) / (1 + 1).
    assert steps.probability == pytest.approx([5 / 9, 5 / 9, 5 / 6])


def test_isotonic_rises_and_is_never_certain():
    label, score = drawn(2_000, 3.0)
    steps = isotonic(label, score)
    assert np.all(np.diff(steps.probability) >= 0.0)
    assert steps.probability.min() > 0.0
    assert steps.probability.max() < 1.0


def test_reliability_bins_by_hand():
    curve = reliability(np.array([0, 1, 1, 1], bool), np.array([0.1, 0.3, 0.8, 0.8]), n_bins=2)
    assert curve.told == pytest.approx([0.2, 0.8])
    assert curve.seen == pytest.approx([0.5, 1.0])
    assert curve.n_cases.tolist() == [2, 2]
    assert len(reliability(np.ones(3, bool), np.full(3, 0.4)).told) == 1


def test_reliability_of_true_probabilities_lies_on_the_diagonal():
    label, score = drawn()
    curve = reliability(label, probability_of(score))
    assert len(curve.told) == 10
    assert curve.seen == pytest.approx(curve.told, abs=0.04)
    assert log_odds(curve.told)[0] < 0.0
