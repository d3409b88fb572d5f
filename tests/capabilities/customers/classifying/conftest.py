"""Worlds in which it is known who says yes, and why."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.classifying.methods.method import Examples

NAMES = ("signal", "step", "other", "noise", "unknown")


@pytest.fixture(scope="session")
def world():
    """A function ``(n, seed, strength)`` -> examples: yes follows ``signal`` and a step in ``step``; the rest says nothing."""

    def make(n=1500, seed=0, strength=1.0):
        random = np.random.default_rng(seed)
        x = random.normal(size=(n, len(NAMES)))
        x[:, 2] = np.exp(2.0 * x[:, 2])
        score = strength * (1.5 * x[:, 0] + 2.0 * (x[:, 1] > 0.5)) - 1.0
        label = random.random(n) < 1.0 / (1.0 + np.exp(-score))
        x[random.random(n) < 0.3, 4] = np.nan
        return Examples(x, label, NAMES)

    return make
