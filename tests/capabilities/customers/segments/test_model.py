"""The loaded model: what came since learning counts in the next answer."""

from datetime import timedelta

import pytest
from capabilities.customers.segments.people import AS_OF

from shopkeeper.capabilities.customers.segments.model import load_model
from shopkeeper.core.errors import ExpressionError, StoreDamaged


def ids(model, places):
    return [model.profiles.keys.text(int(place)) for place in places]


def members(model, name):
    return ids(model, model.members(model.book.find(name)).places)


def test_a_saved_segment_is_answered_at_once(model):
    assert model.book.find("dear") is None
    model.observe("segments", [{"segment_id": "dear", "title": "Dear", "expression": "value >= 900", "is_tag": None}])
    assert members(model, "dear") == ["a", "é"]
    assert [tag.title for tag in model.tags(model.profiles.keys.find("a"))][:1] == ["Dear"]
    model.observe("segments", [{"segment_id": "dear", "title": "Dear", "expression": "value >= 5000", "is_tag": None}])
    assert members(model, "dear") == ["é"]
    assert "dear" not in [tag.segment_id for tag in model.tags(model.profiles.keys.find("a"))]
    model.observe("segments", [{"segment_id": "dear", "title": "Dear", "expression": "value >= 5000", "enabled": False}])
    assert model.book.find("dear") is None


def test_a_change_reaches_those_who_name_it(model):
    model.observe(
        "segments", [{"segment_id": "inner", "expression": "lapsed"}, {"segment_id": "outer", "expression": "in segment inner"}]
    )
    assert members(model, "outer") == ["a", "b"]
    model.observe("segments", [{"segment_id": "inner", "expression": "new"}])
    assert members(model, "outer") == ["c"]


def test_learned_segments_are_not_counted_again(model):
    model.observe("segments", [{"segment_id": "dear", "expression": "value >= 900"}])
    assert model._changed.keys() == {"dear"}
    assert members(model, "high_value") == ["a", "é"]


def test_a_broken_one_has_no_members_and_says_why(model):
    model.observe("segments", [{"segment_id": "broken", "expression": "valu > 3"}])
    assert model._changed["broken"].tolist() == []
    with pytest.raises(ExpressionError, match="not known"):
        members(model, "broken")


def test_what_came_since_is_counted(model):
    assert model.since("a") == {"orders": 0, "events": 0, "last_at": None}
    later = AS_OF + timedelta(hours=1)
    line = {"customer_id": "a", "order_id": "new", "at": later, "product_id": "p1", "quantity": 1.0}
    model.observe("order_lines", [line, {**line, "product_id": "p2"}, {**line, "order_id": "r", "quantity": -1.0}])
    model.observe("orders", [{"customer_id": "a", "order_id": "new", "at": AS_OF}])
    model.observe("events", [{"customer_id": "a", "at": AS_OF, "event": "view_item"}, {"customer_id": None, "at": AS_OF}])
    assert model.since("a") == {"orders": 1, "events": 1, "last_at": later.isoformat()}


def test_who_refuses_is_left_out_at_once(model):
    places = model.evaluate("lapsed").places
    assert ids(model, model.reachable(places)) == ["a"]
    model.observe(
        "customers", [{"customer_id": "a", "accepts_marketing": False}, {"customer_id": "b", "accepts_marketing": True}]
    )
    assert ids(model, model.reachable(places)) == ["b"]


def test_what_is_typed_is_kept_and_not_run_twice(model, monkeypatch):
    first = model.evaluate("lapsed and value > 0")
    monkeypatch.setattr(model.memory, "places", None)
    assert model.evaluate("Lapsed  AND value > 0.0") is first
    for n in range(100):
        model._found[str(n)] = first
    assert model.evaluate("lapsed and value > 0") is first


def test_looks_before_those_in_memory_are_told(written, learned):
    from contextlib import closing
    from dataclasses import replace

    from capabilities.customers.segments.conftest import loaded, view_of

    from shopkeeper.capabilities.customers.segments.learning import learn_segments

    settings = replace(written.settings("customers").values, segment_events=3)
    with closing(view_of(written)) as view:
        model = loaded(written, learn_segments(view, settings))
    assert ids(model, model.evaluate("viewed at least 2 times").places) == []
    assert ids(model, model.evaluate("viewed").places) == ["d", "é"]
    (note,) = model.evaluate("viewed").notes
    assert "counted from 2026-02" in note
    assert model.evaluate("viewed within 1 days").notes == ()
    assert model.evaluate("bought").notes == ()


def test_a_damaged_model_says_so(written, learned, tmp_path):
    version = written.store.models.save("customers.segments", learned.learned, learned.card)
    path = written.store.models.get("customers.segments", version).path
    (path / "profile_numbers.npy").unlink()
    with pytest.raises(StoreDamaged, match="cannot be read"):
        load_model(path, None)
