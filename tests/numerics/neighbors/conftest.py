"""MovieLens-100K for those who want to compare with what is published."""

import gzip
from pathlib import Path

import numpy as np
import pytest

FILE = Path(__file__).parents[4] / "shared" / "data" / "movielens_100k" / "ml-100k.inter.gz"


@pytest.fixture
def ratings_100k():
    if not FILE.exists():
        pytest.skip(f"needs {FILE}")
    with gzip.open(FILE, "rt") as file:
        rows = np.array([line.split("\t")[:3] for line in file][1:], np.float64)
    customer, product = (np.unique(rows[:, column], return_inverse=True)[1] for column in (0, 1))
    return customer, product, rows[:, 2]
