import itertools
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.tasks import RECOMMENDATIONS, learn
from shopkeeper.core.errors import Cancelled, NotEnoughData
from shopkeeper.core.progress import Watched

QUICK = RecommendSettings(tuning_trials=6)


def same(one, other):
    assert one.table.equals(other.table)
    assert one.scores == other.scores
    assert one.card == other.card
    assert set(one.learned) == set(other.learned)
    for name, array in one.learned.items():
        assert np.array_equal(array, other.learned[name], equal_nan=array.dtype.kind == "f"), name


def test_customers_with_tastes_are_served_better_than_by_popularity(learned):
    first = learned.scores[0]
    assert first.decides
    assert first.name == "NDCG@10 of products new to the customer"
    assert first.baseline_name.startswith("popularity")
    assert first.verdict == "better"
    assert first.value > 2 * first.baseline
    assert first.interval.low < first.value < first.interval.high
    assert "better" in learned.headline


def test_where_there_is_nothing_to_find_nothing_is_found(noise, view_of):
    assert [score.verdict for score in learn(view_of(noise), RecommendSettings()).scores[:3]] == ["no evidence"] * 3


def test_the_table_lists_new_products_of_the_own_taste_with_reasons(learned, tastes):
    bought = {}
    for row in tastes["interactions"]:
        bought.setdefault(row["customer_id"], set()).add(row["product_id"])
    rows = learned.table.to_pylist()
    assert tuple(learned.table.column_names) == RECOMMENDATIONS.names
    assert {row["customer_id"] for row in rows} == set(bought)
    own_taste = 0
    for row in rows:
        mine = bought[row["customer_id"]]
        assert row["product_id"] not in mine
        reasons, shares = json.loads(row["reason_product_ids"]), json.loads(row["reason_shares"])
        assert set(reasons) <= mine
        assert len(reasons) == len(shares) <= 3
        assert sum(shares) <= 1.0
        assert (row["rung"] == "customer") == bool(reasons)
        if row["rank"] == 1:
            own_taste += int(row["product_id"][1:]) % 6 == int(row["customer_id"][1:]) % 6
    assert own_taste > 0.8 * len(bought)


def test_the_same_again(tastes, view_of):
    same(learn(view_of(tastes, seed=3), QUICK), learn(view_of(tastes, seed=3), QUICK))


def test_the_order_of_rows_does_not_matter(tastes, view_of):
    random = np.random.default_rng(0)
    mixed = {name: [rows[place] for place in random.permutation(len(rows))] for name, rows in tastes.items()}
    same(learn(view_of(tastes), QUICK), learn(view_of(mixed), QUICK))


def test_a_sample_of_customers_is_tuned_on_when_there_are_many(tastes, view_of):
    sampled = learn(view_of(tastes), RecommendSettings(tuning_trials=6, tuning_interactions=1000))
    assert sampled.card["tuning"]["on_a_sample"]
    assert 0 < sampled.card["tuning"]["n_cases"] < learn(view_of(tastes), QUICK).card["tuning"]["n_cases"]
    assert sampled.card["n_customers"] == 300


def test_the_parameters_in_service_are_learned_again_on_the_same_cut(tastes, view_of, learned):
    again = learn(view_of(tastes, in_service=learned.card), RecommendSettings())
    first = again.scores[0]
    assert first.in_service == pytest.approx(first.value)
    assert first.difference_in_service.low == first.difference_in_service.high == 0.0
    assert not first.is_worse_than_in_service
    worse = {**learned.card, "parameters": {**learned.card["parameters"], "target_exponent": 1.5, "trend_exponent": 1.0}}
    assert learn(view_of(tastes, in_service=worse), QUICK).scores[0].in_service < first.value


def test_nothing_after_the_cut_is_known(tastes, view_of):
    early = [row for row in tastes["interactions"] if row["at"] <= datetime(2024, 5, 1)]
    cut = view_of(tastes, as_of=datetime(2024, 5, 1, tzinfo=UTC))
    same(learn(cut, QUICK), learn(view_of({**tastes, "interactions": early}, as_of=datetime(2024, 5, 1, tzinfo=UTC)), QUICK))


