import json

import numpy as np
import pytest

from shopkeeper.core.errors import NotEnoughData


@pytest.fixture(scope="module")
def learned(made, opened):
    shop = opened(made())
    return shop, shop.run("customers.conversion")


def test_it_beats_the_rule_on_the_cart_where_there_is_more_to_see(learned):
    _, run = learned
    by_auc, by_brier = run.run.scores
    assert by_auc.verdict == "better"
    assert by_auc.baseline_name == "rule on products in the cart"
    assert by_auc.value > 0.7  # on 240 visits, give or take 0.06
    assert by_brier.value < by_brier.baseline


def test_the_newest_visits_have_their_chance_with_reasons(learned):
    shop, _ = learned
    rows = shop.table("session_conversion").to_pylist()
    assert 300 < len(rows) < 400  # two an hour for seven days
    by_email = [row for row in rows if "channel=email" in row["reasons"]]
    assert len(by_email) > 20
    bought = np.array([row["has_bought"] for row in rows])
    told = np.array([row["p_buys"] for row in rows])
    assert told[bought].mean() > told[~bought].mean() + 0.1
    assert told.mean() == pytest.approx(bought.mean(), abs=0.08)
    assert all(len(json.loads(row["reasons"])) <= 3 for row in rows)
    assert rows[-1]["is_open"]
    assert not rows[0]["is_open"]


def test_where_visits_are_alike_the_rule_stays(made, opened):
    run = opened(made(1_500, strength=0.0, seed=4)).run("customers.conversion")
    assert run.run.scores[0].verdict == "no evidence"
    assert set(run.table["method"].to_pylist()) == {"cart_rule"}


def test_too_few_visits_are_refused_by_name(made, opened):
    with pytest.raises(NotEnoughData) as caught:
        opened(made(100)).run("customers.conversion")
    assert "too few visits" in caught.value.what
    with pytest.raises(NotEnoughData):
        opened([{**event, "session_id": None} for event in made(100)]).run("customers.conversion")
