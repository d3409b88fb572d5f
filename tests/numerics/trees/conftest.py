"""Trees need LightGBM, whose wheel needs the system's OpenMP library: skipped by name where that is missing."""

import pytest

from shopkeeper.capabilities.recommend.ranking.lambda_rank import why_not


@pytest.fixture(autouse=True, scope="session")
def needs_lightgbm():
    if why_not():
        pytest.skip(why_not())
