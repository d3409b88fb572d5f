import numpy as np
import pytest

from shopkeeper.capabilities.customers.classifying.methods.scaling import learn_scaling


def test_numbers_of_one_size_whatever_they_were():
    random = np.random.default_rng(1)
    x = np.column_stack(
        [random.normal(5.0, 2.0, 500), np.exp(random.normal(5.0, 2.0, 500)), np.full(500, 3.0), np.full(500, np.nan)]
    )
    scaling = learn_scaling(x)
    scaled = scaling.scaled(x)
    assert scaling.in_logs.tolist()[:2] == [False, True]
    assert scaled[:, :2].mean(axis=0) == pytest.approx([0.0, 0.0], abs=0.02)
    assert scaled[:, :2].std(axis=0) == pytest.approx([1.0, 1.0], abs=0.05)
    assert not scaled[:, 2:].any()  # what never varies, or is never known, says nothing


def test_an_unknown_value_counts_as_the_middle_one_and_a_wild_one_is_held():
    x = np.array([[1.0], [2.0], [3.0], [np.nan]])
    scaling = learn_scaling(x)
    assert scaling.scaled(np.array([[np.nan], [2.0], [1e9]])).ravel() == pytest.approx([0.0, 0.0, 5.0])


def test_nobody_is_scaled_too():
    assert learn_scaling(np.empty((0, 2))).scaled(np.ones((1, 2))).tolist() == [[1.0, 1.0]]
