"""Robust scales."""

import numpy as np
import pytest

from shopkeeper.numerics.clustering.scaling import robust_scale


def test_far_values_are_cut_off():
    values = np.append(np.arange(1000.0), 1e9)
    scale = robust_scale(values)
    assert scale.high == pytest.approx(990.0)
    scaled = scale.scaled(values)
    assert scaled.mean() == pytest.approx(0.0, abs=1e-6)
    assert scaled.std() == pytest.approx(1.0, abs=1e-6)
    assert scaled[-1] == scaled[-2] < 2


def test_what_is_not_known_is_the_mean():
    scale = robust_scale(np.array([1.0, np.nan, 3.0]), beyond=0.0)
    assert scale.scaled(np.array([np.nan, 1.0, 3.0])).tolist() == [0.0, -1.0, 1.0]


@pytest.mark.parametrize("values", [[], [np.nan], [0.1], [0.1] * 7, [1e9 + 0.1] * 3])
def test_alike_has_no_deviation(values):
    scale = robust_scale(np.array(values, float))
    assert scale.deviation == 0.0
    assert not scale.scaled(np.array([5.0, np.nan])).any()
