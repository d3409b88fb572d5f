"""Values of features as a reader expects them."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.desk import Desk
from shopkeeper.server.dashboard.format import Format
from shopkeeper.server.dashboard.models.customers.profile import Reason
from shopkeeper.server.dashboard.pages.customers.writing import moment, named, telling, written
from shopkeeper.server.dashboard.words import Words


@pytest.fixture
def desk():
    """What is needed of a visit to write: its language and the shop's money."""
    return lambda language="en": Desk(None, None, None, Words(language), Format(language, "GBP"), "system")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("value_12m", 1234.5, "£1,234"), ("value_12m", 3.5, "£3.50"), ("discount_share", 0.254, "25%"), ("recency_days", 371.9, "372"),
        ("recency_days", 2.9, "2.9"), ("recency_days", 3.0, "3"), ("overdue", 0.4567, "0.46"), ("basket_size_mean", 21.62, "21.6"),
        ("n_orders", 4, "4"), ("n_products", 256.3, "256"), ("hour", 9, "09:00"), ("weekday", 3, "Wednesday"), ("is_known", 0, "no"),
        ("device=mobile", 1, "yes"), ("seconds", 90, "1 min 30 s"), ("last_order_at", "2026-03-12T10:00:00+00:00", "12 Mar 2026"),
        ("categories", {"Home": 0.6, "Garden": 0.4}, "Home 60%, Garden 40%"), ("search_words", ["lamp", "cup"], "lamp, cup"),
        ("category", "Home > lamp", "Home > lamp"), ("n_orders", None, "–"), ("value", float("nan"), "–"),
    ],
)  # fmt: skip
def test_a_value_is_written_by_what_it_is(desk, name, value, told):
    assert written(desk(), name, value) == told


def test_weekdays_and_answers_are_words_in_chinese_too(desk):
    assert (written(desk("zh"), "weekday", 7), written(desk("zh"), "is_known", 1)) == ("星期日", "是")


def test_features_have_names_and_those_of_the_shops_own_words_say_which(desk):
    assert named(desk(), "recency_days") == "days since last order"
    assert named(desk(), "device=mobile") == "usual device: mobile"
    assert named(desk("zh"), "n_carts") == "加购次数"


def test_moments_come_as_text_or_as_they_are():
    at = moment("2026-03-12T10:00:00+00:00")
    assert moment(at) is at


def test_a_reason_whose_value_is_the_usual_one_as_written_is_none(desk):
    few, none = Reason("n_carts", 2, 0, 0.4), Reason("n_carts", 0, 0, -0.2)
    nearly = Reason("recency_days", 40.2, 40.4, 0.1)
    assert list(telling(desk(), (few, none, nearly))) == [(few, "2, usually 0")]
