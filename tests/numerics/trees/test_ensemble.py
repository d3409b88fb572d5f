import numpy as np
import pytest

from shopkeeper.numerics.trees.ensemble import Trees, evaluate, no_trees, rounded_down
from shopkeeper.numerics.trees.lightgbm_dump import trees_of


def a_table(random, n):
    values = random.normal(size=(n, 12)).astype(np.float32)
    values[random.random(values.shape) < 0.2] = np.nan
    values[:, 3] = np.nan_to_num(values[:, 3])  # never unknown while learning: then an unknown value counts as 0
    values[:, 5] = np.round(np.nan_to_num(values[:, 5]))
    values[:, 7] = np.where(random.random(n) < 0.5, 0.0, values[:, 7])
    return values


@pytest.mark.parametrize("leaves", [2, 15, 31])
def test_the_same_as_lightgbm_with_unknown_values(leaves):
    lightgbm = pytest.importorskip("lightgbm")
    random = np.random.default_rng(0)
    known = a_table(random, 3000)
    wanted = np.nan_to_num(known[:, 0]) + 2 * known[:, 3] + (np.isnan(known[:, 1])) * known[:, 5] + random.normal(size=3000)
    parameters = {"objective": "regression", "num_leaves": leaves, "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    booster = lightgbm.train(parameters, lightgbm.Dataset(known, wanted), 30)
    trees = trees_of(booster.model_to_string())
    asked = a_table(random, 1001)
    asked[random.random(asked.shape) < 0.3] = np.nan  # also where learning never saw an unknown value
    assert len(trees) == 30
    assert np.abs(evaluate(trees, asked) - booster.predict(asked)).max() < 1e-6
    first = trees_of(booster.model_to_string(), 7)
    assert np.abs(evaluate(first, asked) - booster.predict(asked, num_iteration=7)).max() < 1e-6


def test_saved_and_back():
    trees = no_trees()
    assert evaluate(trees, np.ones((3, 2), np.float32)).tolist() == [0.0, 0.0, 0.0]
    back = Trees.from_arrays(trees.arrays("some_"), "some_")
    assert len(back) == 0
    assert all(name.startswith("some_") for name in trees.arrays("some_"))


def test_a_threshold_rounded_down_compares_the_same():
    random = np.random.default_rng(1)
    thresholds = np.concatenate((random.normal(size=500), [0.0, 1e-35, -1e-35, np.inf, -np.inf, 1e30]))
    near = thresholds.astype(np.float32)
    for x in (near, np.nextafter(near, np.float32(np.inf)), np.nextafter(near, np.float32(-np.inf))):
        assert ((x <= rounded_down(thresholds)) == (x.astype(np.float64) <= thresholds)).all()
