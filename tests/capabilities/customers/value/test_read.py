"""Which day it is, and that guests are nobody."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from shopkeeper.capabilities.customers.value.read import read_orders, today
from shopkeeper.core.errors import NotEnoughData


@pytest.fixture
def late(shop):
    """Half past eleven at night in Greenwich, in summer: London is already a day further."""
    at = datetime(2024, 6, 30, 23, 30, tzinfo=UTC)
    line = {"at": at, "product_id": "p", "quantity": 1, "price": 5.0}
    shop.append("order_lines", [{**line, "line_id": "1", "order_id": "1", "customer_id": "a"}])
    shop.append("order_lines", [{**line, "line_id": "2", "order_id": "2", "customer_id": None}])
    return shop


def test_the_day_is_the_shops_own(late):
    with closing(late.view()) as view:
        assert today(view) == (datetime(2024, 7, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
        assert read_orders(view).day.tolist() == [today(view)]


def test_guests_are_left_out(late):
    with closing(late.view()) as view:
        assert read_orders(view).customers.to_pylist() == ["a"]


def test_a_shop_without_orders_is_refused(shop):
    with closing(shop.view()) as view, pytest.raises(NotEnoughData, match=r"customers\.value"):
        read_orders(view)
