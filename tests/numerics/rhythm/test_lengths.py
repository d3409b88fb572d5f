import numpy as np
import pytest

from shopkeeper.numerics.rhythm.lengths import length_at, lengths, longer_share

# The example of Kaplan and Meier (1958), section 2: + marks what was lost sight of.
LENGTH = np.array([0.8, 1.0, 2.7, 3.1, 5.4, 7.0, 9.2, 12.1])
ENDED = np.array([True, False, False, True, True, False, True, False])


def test_kaplan_and_meiers_own_example():
    curve = lengths(LENGTH, ENDED)
    assert curve.length.tolist() == [0.8, 3.1, 5.4, 9.2]
    assert 1 - curve.share * curve.ending_share == pytest.approx([7 / 8, 0.7, 0.525, 0.2625])
    assert curve.ending_share == pytest.approx(1 - 0.2625)
    assert curve.share[-1] == 1.0


def test_lengths_by_share_and_shares_by_length():
    curve = lengths(np.array([10.0, 20.0, 30.0, 40.0]), np.ones(4, bool))
    assert [length_at(curve, share) for share in (0.1, 0.25, 0.26, 0.5, 0.75, 1.0)] == [10, 10, 20, 20, 30, 40]
    assert longer_share(curve, np.array([5.0, 10.0, 39.9, 50.0])).tolist() == pytest.approx([1.0, 0.75, 0.25, 0.0])


def test_who_never_ends_does_not_lengthen_the_others():
    """Half the cases go on for ever: those that end are told as if they were alone."""
    random = np.random.default_rng(0)
    length = random.exponential(30.0, 4_000)
    ends = random.random(4_000) < 0.5
    curve = lengths(np.where(ends, length, 400.0), ends)
    assert curve.ending_share == pytest.approx(0.5, abs=0.03)
    assert length_at(curve, 0.5) == pytest.approx(30 * np.log(2), rel=0.08)


def test_nothing_has_ended():
    curve = lengths(np.array([3.0, 4.0]), np.zeros(2, bool))
    assert np.isnan(length_at(curve, 0.5))
    assert longer_share(curve, np.array([3.0])).tolist() == [1.0]
