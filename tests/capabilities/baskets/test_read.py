"""From order lines and events to baskets: one an order, guests' too, whatever the order of the rows."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.baskets.read import read_baskets, read_level, read_views

START = datetime(2025, 3, 1, tzinfo=UTC)
CATALOG = [
    {"product_id": "a", "title": "A", "brand": "X", "product_type": "Home > Kitchen"},
    {"product_id": "b", "title": "B", "brand": "Y", "product_type": "Home"},
    {"product_id": "c", "title": "C", "brand": "X", "product_type": "Garden > Tools > Spades"},
    {"product_id": "d", "title": "D"},
]


def line(number, order, product, hours, quantity=1.0, customer=None):
    return {
        "line_id": f"l{number}", "order_id": order, "product_id": product, "at": START + timedelta(hours=hours),
        "quantity": quantity, "price": 1.0, "customer_id": customer,
    }  # fmt: skip


LINES = [
    line(1, "o2", "b", 0, customer="k"), line(2, "o2", "a", 0, customer="k"), line(3, "o2", "a", 1, customer="k"),
    line(4, "o1", "c", 0), line(5, "o3", "a", -5), line(6, "o3", "d", -4), line(7, "o4", "a", 9, quantity=-1.0),
]  # fmt: skip


def rows(baskets):
    return [baskets.item[low:high].tolist() for low, high in zip(baskets.starts, baskets.starts[1:], strict=False)]


@pytest.fixture(scope="module")
def some_shop(make_small):
    return make_small(LINES, CATALOG)


def test_a_basket_is_an_order_in_order_of_time_then_number(some_shop):
    shop = read_baskets(some_shop.view())
    assert shop.products.to_pylist() == ["a", "b", "c", "d"]
    assert rows(shop.baskets) == [[0, 3], [2], [0, 1]], "the return is no basket, and what is in an order twice counts once"
    hours = (shop.at - int(START.timestamp() * 1_000_000)) // 3_600_000_000
    assert hours.tolist() == [-5, 0, 0]


def test_the_order_of_rows_does_not_matter(some_shop, make_small):
    one, other = read_baskets(some_shop.view()), read_baskets(make_small(LINES[::-1], CATALOG[::-1]).view())
    assert rows(one.baskets) == rows(other.baskets)
    assert np.array_equal(one.at, other.at)


def test_categories_come_with_all_above_them(some_shop):
    view = some_shop.view()
    level = read_level(view, read_baskets(view), "category")
    names = level.ids.to_pylist()
    assert names == ["Garden", "Garden > Tools", "Garden > Tools > Spades", "Home", "Home > Kitchen"]
    assert level.parent.tolist() == [-1, 0, 1, -1, 3]
    assert rows(level.baskets) == [[3, 4], [0, 1, 2], [3, 4]]
    assert rows(level.direct) == [[4], [2], [3, 4]]


def test_brands(some_shop):
    view = some_shop.view()
    level = read_level(view, read_baskets(view), "brand")
    assert (level.ids.to_pylist(), rows(level.baskets)) == (["X", "Y"], [[0], [0], [0, 1]])


def test_a_shop_without_brands_has_none(make_small):
    view = make_small(LINES, [{"product_id": "a", "title": "A"}]).view()
    level = read_level(view, read_baskets(view), "brand")
    assert (len(level.ids), rows(level.baskets)) == (0, [[], [], []])


def test_what_a_visit_looked_at(some_shop):
    some_shop.append("events", [
        {"event_id": str(number), "at": START, "event": event, "session_id": visit, "product_id": product}
        for number, (event, visit, product) in enumerate([
            ("view_item", "s2", "c"), ("view_item", "s2", "a"), ("select_item", "s1", "b"), ("add_to_cart", "s1", "a"),
            ("view_item", None, "a"), ("view_item", "s3", "unknown"),
        ])
    ])  # fmt: skip
    view = some_shop.view()
    assert rows(read_views(view, read_baskets(view).products)) == [[1], [0, 2], []]


def test_a_view_of_an_earlier_moment_knows_earlier_baskets_alone(some_shop):
    earlier = read_baskets(some_shop.view(as_of=START - timedelta(hours=2)))
    assert rows(earlier.baskets) == [[0, 1]]
    assert earlier.products.to_pylist() == ["a", "d"]


def test_what_was_cancelled_is_no_basket(make_small):
    shop = make_small(LINES, CATALOG)
    shop.append("order_status", [{"status_id": "1", "order_id": "o3", "at": START + timedelta(hours=2), "status": "cancelled"}])
    assert rows(read_baskets(shop.view(START + timedelta(hours=1))).baskets) == [[0, 3], [2], [0, 1]], "not cancelled yet"
    assert rows(read_baskets(shop.view()).baskets) == [[2], [0, 1]]