def test_too_little_is_refused_by_name(tastes, view_of):
    few = [row for row in tastes["interactions"] if row["customer_id"] < "c019"]
    with pytest.raises(NotEnoughData) as caught:
        learn(view_of({"interactions": few}), QUICK)
    assert "19 customers with two or more products" in caught.value.got
    assert "at least 20" in caught.value.wanted
    assert "import" in caught.value.next


@pytest.mark.parametrize("n_rows", [0, 1])
def test_nothing_and_one_row_are_refused(tastes, view_of, n_rows):
    with pytest.raises(NotEnoughData):
        learn(view_of({"interactions": tastes["interactions"][:n_rows]}), QUICK)


def test_all_at_one_moment_is_learned_but_not_scored(tastes, view_of):
    rows = [{**row, "at": datetime(2024, 1, 1)} for row in tastes["interactions"]]
    result = learn(view_of({"interactions": rows}), QUICK)
    assert result.scores == ()
    assert result.card["periods"] is None
    assert "too little history" in result.headline
    assert len(result.table) > 0


def test_a_shop_of_views_only_is_scored_on_views(tastes, view_of):
    rows = [{**row, "event": "view_item"} for row in tastes["interactions"]]
    assert learn(view_of({"interactions": rows}), QUICK).scores[0].verdict == "better"


def test_guests_speak_through_the_graph_but_get_no_list(tastes, view_of):
    rows = list(tastes["interactions"])
    guest = {"customer_id": None, "event": "purchase", "at": datetime(2024, 3, 1)}
    rows += [{**guest, "actor_id": f"order:{n}", "product_id": product} for n in range(50) for product in ("p00", "rare")]
    result = learn(view_of({**tastes, "interactions": rows}), QUICK)
    assert result.card["n_actors"] == 350
    assert result.card["n_customers"] == 300
    assert not any(row.startswith("order:") for row in result.table["customer_id"].to_pylist())
    assert "rare" in result.table["product_id"].to_pylist()


def test_the_newest_customers_are_listed_when_not_all_are(tastes, view_of):
    result = learn(view_of(tastes), RecommendSettings(tuning_trials=0, listed_customers=20, listed=4))
    newest = {}
    for row in tastes["interactions"]:
        newest[row["customer_id"]] = max(row["at"], newest.get(row["customer_id"], row["at"]))
    wanted = sorted(newest, key=lambda customer: newest[customer])[-20:]
    assert set(result.table["customer_id"].to_pylist()) == set(wanted)
    assert len(result.table) == 80


def test_strange_numbers_survive(tastes, view_of):
    names = {"p00": 'quo"te', "p01": "emoji 🛒", "p02": "back\\slash", "p06": "ü"}
    rows = [{**row, "product_id": names.get(row["product_id"], row["product_id"])} for row in tastes["interactions"]]
    result = learn(view_of({"interactions": rows}), QUICK)
    reasons = {name for text in result.table["reason_product_ids"].to_pylist() for name in json.loads(text)}
    assert set(names.values()) <= reasons


def test_work_can_be_stopped_and_says_where_it_is(tastes, view_of):
    told = []
    learn(view_of(tastes, progress=Watched(lambda share, doing: told.append((share, doing)))), QUICK)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert {"reading interactions", "choosing parameters", "learning the item graph"} <= {doing for _, doing in told}
    for stop_at in (0, 3, len(told) - 1):
        steps = itertools.count()
        watched = Watched(lambda share, doing: None, lambda steps=steps, stop_at=stop_at: next(steps) >= stop_at)
        with pytest.raises(Cancelled):
            learn(view_of(tastes, progress=watched), QUICK)


def test_periods_are_told_in_the_card(learned):
    periods = learned.card["periods"]
    assert periods["validation_at"] < periods["test_at"] < periods["end_at"]
    length = datetime.fromisoformat(periods["end_at"]) - datetime.fromisoformat(periods["test_at"])
    assert timedelta(days=5) < length < timedelta(days=40)
