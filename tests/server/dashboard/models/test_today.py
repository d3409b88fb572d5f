"""Today's numbers against sums made here by hand."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from shopkeeper.server.dashboard.models import today

from ..conftest import NEWEST, order_lines  # noqa: TID252 - the rows that the fixture wrote

DAY = NEWEST.date()


def total(rows, first, last, value):
    return sum(value(row) for row in rows if first <= row["at"].date() <= last)


def worth(row):
    return row["quantity"] * row["price"] if row["quantity"] > 0 else 0.0


@pytest.fixture
def found(memory):
    return memory.get("today", lambda view: today.read(view, "UTC"))


def test_the_clock_is_the_newest_day_with_orders(found):
    assert found.newest_day == date(2026, 3, 12)


def test_revenue_of_the_week_and_of_the_week_before(found):
    rows = order_lines()
    revenue = found.week[0]
    assert revenue.name == "revenue"
    assert revenue.value == pytest.approx(total(rows, DAY - timedelta(6), DAY, worth))
    assert revenue.before == pytest.approx(total(rows, DAY - timedelta(13), DAY - timedelta(7), worth))
    assert revenue.change == pytest.approx(revenue.value / revenue.before - 1)


def test_a_customer_who_bought_on_two_days_counts_once(found):
    rows = [row for row in order_lines() if row["at"].date() > DAY - timedelta(7) and row["quantity"] > 0]
    assert found.week[2].value == len({row["customer_id"] for row in rows})
    assert found.week[2].value < sum(found.week[2].days[-7:])


def test_orders_and_returns(found):
    rows = [row for row in order_lines() if row["at"].date() > DAY - timedelta(7)]
    assert found.week[1].value == len({row["order_id"] for row in rows if row["quantity"] > 0})
    assert found.week[3].value == pytest.approx(-sum(row["quantity"] * row["price"] for row in rows if row["quantity"] < 0))
    assert not found.week[3].rising_is_good


def test_the_last_day_stands_beside_the_same_weekday(found):
    rows = order_lines()
    assert found.day[0].value == pytest.approx(total(rows, DAY, DAY, worth))
    assert found.day[0].before == pytest.approx(total(rows, DAY - timedelta(7), DAY - timedelta(7), worth))


def test_top_products_are_the_best_sold_of_the_week(found):
    sold = defaultdict(float)
    for row in order_lines():
        if row["at"].date() > DAY - timedelta(7):
            sold[row["product_id"]] += row["quantity"] * row["price"]  # what came back is taken off
    best = sorted(sold, key=lambda product: (-sold[product], product))[: today.N_TOP_PRODUCTS]
    assert [product.product_id for product in found.top_products] == best
    assert found.top_products[0].revenue == pytest.approx(sold[best[0]])


def test_revenue_after_returns(found):
    rows = [row for row in order_lines() if row["at"].date() > DAY - timedelta(7)]
    assert found.after_returns == pytest.approx(sum(row["quantity"] * row["price"] for row in rows))


def test_sparks_have_a_value_for_each_of_28_days(found):
    assert {len(measure.days) for measure in found.week} == {28}


def test_the_course_has_every_day_and_the_period_before(memory):
    course = today.course(memory.get("daily", today.daily), 30)
    assert course.dates == tuple(DAY - timedelta(days=back) for back in range(29, -1, -1))
    assert course.total == pytest.approx(total(order_lines(), DAY - timedelta(29), DAY, worth))
    assert course.average[-1] == pytest.approx(sum(course.revenue[-7:]) / 7)
    assert course.average_before[-1] == pytest.approx(today.course(memory.get("daily", today.daily), 60).average[29])


def test_the_course_of_a_year_starts_where_the_data_do(memory):
    course = today.course(memory.get("daily", today.daily), 365)
    assert course.dates[0] == min(row["at"].date() for row in order_lines())
    assert course.average[:6] == (None,) * 6
    assert set(course.average_before) == {None}


def test_an_empty_shop_has_no_clock(empty_memory):
    found = empty_memory.get("today", lambda view: today.read(view, "UTC"))
    assert found.newest_day is None
    assert today.course({}, 30).dates == ()


def test_days_begin_at_the_shops_midnight(shop, empty_memory):
    line = {"order_id": "o", "customer_id": "c", "product_id": "p", "quantity": 1.0, "price": 1.0}
    at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight in London's summer
    shop.append("order_lines", [{**line, "line_id": "a", "at": at}, {**line, "line_id": "b", "at": at - timedelta(days=7)}])
    found = empty_memory.get("today", lambda view: today.read(view, "Europe/London"))
    assert found.newest_day == date(2026, 7, 2)
    assert (found.week[2].value, found.week[2].before) == (1.0, 1.0)


def test_growth_from_nothing_is_no_number():
    assert today.Measure("orders", 5.0, 0.0, ()).change is None
    assert today.TopProduct("p", "p", 1.0, 5.0, 0.0).change is None
