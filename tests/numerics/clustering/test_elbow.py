"""The elbow of a falling curve."""

import numpy as np

from shopkeeper.numerics.clustering.elbow import chord_distances


def test_by_hand():
    """10, 3, 2, 1: fallen by 7/9, 8/9, 1 of the way after 1/3, 2/3, 1 of the steps."""
    np.testing.assert_allclose(chord_distances(np.array([10.0, 3.0, 2.0, 1.0])), [0, 7 / 9 - 1 / 3, 8 / 9 - 2 / 3, 0])


def test_a_straight_line_has_no_elbow():
    np.testing.assert_allclose(chord_distances(np.arange(9.0, 0.0, -1.0)), np.zeros(9), atol=1e-12)


def test_too_short_or_not_falling():
    for curve in ([], [3.0], [3.0, 1.0], [1.0, 1.0, 1.0], [1.0, 2.0, 3.0]):
        assert not chord_distances(np.array(curve)).any()
