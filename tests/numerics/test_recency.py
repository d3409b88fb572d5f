import numpy as np
import pytest

from shopkeeper.numerics.recency import MICROSECONDS_A_DAY, ranked, trend
from shopkeeper.numerics.sparse_rows import build_log


def test_each_event_halves_with_its_age():
    at = np.array([10, 3, 10, 10]) * MICROSECONDS_A_DAY
    log = build_log(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 3]), np.array([0, 0, 1, 2]), at, 2, 5)
    got = trend(log, np.array([1.0, 0.4, 0.0]), 10 * MICROSECONDS_A_DAY, 7.0)
    assert got == pytest.approx([1.5, 0.4, 0, 0, 0])
    assert ranked(got).tolist() == [0, 1]


def test_ties_go_to_the_smaller_code():
    assert ranked(np.array([1.0, 2.0, 2.0, 0.0])).tolist() == [1, 2, 0]
