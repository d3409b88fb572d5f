"""RFM scores and segments."""

import json

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.rfm import rfm_result
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.errors import NotEnoughData

SETTINGS = CustomersSettings()


def ten(**more):
    return {
        "customer_id": [f"c{n}" for n in range(10)], "n_orders": [1, 1, 1, 1, 1, 1, 1, 2, 2, 9],
        "recency_days": [9.0, 8, 7, 6, 5, 4, 3, 2, 1, 0], "value": [5.0] * 5 + [7.0, 8, 9, 10, 11], **more,
    }  # fmt: skip


def test_by_hand(view_of):
    rows = rfm_result(view_of(ten()), SETTINGS).table.to_pylist()
    assert [row["recency_score"] for row in rows] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [row["frequency_score"] for row in rows] == [1] * 7 + [4, 4, 5], "70 % and 90 % have fewer orders"
    assert [row["monetary_score"] for row in rows] == [2] * 5 + [3, 4, 4, 5, 5], "the middle of the first five is at 25 %"
    assert rows[9] == {
        "customer_id": "c9", "recency_score": 5, "frequency_score": 5, "monetary_score": 5, "rfm": "555", "rfm_segment": "champions",
    }  # fmt: skip
    assert [row["rfm_segment"] for row in rows[:3]] == ["lost", "lost", "hibernating"]


def test_one_order_never_looks_like_many(view_of):
    """Nine tenths have one order: with the middle of ties they would be average."""
    found = rfm_result(view_of(ten(n_orders=[1] * 9 + [2])), SETTINGS)
    assert found.table["frequency_score"].to_pylist() == [1] * 9 + [5]


def test_customers_without_orders_have_no_scores(view_of):
    found = rfm_result(view_of(ten(n_orders=[0, 0, 1, 1, 1, 1, 1, 2, 2, 9])), SETTINGS)
    assert found.table["customer_id"].to_pylist() == [f"c{n}" for n in range(2, 10)]
    assert found.card["n_without_orders"] == 2


def test_the_card_adds_up(view_of, kinds):
    card = rfm_result(view_of(kinds), SETTINGS).card
    json.dumps(card)
    segments = card["segments"]
    assert sum(each["n_customers"] for each in segments) == 900
    assert sum(each["value_share"] for each in segments) == pytest.approx(1.0)
    assert all(each["advice"] for each in segments)


def test_the_order_of_rows_does_not_matter(view_of, kinds, shuffled):
    one, other = (rfm_result(view_of(each), SETTINGS) for each in (kinds, shuffled(kinds)))
    assert one.table.equals(other.table)
    assert one.card == other.card


def test_borders_score_the_same_customers_again(view_of, kinds):
    found = rfm_result(view_of(kinds), SETTINGS)
    borders = found.learned["monetary_borders"]
    score = np.searchsorted(borders, kinds["value"], side="right")
    np.testing.assert_array_equal(score, found.table["monetary_score"].to_numpy())


def test_nobody_has_ordered(view_of):
    with pytest.raises(NotEnoughData) as refused:
        rfm_result(view_of(ten(n_orders=[0] * 10)), SETTINGS)
    assert "10 customers" in refused.value.got


def test_nothing_is_worth_anything(view_of):
    found = rfm_result(view_of(ten(value=[0.0] * 10)), SETTINGS)
    assert set(found.table["monetary_score"].to_pylist()) == {3}
    assert "value" not in found.headline
