"""What every test may use: a small world declared in one place, real shops in temporary folders, and the real data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from shopkeeper.core.registry import REGISTRY

REAL_DATA = Path(__file__).parents[2] / "shared" / "data"

# The same examples in every run: what was green here is green there. `HYPOTHESIS_PROFILE=searching` looks for new ones.
settings.register_profile("same", derandomize=True, database=None)
settings.register_profile("searching")
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; the test is skipped by name where it is absent."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"the real data is not here: {REAL_DATA}")
    return REAL_DATA


@pytest.fixture
def shop(tmp_path: Path):
    """A new, empty shop, closed after the test."""
    from shopkeeper.shop import Shop

    with Shop.create(tmp_path / "shop", name="Test shop", currency="GBP", time_zone="Europe/London") as opened:
        yield opened


@pytest.fixture
def declared() -> Iterator[list[str]]:
    """Names of tasks and answers that a test declares: they are forgotten after it."""
    REGISTRY.discover()
    names: list[str] = []
    yield names
    for name in names:
        REGISTRY.remove(name)
