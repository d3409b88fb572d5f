"""The task's result: a table, scores beside what was earned, and a refusal that says what to do."""

from datetime import datetime, timedelta

import pytest
from decided import decided

from shopkeeper.capabilities.recommend.exploring.comparing import compare
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import NotEnoughData

START = datetime(2026, 1, 1)
PRODUCTS = [f"p{number:02}" for number in range(48)]


@pytest.fixture(scope="module")
def result(view_of):
    tables = decided(PRODUCTS, ["c1", "c2"], START, 60, n=1_200)
    return compare(view_of(tables), RecommendSettings())


def test_every_policy_by_every_estimator(result):
    rows = result.table.to_pylist()
    assert len(rows) == 1 + 4 * 4
    assert [row["policy"] for row in rows[:2]] == ["as logged", "no exploring"]
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)
    assert {row["n_decisions"] for row in rows} == {600}
    assert {row["reward"] for row in rows} == {"click"}
    assert [score.baseline_name for score in result.scores] == ["as logged"] * 4


def test_what_learns_is_found_better(result):
    """Every seventh product is five times as good as the others, and the order knows nothing of it."""
    by_name = {score.name: score for score in result.scores}
    assert by_name["clicks a list, thompson (DR)"].verdict == "better"
    assert by_name["clicks a list, no exploring (DR)"].verdict == "no evidence"
    assert "would have earned" in result.headline
    assert len(result.headline) < 300


def test_too_little_exploring_is_refused(view_of):
    for n, share in ((60, 0.3), (300, 0.0)):
        tables = decided(PRODUCTS, [], START, 60, n=n, share=share)
        with pytest.raises(NotEnoughData) as refused:
            compare(view_of(tables), RecommendSettings())
        assert refused.value.got.startswith(f"{n if share else 0} decisions")
        assert "explore_share" in refused.value.next


def test_no_outcomes_are_refused(view_of):
    tables = decided(PRODUCTS, [], START, 60, n=300)
    with pytest.raises(NotEnoughData, match="0 of them with a click"):
        compare(view_of({**tables, "outcomes": []}), RecommendSettings())


def test_another_reward(view_of):
    tables = decided(PRODUCTS, [], START, 60, n=300)
    bought = tables["outcomes"].to_pylist()
    for row in bought:
        row |= {"outcome": "purchase", "value": 10.0, "at": row["at"] + timedelta(hours=1)}
    clicks = compare(view_of(tables), RecommendSettings()).table["value"].to_pylist()
    sales = compare(view_of({**tables, "outcomes": bought}), RecommendSettings(explore_reward="value"))
    assert sales.table["value"].to_pylist() == pytest.approx([10 * value for value in clicks], rel=0.02)
    assert sales.scores[0].name == "of sales a list, no exploring (DR)"
