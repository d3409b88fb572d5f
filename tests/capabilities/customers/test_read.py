"""Features as a matrix: the same numbers as the tables', NaN where nothing is known."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import numpy as np
import pytest

from shopkeeper.capabilities.customers.read import NUMERIC, read_features
from shopkeeper.core.errors import UnknownName


@pytest.fixture
def known(shop):
    shop.append("order_lines", [
        {"line_id": f"{customer}{k}", "order_id": f"{customer}{k}", "at": f"2024-01-{1 + 10 * k:02d}T10:00:00Z",
         "customer_id": customer, "product_id": "p", "quantity": 1, "price": 10.0}
        for customer, n in (("b", 3), ("a", 1)) for k in range(n)
    ])  # fmt: skip
    shop.upsert("customers", [{"customer_id": "c"}])
    shop.run("customers.features")
    return shop


@pytest.mark.parametrize("table", ["customer_features", "customer_state"])
def test_rows_are_customers_in_order_and_columns_the_features_that_are_numbers(known, table):
    with closing(known.view()) as view:
        found = read_features(view, table)
    assert found.customer_id.tolist() == ["a", "b", "c"]
    assert found.names == NUMERIC
    assert found.matrix.shape == (3, len(NUMERIC))
    assert found.column("n_orders").tolist() == [1, 3, 0]
    np.testing.assert_array_equal(found.column("gap_mean_days"), [np.nan, 10, np.nan])
    np.testing.assert_array_equal(found.column("recency_days"), [20, 0, np.nan])


def test_a_back_test_sees_the_features_of_its_day_and_only_the_ones_it_asks_for(known):
    with closing(known.view()) as view, closing(view.before(datetime(2024, 1, 12, tzinfo=UTC))) as earlier:
        found = read_features(earlier, "customer_state", ("n_orders", "value"))
        assert read_features(earlier).matrix.shape[0] == 0  # results are empty there
    assert found.matrix.tolist() == [[1, 10], [2, 20], [0, 0]]


def test_only_features_that_are_numbers_can_be_asked_for(known):
    with closing(known.view()) as view, pytest.raises(UnknownName, match="category"):
        read_features(view, names=("category",))
