from shopkeeper.capabilities.recommend.loaded import live
from shopkeeper.capabilities.recommend.loaded.live import Live

WEIGHTS = {"view_item": 0.3, "purchase": 1.0, "login": 0.0}


def event(number, kind="view_item", customer="c", session=None):
    return {"event_id": str(number), "event": kind, "customer_id": customer, "session_id": session}


def test_the_newest_come_last_and_keep_their_strongest_weight():
    known = Live(WEIGHTS)
    known.add_events([(1, event(1, "purchase")), (2, event(2)), (1, event(3))])
    assert list(known.customer("c").weights.items()) == [(2, 0.3), (1, 1.0)]
    assert known.customer("c").bought == {1}


def test_an_event_counts_once():
    known = Live(WEIGHTS)
    known.add_events([(1, event(1)), (2, event(2)), (1, event(1))])
    assert list(known.customer("c").weights) == [1, 2]
    known.add_events([(1, event(1))])
    assert list(known.customer("c").weights) == [1, 2]


def test_kinds_without_weight_and_returns_say_nothing():
    known = Live(WEIGHTS)
    known.add_events([(1, event(1, "login")), (1, event(2, "dance"))])
    known.add_order_lines([(1, {"line_id": "1", "quantity": -1.0, "customer_id": "c"})])
    assert known.customer("c") is None


def test_a_visit_and_its_customer_both_learn():
    known = Live(WEIGHTS)
    known.add_events([(1, event(1, customer="c", session="s")), (2, event(2, customer=None, session="s"))])
    assert list(known.customer("c").weights) == [1]
    assert list(known.visit("s").weights) == [1, 2]
    assert known.visit("other") is None


def test_memory_is_bounded(monkeypatch):
    for name, limit in (("CUSTOMERS_KEPT", 3), ("PRODUCTS_KEPT", 4), ("IDS_KEPT", 5)):
        monkeypatch.setattr(live, name, limit)
    known = Live(WEIGHTS)
    known.add_events([(0, event("a", customer="old")), (0, event("b", customer="kept"))])
    for number in range(10):
        known.add_events([(number, event(number, customer="busy")), (0, event(f"k{number}", customer="kept"))])
    known.add_events([(0, event("n", customer="new"))])
    assert known.customer("old") is None
    assert known.customer("kept") is not None
    assert list(known.customer("busy").weights) == [6, 7, 8, 9]


def test_a_reader_never_sees_a_mapping_change():
    known = Live(WEIGHTS)
    known.add_events([(1, event(1))])
    before = known.customer("c").weights
    known.add_events([(2, event(2))])
    assert list(before) == [1]
