from datetime import datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.tasks.ratings import RATING_METHODS, ratings
from shopkeeper.core.errors import NotEnoughData

SETTINGS = RecommendSettings(rating_folds=3)


def reviews(taste, n=900, seed=0):
    random = np.random.default_rng(seed)
    rows = []
    for number, pair in enumerate(random.choice(60 * 30, n, replace=False)):
        customer, product = divmod(int(pair), 30)
        side = taste if customer % 2 == product % 2 else -taste
        rating = float(np.clip(np.round(3.0 + side + random.normal(0, 0.5)), 1, 5))
        rows.append({
            "review_id": f"r{number:04}", "at": datetime(2024, 1, 1) + timedelta(hours=number), "customer_id": f"c{customer}",
            "product_id": f"p{product}", "rating": rating,
        })  # fmt: skip
    return rows


def test_a_method_that_knows_taste_is_chosen(view_of):
    result = ratings(view_of({"reviews": reviews(0.9)}), SETTINGS)
    assert tuple(result.table.column_names) == RATING_METHODS.names
    by_name = {row["method"]: row for row in result.table.to_pylist()}
    best = next(row for row in by_name.values() if row["is_chosen"])
    assert best["rmse"] == min(row["rmse"] for row in by_name.values())
    assert best["rmse"] < 0.8 * by_name["product_mean"]["rmse"]
    assert best["rmse_low"] < best["rmse"] < best["rmse_high"]
    assert result.scores[0].verdict == "better"
    assert result.card["method"] == best["method"]
    assert "customer_bytes" in result.learned


def test_where_nothing_is_to_be_known_the_mean_is_kept(view_of):
    result = ratings(view_of({"reviews": reviews(0.0)}), SETTINGS)
    assert result.card["method"] == "product_mean"
    assert "nothing says more" in result.headline
    assert result.scores[0].verdict == "no evidence"


def test_many_ratings_are_judged_on_a_sample_of_customers(view_of):
    result = ratings(view_of({"reviews": reviews(0.9)}), RecommendSettings(rating_folds=2, ratings_judged=200))
    assert 200 <= result.card["n_judged"] < 260
    assert result.card["n_ratings"] == 900


def test_too_few_ratings_are_refused_by_name(view_of):
    with pytest.raises(NotEnoughData) as caught:
        ratings(view_of({"reviews": reviews(0.9, n=99)}), SETTINGS)
    assert "too few ratings" in caught.value.what
    assert "99 ratings" in caught.value.got
    assert "at least 100" in caught.value.wanted
    assert "import reviews" in caught.value.next
