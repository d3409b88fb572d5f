"""The benchmark of value: customers are drawn as it says, and its numbers are those of the papers."""

import numpy as np
import pytest

from benchmarks.value import data, run


def test_drawn_customers_are_what_models_learn_from():
    drawn = data.drawn(3000)
    assert np.all(drawn["last"] <= drawn["age"])
    assert np.all((drawn["n_repeats"] > 0) == (drawn["last"] > 0))
    steps = run.ours(drawn, 30.0)
    r, alpha, a, b = steps["BG/NBD fit"]["parameters"]
    assert r / alpha == pytest.approx(data.TRUE["r"] / data.TRUE["alpha"], rel=0.25)
    assert a / (a + b) == pytest.approx(data.TRUE["a"] / (data.TRUE["a"] + data.TRUE["b"]), rel=0.25)
    assert steps["Gamma-Gamma fit"]["parameters"] == pytest.approx([6.0, 3.7, 15.0], rel=0.4)
    assert steps["seconds_in_all"]["BG/NBD"] > 0.0


@pytest.mark.realdata
def test_cdnow_is_as_published(real_data):
    steps = run.ours(data.cdnow(real_data / "cdnow_sample" / "CDNOW_sample.txt"), 39.0)
    for model, published in run.PUBLISHED.items():
        digits = 2 if model == "Gamma-Gamma" else 3
        assert np.round(steps[f"{model} fit"]["parameters"], digits).tolist() == published["parameters"]
