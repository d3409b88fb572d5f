from datetime import datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.customers.tasks.journeys import LIFE_CYCLE_STAGES
from shopkeeper.numerics.rhythm.stages import STAGES


def by_customer(result):
    return {row["customer_id"]: row for row in result.table.to_pylist()}


def test_the_task_and_the_formulas_have_the_same_words():
    assert LIFE_CYCLE_STAGES == STAGES


def test_a_weekly_customer_is_at_risk_after_weeks_and_a_yearly_one_is_not(ordered, call):
    end = datetime(2024, 12, 31, 12)
    rows = []
    random = np.random.default_rng(4)
    for number in range(40):
        usual = 7 if number < 20 else 360
        at, own = end - timedelta(days=int(random.integers(1, usual))), []
        for _ in range(6):
            own.append((f"c{number:02d}", at, 10.0))
            at -= timedelta(days=int(usual * random.uniform(0.8, 1.2)))
        rows += own
    rows += [("weekly", end - timedelta(days=35 + 7 * n), 10.0) for n in range(12)]
    rows += [("yearly", end - timedelta(days=200 + 365 * n), 10.0) for n in range(5)]
    found = by_customer(call(ordered(rows), "customers.life_cycle"))
    assert found["weekly"]["stage"] in ("at_risk", "lapsed")
    assert found["yearly"]["stage"] == "loyal"
    assert found["weekly"]["usual_gap_days"] < 12
    assert found["yearly"]["usual_gap_days"] > 200
    assert found["weekly"]["still_due_share"] < found["yearly"]["still_due_share"]
    assert found["weekly"]["due_at"] < end < found["yearly"]["due_at"]


def test_everybody_who_ordered_is_told_and_dates_fit_the_stage(world, call):
    result = call(world, "customers.life_cycle")
    now = world.view().as_of.replace(tzinfo=None)
    assert result.table.num_rows == 61
    assert by_customer(result)["late"]["stage"] == "new"
    assert {row["stage"] for row in result.table.to_pylist()} >= {"new", "loyal", "lapsed"}
    for row in result.table.to_pylist():
        silence = (now - row["last_order_at"]) / timedelta(days=1)
        assert row["since_at"] <= now
        assert row["at_risk_after_days"] <= row["lapsed_after_days"]
        assert (row["stage"] == "lapsed") == (silence > row["lapsed_after_days"])
        assert (row["stage"] == "at_risk") == (row["lapsed_after_days"] >= silence > row["at_risk_after_days"])
        assert (row["n_order_days"] == 1) or row["stage"] != "new"
        assert 0 <= row["still_due_share"] <= 1


def test_what_was_learned_can_be_drawn(world, call):
    result = call(world, "customers.life_cycle")
    assert (np.diff(result.learned["second_order_days"]) >= 0).all()
    assert (np.diff(result.learned["second_order_share"]) >= 0).all()
    assert sum(result.card["stages"].values()) == 61


def test_a_wider_quantile_means_fewer_at_risk(world, call):
    def silent(**settings):
        stages = call(world, "customers.life_cycle", **settings).card["stages"]
        return stages["at_risk"] + stages["lapsed"]

    assert silent(at_risk_quantile=0.99, second_at_risk_quantile=0.99) < silent(at_risk_quantile=0.5, second_at_risk_quantile=0.1)


def test_one_order_is_a_new_customer(ordered, call):
    result = call(ordered([("c", "2024-05-05T10:00:00Z", 3.0)]), "customers.life_cycle")
    row = result.table.to_pylist()[0]
    assert (row["stage"], row["since_at"]) == ("new", datetime(2024, 5, 5, 10))
    assert result.scores == ()


@pytest.mark.slow
@pytest.mark.realdata
def test_the_sample_shop_is_told_better_than_with_fixed_days(shop, call, real_data):
    shop.import_file(real_data / "online_retail" / "online_retail.parquet", preset="online_retail")
    result = call(shop, "customers.life_cycle")
    auc, loss = result.scores
    assert auc.verdict == "better"
    assert loss.verdict == "better"
    share = {row["stage"]: row["ordered_share"] for row in result.card["returns_by_stage"]}
    assert share["loyal"] > share["active"] > share["at_risk"] > share["lapsed"]
    assert share["new"] > share["lapsed"]
    assert result.table.num_rows == 4_334
