import json
from contextlib import closing

import numpy as np
import pytest

from shopkeeper.capabilities.customers.churn.predict import predict, with_rhythm
from shopkeeper.capabilities.customers.churn.read import FEATURES

pytestmark = pytest.mark.slow


def test_who_sent_something_back_is_lost_and_is_told_why(leaving):
    rows = leaving.table("customer_churn").to_pylist()
    gone = {row["customer_id"] for row in leaving.table("order_lines").to_pylist() if row["quantity"] < 0}
    left = [row for row in rows if row["customer_id"] in gone]
    stayed = [row for row in rows if row["customer_id"] not in gone]
    assert np.mean([row["p_lost"] for row in left]) > 0.85
    assert np.mean([row["p_lost"] for row in stayed]) < 0.5
    assert np.mean([row["is_at_risk"] for row in left]) > 0.9
    named = [{reason["feature"] for reason in json.loads(row["reasons"])} for row in left]
    assert np.mean([bool(each & {"return_share", "n_returns", "value", "value_12m", "value_90d"}) for each in named]) > 0.9
    assert {row["method"] for row in rows} == {rows[0]["method"]} != {"bg_nbd"}


def test_it_is_the_same_with_and_without_the_comparison_kept(leaving):
    """What another task kept as JSON tells everybody exactly what comparing now does."""
    settings = leaving.settings("customers", {"buys_within_days": 40}).values
    with closing(leaving.view()) as view, closing(view.before(view.as_of)) as bare:
        kept, alone = predict(view, settings), predict(bare, settings)
    assert kept.table.equals(alone.table)
    assert kept.scores == alone.scores


def test_where_nobody_is_different_bg_nbd_speaks_of_the_quiet(nothing):
    rows = nothing.table("customer_churn").to_pylist()
    assert {row["method"] for row in rows} == {"bg_nbd"}
    assert np.mean([row["p_buys"] for row in rows]) == pytest.approx(1 - np.exp(-30 / 40), abs=0.12)
    spoken = [reason for row in rows for reason in json.loads(row["reasons"])]
    assert {reason["feature"] for reason in spoken} <= {"recency_days", "n_orders", "tenure_days"}
    assert all(abs(reason["effect"]) < 1.5 for reason in spoken)


def test_what_bg_nbd_adds_is_told_by_what_it_sees_and_the_sum_stays():
    random = np.random.default_rng(1)
    contributions, parts = random.normal(size=(30, len(FEATURES) + 1)), random.normal(size=(30, 3))
    told = with_rhythm(contributions, parts)
    assert told.shape == (30, len(FEATURES))
    assert told.sum(axis=1) == pytest.approx(contributions.sum(axis=1))
    assert with_rhythm(np.zeros((1, len(FEATURES) + 1)), np.zeros((1, 3))).sum() == 0.0
