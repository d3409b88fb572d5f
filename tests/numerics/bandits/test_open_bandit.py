"""Open Bandit men: what the Thompson policy really earned lies in the intervals that the random log gives, and the reverse."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

RUN = Path(__file__).parents[3] / "benchmarks" / "bandits" / "run.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("benchmark_bandits", RUN)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.realdata
def test_the_truth_is_foretold(bench, real_data):
    result = bench.run(real_data / "open_bandit_men")
    assert (result["rows"]["random"], result["clicks"]["random"], result["clicks"]["thompson"]) == (10_000, 46, 69)
    for each in result["estimates"]:
        if each["estimator"] in ("SNIPS", "DR"):
            assert each["truth_within"], each
        assert abs(each["difference"]) < 2 * each["difference_reach"], each


@pytest.mark.realdata
def test_the_harmonic_mean_agrees_with_the_frequencies(bench, real_data):
    log = bench.read(real_data / "open_bandit_men" / "bts" / "men.csv.gz")
    harmonic, frequent, plain = (bench.distribution(log, 34, mean) for mean in ("harmonic", "frequency", "arithmetic"))
    assert np.abs(harmonic - frequent).sum() < 0.7 * np.abs(plain - frequent).sum()
