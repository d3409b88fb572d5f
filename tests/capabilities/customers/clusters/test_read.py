"""Which features are read."""

from datetime import timedelta

import pytest

from shopkeeper.capabilities.customers.clusters.read import read_buyers
from shopkeeper.capabilities.customers.read import source_of
from shopkeeper.core.errors import NotEnoughData


def kept(full_view, late_days, **more):
    """The same customer in the kept table, worth 5, and in the view, worth 7; the kept table is late."""
    as_of = full_view({}).as_of.replace(tzinfo=None)
    row = {"customer_id": ["a"], "n_orders": [1], "recency_days": [3.0]}
    then = as_of - timedelta(days=3 + late_days)
    return full_view({
        "customer_features": {**row, "last_order_at": [then], "value": [5.0]},
        "customer_state": {**row, "last_order_at": [then], "value": [7.0]},
    })  # fmt: skip


def test_the_kept_table_if_it_is_of_the_views_moment(full_view):
    assert source_of(kept(full_view, 0)) == "customer_features"
    assert read_buyers(kept(full_view, 0), ("value",)).column("value").tolist() == [5.0]


@pytest.mark.parametrize("late_days", [-1, 1, 400])
def test_else_it_is_worked_out(full_view, late_days):
    assert read_buyers(kept(full_view, late_days), ("value",)).column("value").tolist() == [7.0]


def test_by_number_and_with_gaps(view_of):
    buyers = read_buyers(
        view_of({"customer_id": ["b", "a", "c"], "n_orders": [1, 2, 0], "price_level": [0.5, None, 1.0]}),
        ("n_orders", "price_level"),
    )
    assert buyers.customer_id.to_pylist() == ["a", "b"]
    assert buyers.column("n_orders").tolist() == [2.0, 1.0]
    assert str(buyers.column("price_level").tolist()) == "[nan, 0.5]"
    assert buyers.n_without_orders == 1


def test_nobody(view_of):
    with pytest.raises(NotEnoughData):
        read_buyers(view_of({"customer_id": []}), ("value",))
