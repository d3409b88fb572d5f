from datetime import datetime, timedelta

import pytest

from shopkeeper.capabilities.recommend.loaded import live
from shopkeeper.capabilities.recommend.loaded.live import Live

WEIGHTS = {"view_item": 0.3, "purchase": 1.0, "login": 0.0}


NOW = datetime(2024, 8, 1)


def event(number, kind="view_item", customer="c", session=None, minute=0):
    at = NOW + timedelta(minutes=minute)
    return {"event_id": str(number), "event": kind, "customer_id": customer, "session_id": session, "at": at}


def made(fade=lambda at: 1.0):
    return Live(WEIGHTS, fade)


def test_the_newest_come_last_and_keep_their_strongest_weight():
    known = made()
    known.add_events([(1, event(1, "purchase")), (2, event(2)), (1, event(3))])
    assert [(code, touch.weight, touch.times) for code, touch in known.customer("c").touches.items()] == [
        (2, 0.3, 1),
        (1, 1.0, 2),
    ]
    assert set(known.customer("c").bought) == {1}


def test_an_event_counts_once():
    known = made()
    known.add_events([(1, event(1)), (2, event(2)), (1, event(1))])
    assert list(known.customer("c").touches) == [1, 2]
    known.add_events([(1, event(1))])
    assert list(known.customer("c").touches) == [1, 2]


def test_kinds_without_weight_and_returns_say_nothing():
    known = made()
    known.add_events([(1, event(1, "login")), (1, event(2, "dance"))])
    known.add_order_lines([(1, {"line_id": "1", "quantity": -1.0, "customer_id": "c"})])
    assert known.customer("c") is None


def test_a_visit_and_its_customer_both_learn():
    known = made()
    known.add_events([(1, event(1, customer="c", session="s")), (2, event(2, customer=None, session="s"))])
    assert list(known.customer("c").touches) == [1]
    assert list(known.visit("s").touches) == [1, 2]
    assert known.visit("other") is None


def test_memory_is_bounded(monkeypatch):
    for name, limit in (("CUSTOMERS_KEPT", 3), ("PRODUCTS_KEPT", 4), ("IDS_KEPT", 5)):
        monkeypatch.setattr(live, name, limit)
    known = made()
    known.add_events([(0, event("a", customer="old")), (0, event("b", customer="kept"))])
    for number in range(10):
        known.add_events([(number, event(number, customer="busy")), (0, event(f"k{number}", customer="kept"))])
    known.add_events([(0, event("n", customer="new"))])
    assert known.customer("old") is None
    assert known.customer("kept") is not None
    assert list(known.customer("busy").touches) == [6, 7, 8, 9]


def test_a_reader_never_sees_a_mapping_change():
    known = made()
    known.add_events([(1, event(1))])
    before = known.customer("c").touches
    known.add_events([(2, event(2))])
    assert list(before) == [1]


def test_moments_are_counted_back_and_age_counts():
    known = made(fade=lambda at: at / 1e15)
    known.add_events([(1, event(1, minute=0)), (2, event(2, minute=0)), (3, event(3, minute=5))])
    history = known.customer("c")
    assert [history.step(touch.at) for touch in history.touches.values()] == [1, 1, 0]
    assert len(history.moments) == 2
    assert history.touches[1].weight == pytest.approx(0.3 * live.microseconds(NOW) / 1e15)


def test_a_purchase_told_twice_counts_once():
    line = {"line_id": "l1", "order_id": "o1", "customer_id": "c", "quantity": 1.0, "at": NOW}
    for told in ("event first", "line first"):
        known = made()
        parts = [
            lambda known=known: known.add_events([(1, {**event(1, "purchase"), "order_id": "o1"})]),
            lambda known=known: known.add_order_lines([(1, line)]),
        ]
        taken = [len(part()) for part in (parts if told == "event first" else parts[::-1])]
        assert taken == [1, 0]
        assert known.customer("c").touches[1].times == 1


def test_what_an_event_changed_is_told():
    known = made()
    (first,) = known.add_events([(1, event(1, customer="c", session="s"))])
    assert (first.actor, first.is_customer, first.before.touches, list(first.after.touches)) == ("c", True, {}, [1])
    (guest,) = known.add_events([(2, event(2, customer=None, session="s"))])
    assert (guest.actor, guest.is_customer, list(guest.before.touches)) == ("session:s", False, [1])
    (order,) = known.add_order_lines([(3, {"line_id": "l", "order_id": "o", "quantity": 1.0, "at": NOW})])
    assert order.actor == "order:o"
    assert known.add_events([(2, event(2, customer=None, session="s"))]) == []
