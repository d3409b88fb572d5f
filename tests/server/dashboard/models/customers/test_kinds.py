"""How values are written follows from the dictionary of features."""

from __future__ import annotations

from typing import get_args

import pytest

from shopkeeper.core.schema.features import FEATURES
from shopkeeper.server.dashboard.models.customers.kinds import Kind, kind_of


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("value_12m", 3.0, "money"), ("order_value_mean", 3.0, "money"), ("returned", 3.0, "money"),
        ("return_share", 1.2, "share"), ("discount_share", 0.2, "share"), ("regularity", 0.5, "share"), ("conversion", 0.1, "share"),
        ("recency_days", 3.0, "days"), ("gap_mean_days", 3.0, "days"), ("days_since_visit", 3.0, "days"),
        ("n_orders", 3, "number"), ("rating_mean", 4.5, "number"), ("overdue", 2.0, "number"), ("basket_size_mean", 2.0, "number"),
        ("hour", 14, "hour"), ("weekday", 3, "weekday"), ("seconds_a_step", 3.0, "seconds"), ("is_known", 1, "yes"),
        ("device=mobile", 1.0, "yes"), ("last_order_at", "2026-01-01", "moment"), ("category", "Home", "text"),
        ("categories", {"Home": 1.0}, "shares"), ("search_words", ["lamp"], "list"), ("somebodys_own", 3, "number"),
        ("somebodys_own", "words", "text"), ("somebodys_share", 0.3, "share"),
    ],
)  # fmt: skip
def test_a_feature_is_written_by_what_it_is(name, value, kind):
    assert kind_of(name, value) == kind


def test_every_feature_has_a_way_of_being_written():
    assert {kind_of(column.name) for column in FEATURES} <= set(get_args(Kind))
    numbers = [column.name for column in FEATURES if column.type in ("number", "integer")]
    assert [name for name in numbers if kind_of(name) == "text"] == []
