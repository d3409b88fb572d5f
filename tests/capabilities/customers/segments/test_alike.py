"""Look-alikes find a planted group, and nothing where there is none."""

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.capabilities.customers.segments.alike import ALIKE_BY, is_log, judge, standardized_profiles

N = 600


def profiles(shift):
    random = np.random.default_rng(3)
    values = {name: random.lognormal(size=N) for name in ALIKE_BY}
    values["n_views"][:80] *= shift
    values["discount_share"] = random.random(N)
    values["discount_share"][:80] = np.where(shift == 1.0, values["discount_share"][:80], 0.9)
    return pa.table(values)


def test_a_planted_group_is_found():
    score, told = judge(standardized_profiles(profiles(8.0)), {"planted": np.arange(80, dtype=np.int32)}, seed=1)
    assert score.value > 0.6
    assert score.verdict == "better"
    assert told[0]["lift"] > 6


def test_a_group_like_all_others_is_not():
    score, _ = judge(standardized_profiles(profiles(1.0)), {"anybody": np.arange(80, dtype=np.int32)}, seed=1)
    assert score.verdict == "no evidence"


def test_small_groups_and_most_of_all_are_not_judged():
    found = standardized_profiles(profiles(1.0))
    assert judge(found, {"few": np.arange(5, dtype=np.int32), "most": np.arange(400, dtype=np.int32)}, seed=1) == (None, [])


def test_features_are_columns_of_profiles():
    assert set(ALIKE_BY) <= set(COLUMN)
    assert is_log("value")
    assert not is_log("return_share") or COLUMN["return_share"].high is None
