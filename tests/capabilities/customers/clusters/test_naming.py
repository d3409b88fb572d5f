"""Names of clusters."""

from types import SimpleNamespace

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.naming import kept_names, names_of
from shopkeeper.capabilities.customers.clusters.vocabulary import VOCABULARY

BY_NAME = {feature.name: feature for feature in VOCABULARY}
USED = tuple(
    BY_NAME[name] for name in ("n_orders", "value", "order_value_mean", "recency_days", "discount_share", "return_share")
)
PLENTY = np.full(6, 3.0)


def name(*rows, natural=None):
    centers = np.array(rows, float)
    return names_of(centers, USED, np.tile(PLENTY, (len(rows), 1)) if natural is None else np.array(natural))


def test_the_largest_differences_in_words():
    assert name([1.5, 1.0, 0.2, -0.8, 0.3, 0.0], [-0.9, -0.5, 0, 1.2, 0.7, 0]) == [
        "many orders, high value, bought lately", "long ago, few orders, bargains",
    ]  # fmt: skip


def test_of_one_theme_only_the_more_telling_difference():
    assert name([0, 1.0, 1.1, 0, 0, 0], [0, -1.0, -0.5, 0, 0, 0])[0] == "high value"


def test_one_order_is_said_where_it_is_so():
    one = [*PLENTY]
    one[0] = np.log1p(1.1)
    assert name([-0.9, 0, 0, 0, 0, 0], [0.9, 0, 0, 0, 0, 0], natural=[one, PLENTY]) == ["one order", "many orders"]


def test_few_returns_are_nothing_special():
    assert name([0, 0, 0, 0, 0, -0.9], [0, 0, 0, 0, 0, 3.0]) == ["average customers", "many returns"]


def test_names_are_unlike():
    found = name([1.0, 0.6, 0, 0.2, 0, 0], [1.1, 0.7, 0, -0.3, 0, 0], [-1, -1, 0, 0, 0, 0])
    assert found == ["many orders, high value, long ago", "many orders, high value, bought lately", "few orders, low value"]
    assert name([1.0, 0, 0, 0, 0, 0], [1.1, 0, 0, 0, 0, 0]) == ["many orders", "many orders (2)"]


def test_one_cluster():
    assert name([0, 0, 0, 0, 0, 0]) == ["all customers"]


MATERIAL = SimpleNamespace(used=USED[:2], scaled=lambda natural: natural)


def card(*clusters):
    return {"clusters": [{"cluster_name": name, "center": {"n_orders": a, "value": b}} for name, a, b in clusters]}


BEFORE = card(("many orders, high value", 2.0, 2.0), ("few orders", -2.0, -2.0))


def kept(*centers, before=BEFORE, names=("x", "y", "z")):
    return kept_names(list(names[: len(centers)]), np.array(centers, float), MATERIAL, before)


def test_a_cluster_that_barely_moved_keeps_its_name():
    assert kept([1.8, 2.1], [-2.0, -2.2]) == {0: "many orders, high value", 1: "few orders"}
    assert kept([-2.0, -2.2], [1.8, 2.1]) == {0: "few orders", 1: "many orders, high value"}


def test_one_that_moved_does_not():
    assert kept([0.0, 2.1], [-2.0, -2.2]) == {1: "few orders"}


def test_a_name_is_kept_by_one_only():
    assert kept([2.0, 2.1], [2.1, 2.0], [-2.0, -2.0]) == {2: "few orders"}
    assert kept([2.0, 2.0], [-2.0, 2.0], names=("x", "many orders, high value")) == {}


@pytest.mark.parametrize("before", [None, {}, card(), card(("a", 2.0, 2.0)), {"clusters": [{"cluster_name": "few orders"}] * 2}])
def test_nothing_to_keep(before):
    assert kept([2.0, 2.0], [-2.0, -2.0], before=before) == {}


def test_words_no_longer_in_use_are_not_kept():
    assert kept([2.0, 2.0], [-2.0, -2.0], before=card(("big spenders", 2, 2), ("few orders (2)", -2, -2))) == {
        1: "few orders (2)"
    }
