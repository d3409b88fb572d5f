from contextlib import closing
from datetime import timedelta

import pytest

from shopkeeper.capabilities.customers.journeys.visits import visits_sql
from shopkeeper.capabilities.customers.settings import CustomersSettings

DAYS = timedelta(days=30)


def ask(shop, query):
    with closing(shop.view()) as view:
        begin, parameters = visits_sql(view, view.as_of - DAYS, CustomersSettings())
        return view.sql(begin + query, parameters).to_pylist()


def members(shop):
    """The events of each visit by their product: ``{visit: "p1 p2"}``."""
    rows = ask(
        shop, "SELECT visit_id, string_agg(product_id, ' ' ORDER BY \"at\") AS products FROM done WHERE depth > 0 GROUP BY ALL"
    )
    return sorted(row["products"] for row in rows)


def test_visits_by_their_session(visited):
    assert members(visited([("s1", None, "view a, view b"), ("s2", None, "view c"), ("s1", "x", "view d")])) == ["a b d", "c"]


def test_visits_by_silence_where_no_session_is_named(visited):
    """Thirty minutes of silence end a visit; thirty-one do. Nobody without a session and a number is anybody."""
    shop = visited([
        (None, "x", "view a", 0), (None, "x", "view b", 30), (None, "x", "view c", 61), (None, "y", "view d", 1), (None, None, "view e", 2),
    ])  # fmt: skip
    assert members(shop) == ["a b", "c", "d"]


def test_an_event_without_a_session_belongs_to_the_visit_it_came_in(visited):
    """A server tells purchases by the customer's number, the browser by the session: one visit."""
    shop = visited(
        [("s1", "x", "view a, cart a", 0), (None, "x", "purchase b", 10), (None, "x", "view c", 300), ("s2", None, "view d", 5)]
    )
    assert members(shop) == ["a a b", "c", "d"]


@pytest.fixture
def where(visited, order):
    """The visit in which an order is taken to have been placed."""

    def placed(minutes, customer="x", session=None, purchase=False):
        visits = [("s1", "x", "view a, view a", 0), ("s2", "x", "view a", 100), ("s3", None, "view a", 0)]
        shop = visited([*visits, ("s3", None, "purchase a", 120, {"order_id": "o1"})] if purchase else visits)
        order(shop, "o1", customer, "a", minutes, session)
        return [row["visit_id"] for row in ask(shop, "SELECT visit_id FROM ordered")]

    return placed


def test_an_order_belongs_to_the_visit_it_names(where):
    assert where(500, session="s1") == ["s1"]


def test_a_purchase_event_that_names_the_order_comes_first(where):
    assert where(103, session="s1", purchase=True) == ["s3"]


@pytest.mark.parametrize(
    ("minutes", "visit"), [(5, "s1"), (31, "s1"), (32, None), (100, "s2"), (130, "s2"), (131, None), (-1, None)]
)
def test_else_to_the_customers_visit_that_was_not_long_over(where, minutes, visit):
    """The first visit ends after a minute, the second begins and ends after a hundred; half an hour is not long."""
    assert where(minutes) == [visit]


def test_a_guests_order_without_a_session_belongs_to_none(where):
    assert where(5, customer=None) == [None]


def whose(shop):
    return {row["visit_id"]: row["customer_id"] for row in ask(shop, "SELECT visit_id, customer_id FROM visits")}


def test_a_visit_is_the_customers_who_logged_in_or_ordered_in_it(visited, order):
    shop = visited([("s1", None, "view a", 0), ("s1", "x", "view b", 5), ("s2", None, "view a", 0), ("s3", None, "view a", 0)])
    order(shop, "o1", "y", "a", 3, session="s2")
    assert whose(shop) == {"s1": "x", "s2": "y", "s3": None}
    order(shop, "o2", "z", "a", 4, session="s2")  # two buyers in one visit: it is nobody's
    assert whose(shop)["s2"] is None
