"""Segments: counted, completed, kept, taken out, and who is like their members."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import BadRequest, ExpressionError
from shopkeeper.server.dashboard.models.customers import segments
from shopkeeper.server.dashboard.models.memory import Memory

from ...conftest import fill  # noqa: TID252 - the small shop

pytestmark = pytest.mark.slow

ROW = {"segment_id": "many", "title": "Many orders", "description": "thank them", "expression": "n_orders >= 6", "is_tag": True}


@pytest.fixture
def read(grown_memory):
    return lambda make: grown_memory.get(object(), make)


@pytest.fixture
def own(shop):
    """A shop of its own to keep segments in, with its memory."""
    fill(shop)
    for name in ("features", "life_cycle", "profiles"):
        shop.run(f"customers.{name}")
    kept = Memory(shop, fresh_seconds=0.0)
    yield shop, lambda make: kept.get(object(), make)
    kept.close()


def test_what_is_typed_is_counted(read):
    found = read(lambda view: segments.tried(view, "n_orders >= 6"))
    n = read(lambda view: view.sql("SELECT count(*) AS n FROM customer_profiles WHERE n_orders >= 6")["n"][0].as_py())
    assert (found.count.n_customers, found.problem) == (n, None)


def test_what_cannot_be_read_is_told_with_a_caret(read):
    found = read(lambda view: segments.tried(view, "n_orders >> 6"))
    assert found.count is None
    assert "^" in found.problem["caret"]
    assert found.problem["next"]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_typed_is_neither_counted_nor_wrong(read, text):
    assert read(lambda view: segments.tried(view, text)) == segments.Tried(None, None)


def test_what_comes_with_shopkeeper_is_listed_by_value(read):
    found = read(segments.listed)
    assert {"regular", "high_value", "browses"} <= {row.segment.segment_id for row in found}
    assert all(not row.is_own for row in found)
    values = [row.tried.count.value for row in found if row.tried.count]
    assert values == sorted(values, reverse=True)


def test_completing_knows_the_shops_own_words(read):
    known = read(segments.names)
    assert "Home > lamp" in known["category"]
    assert "Brand 1" in known["brand"]
    assert "regular" in known["segment"]
    text = 'bought category "Home > l'
    assert any("Home > lamp" in one.text for one in segments.suggestions(text, len(text), known))
    assert any(one.text.startswith("n_orders") for one in segments.suggestions("n_or", 4, known))


def test_members_are_a_table_to_hand_out(read):
    table = read(lambda view: segments.members(view, "n_orders >= 6"))
    assert table.num_rows == read(lambda view: segments.tried(view, "n_orders >= 6")).count.n_customers
    assert "customer_id" in table.column_names
    with pytest.raises(ExpressionError):
        read(lambda view: segments.members(view, "n_orders >>"))


def test_look_alikes_are_no_members_and_can_be_handed_out(grown, read):
    body = segments.look_alikes(grown, "regular")
    rows = read(lambda view: view.sql("SELECT customer_id FROM segment_members WHERE segment_id = 'regular'"))
    members = set(rows["customer_id"].to_pylist())
    found = segments.alike_rows(body)
    assert 0 < found.num_rows <= segments.N_ALIKE
    assert members.isdisjoint(found["customer_id"].to_pylist())
    assert found["likeness"].to_pylist() == sorted(found["likeness"].to_pylist(), reverse=True)


def test_nobody_is_like_a_segment_of_nobody(grown, shop):
    assert segments.look_alikes(grown, "left_cart") is None or segments.look_alikes(grown, "left_cart")["customers"]
    assert segments.look_alikes(shop, "regular") is None, "nothing was learned"


def test_a_segment_is_kept_listed_first_and_taken_out_again(own):
    shop, read = own
    segments.save(shop, ROW, "anna")
    first = read(segments.listed)[0]
    assert (first.segment.segment_id, first.segment.made_by, first.is_own) == ("many", "anna", True)
    assert first.tried.count.n_customers > 0
    segments.remove(shop, first.segment)
    assert "many" not in {row.segment.segment_id for row in read(segments.listed)}


def test_one_that_came_with_shopkeeper_may_be_changed_and_comes_back_as_it_was(own):
    shop, read = own
    segments.save(shop, {**ROW, "segment_id": "regular"}, "anna")
    changed = next(row for row in read(segments.listed) if row.segment.segment_id == "regular")
    assert (changed.segment.title, changed.is_own) == ("Many orders", True)
    segments.remove(shop, changed.segment)
    back = next(row for row in read(segments.listed) if row.segment.segment_id == "regular")
    assert (back.segment.title, back.is_own) == ("Regular", False)
    segments.remove(shop, back.segment)
    assert "regular" not in {row.segment.segment_id for row in read(segments.listed)}


@pytest.mark.parametrize("name", ["", "   ", None])
def test_a_segment_without_a_name_is_not_kept(own, name):
    with pytest.raises(BadRequest, match="short name"):
        segments.save(own[0], {**ROW, "segment_id": name}, "anna")


def test_an_empty_shop_lists_what_comes_with_shopkeeper(empty_memory):
    found = empty_memory.get("listed", segments.listed)
    assert len(found) >= 10
    assert empty_memory.get("names", segments.names)["category"] == ()
