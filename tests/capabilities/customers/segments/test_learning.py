"""Every segment counted; a broken one hinders no other."""

import itertools
from contextlib import closing

import numpy as np
from capabilities.customers.segments.conftest import view_of

from shopkeeper.capabilities.customers.segments.learning import learn_segments
from shopkeeper.capabilities.customers.segments.saved import built_in


def learn(shop):
    with closing(view_of(shop)) as view:
        return learn_segments(view, shop.settings("customers").values)


def test_members_are_listed_by_segment(learned):
    by_segment = {}
    for row in learned.table.to_pylist():
        by_segment.setdefault(row["segment_id"], []).append(row["customer_id"])
    assert by_segment["high_value"] == ["a", "é"]
    told = {row["segment_id"]: row for row in learned.card["segments"]}
    assert {name: len(found) for name, found in by_segment.items()} == {
        name: row["n_customers"] for name, row in told.items() if row["n_customers"]
    }
    assert set(told) >= set(built_in().names)


def test_waiting_segments_are_named(learned):
    """Nobody here has a churn result: what needs it waits, the rest is counted."""
    assert "Waiting for a result: slipping_best" in learned.headline
    (waiting,) = (row for row in learned.card["segments"] if row["segment_id"] == "slipping_best")
    assert waiting["problem"]["task"] == "customers.churn"


def test_a_broken_segment_is_told_and_left_out(written):
    written.upsert("segments", [{"segment_id": "broken", "title": "Broken", "expression": "valu > 3"}])
    found = learn(written)
    written.upsert("segments", [{"segment_id": "broken", "expression": "new", "enabled": False}])
    (card,) = (row for row in found.card["segments"] if row["segment_id"] == "broken")
    assert card["problem"]["caret"].startswith("valu > 3\n^^^^")
    assert "Cannot be read: broken" in found.headline
    assert "broken" not in found.table["segment_id"].to_pylist()
    assert "high_value" in found.table["segment_id"].to_pylist()


def test_both_ways_of_membership_agree(learned):
    arrays = learned.learned
    starts, customer = arrays["member_starts"], arrays["member_customer"]
    pairs = {(int(code), place) for place in range(len(starts) - 1) for code in customer[starts[place] : starts[place + 1]]}
    tags = arrays["tag_starts"], arrays["tag_segment"]
    back = {(code, int(place)) for code in range(12) for place in tags[1][tags[0][code] : tags[0][code + 1]]}
    assert pairs == back
    assert all(np.all(np.diff(customer[low:high]) > 0) for low, high in itertools.pairwise(starts))


def test_the_same_again_is_the_same(written, learned):
    again = learn(written)
    assert again.table.equals(learned.table)
    assert {name: array.tolist() for name, array in again.learned.items()} == {
        name: array.tolist() for name, array in learned.learned.items()
    }
