import numpy as np
import pytest

from shopkeeper.numerics.itemsets.rules.correcting import corrected


def test_holms_steps_by_hand():
    found = corrected(np.log([0.01, 0.04, 0.03, 0.005]), np.ones(4, int), np.array([0, 4]))
    assert found == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_rules_that_were_tried_and_not_kept_count():
    assert corrected(np.log([0.001]), np.array([1]), np.array([0, 30])) == pytest.approx([0.03])


def test_each_layer_has_its_share_of_the_errors():
    found = corrected(np.log([0.001, 0.001]), np.array([1, 2]), np.array([0, 10, 100]))
    assert found == pytest.approx([0.02, 0.2])


def test_never_above_one_and_nothing_of_nothing():
    assert corrected(np.log([0.9]), np.array([1]), np.array([0, 10])).tolist() == [1.0]
    assert len(corrected(np.empty(0), np.empty(0, int), np.zeros(3, int))) == 0
