"""One simulated world for the tests that only look at it."""

import pytest

from shopkeeper.simulator import simulate


@pytest.fixture(scope="session")
def world():
    return simulate(seed=1)
