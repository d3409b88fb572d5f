from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.customers.conversion.read import read_visits

NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)  # a Monday


def event(session, second, kind, product="a", customer=None, **more):
    return {
        "event_id": f"{session}-{second}-{kind}", "at": NOON + timedelta(seconds=second), "event": kind, "session_id": session,
        "product_id": product, "customer_id": customer, **more,
    }  # fmt: skip


def read(shop, n_events=8):
    with closing(shop.view()) as view:
        return read_visits(view, 1_000, n_events, 30)


def facts(visits, session):
    place = visits.table["session_id"].to_pylist().index(session)
    return dict(zip(visits.names, visits.features[place].tolist(), strict=True))


BOUGHT = [
    event("s1", 0, "view_item", channel="email", device="app"), event("s1", 10, "search"), event("s1", 20, "view_item", "b"),
    event("s1", 30, "view_item", "b"), event("s1", 40, "add_to_cart", "b"), event("s1", 60, "begin_checkout"),
    event("s1", 70, "view_item", "c", customer="c1"), event("s1", 90, "purchase", "b", customer="c1", order_id="o1"),
]  # fmt: skip


def test_a_visit_as_it_began_by_hand(opened):
    shop = opened(BOUGHT)
    shop.upsert("products", [{"product_id": name, "title": name, "price": price, "product_type": kind}
                             for name, price, kind in (("a", 1.0, "x"), ("b", 2.0, "x"), ("c", 3.0, "y"))])  # fmt: skip
    known = facts(read(shop), "s1")
    expected = {
        "n_events": 5, "n_views": 3, "n_products": 2, "n_categories": 1, "n_carts": 1, "n_searches": 1, "seconds": 40,
        "seconds_a_step": 10, "views_a_product": 1.5, "price_level": (0 + 0.5 + 0.5) / 3, "hour": 12, "weekday": 1,
        "is_known": 0, "n_orders_before": 0, "n_visits_before": 0,
    }  # fmt: skip
    assert {name: known[name] for name in expected} == pytest.approx(expected)
    assert read(shop).has_bought.tolist() == [True]


def test_nothing_of_the_checkout_or_after_it_can_be_seen(opened):
    """A planted leak: what comes with and after the checkout is as telling as can be, and changes nothing."""
    plain = [each for each in BOUGHT if each["at"] < NOON + timedelta(seconds=60)]
    late = [event("s1", 61 + n, "view_item", "z", customer="c9", channel="cpc") for n in range(30)]
    with_outcome, without = read(opened([*BOUGHT, *late]), 50), read(opened(plain), 50)
    np.testing.assert_array_equal(with_outcome.features, without.features)
    assert (with_outcome.has_bought.tolist(), without.has_bought.tolist()) == ([True], [False])


def test_an_order_without_an_event_ends_the_visit_too(opened):
    shop = opened([each for each in BOUGHT if each["event"] not in ("begin_checkout", "purchase")])
    shop.append("orders", [{"order_id": "o1", "at": NOON + timedelta(seconds=25), "session_id": "s1", "value": 2.0}])
    visits = read(shop)
    assert visits.has_bought.tolist() == [True]
    assert facts(visits, "s1")["n_events"] == 3


def test_only_the_first_events_are_looked_at(opened):
    known = facts(read(opened(BOUGHT), n_events=2), "s1")
    assert (known["n_events"], known["n_views"], known["n_searches"], known["n_carts"]) == (2, 1, 1, 0)


def test_what_the_customer_did_before_is_known_and_what_comes_later_is_not(opened):
    events = [event(name, second, "view_item", customer="c1") for name, second in (("s1", 0), ("s2", 86_400), ("s3", 3 * 86_400))]
    shop = opened(events)
    shop.append("orders", [{"order_id": f"o{n}", "at": NOON + timedelta(days=day), "customer_id": "c1", "value": 5.0}
                           for n, day in enumerate((-10.0, 0.5, 2.0))])  # fmt: skip
    visits = read(shop)
    before = [(facts(visits, name)["n_visits_before"], facts(visits, name)["n_orders_before"]) for name in ("s1", "s2", "s3")]
    assert before == [(0, 1), (1, 2), (2, 3)]
    assert facts(visits, "s3")["days_since_order"] == pytest.approx(1.0)
    assert visits.is_open.tolist() == [False, False, True]


def test_no_visits_are_an_empty_table(opened):
    shop = opened([{**event("s1", 0, "view_item"), "session_id": None}])
    visits = read(shop)
    assert visits.table.num_rows == 0
    assert visits.features.shape[0] == 0
