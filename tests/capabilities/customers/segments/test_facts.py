"""What was done, as codes in an order that rows do not change."""

import numpy as np
from capabilities.customers.segments.people import EVENTS, LINES

from shopkeeper.capabilities.customers.segments.facts import EVENT_CODES


def test_every_line_of_somebody_with_a_profile(learned):
    arrays = learned.learned
    known = [line for line in LINES if line[0] is not None]
    assert len(arrays["line_customer"]) == len(known)
    assert np.sum(arrays["line_sign"] < 0) == 1
    assert len(np.unique(arrays["line_order"])) == len({line[1] for line in known})
    assert len(arrays["order_customer"]) == len({line[1] for line in known})
    codes = arrays["line_customer"].astype(np.int64)
    assert np.all(np.diff(codes) >= 0)


def test_looks_carts_and_searches(learned):
    arrays = learned.learned
    mine = [event for event in EVENTS if event[0] is not None]
    assert len(arrays["event_customer"]) == len(mine)
    assert sorted(arrays["event_kind"].tolist()) == sorted(EVENT_CODES.index(event[1]) for event in mine)
    assert np.sum(arrays["event_words"] >= 0) == 3
    assert np.sum(arrays["event_product"] < 0) == 3


def test_a_product_that_is_in_no_catalog_has_a_code(learned):
    arrays = learned.learned
    ids = bytes(arrays["product_key_bytes"]).decode()
    assert ids == "gonep1p2p3p4"
