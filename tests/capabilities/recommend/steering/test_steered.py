"""What one answer asks."""

import numpy as np

from shopkeeper.capabilities.recommend.steering.steered import Asked

ONE = np.array([1], np.int32)


def test_nothing_bought_nothing_to_hide():
    assert not Asked(n=1, now=0, owned="hide").hides and not Asked(n=1, now=0, owned="learned").learns
    assert Asked(n=1, now=0, owned="hide", bought=ONE).hides and not Asked(n=1, now=0, owned="hide", bought=ONE).learns
    assert Asked(n=1, now=0, owned="learned", bought=ONE).learns
    assert not Asked(n=1, now=0, bought=ONE).hides
