"""Finding customers and products, and what is known of them."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.models import people

from ..conftest import order_lines  # noqa: TID252 - the rows that the fixture wrote


@pytest.fixture
def find(memory):
    def typed(text):
        found = memory.get(object(), lambda view: people.find(view, text))
        return {kind: [entry for entry in found if entry.kind == kind] for kind in ("customer", "product")}

    return typed


def test_a_customer_is_found_by_the_beginning_of_the_number_in_any_case(find):
    assert [entry.id for entry in find("c00")["customer"]] != []
    assert {entry.id[:3] for entry in find("c00")["customer"]} == {"C00"}
    assert find("C007")["customer"][0].id == "C007"


def test_a_product_is_found_by_part_of_its_title_in_any_order(find):
    assert {"lamp no. 4", "lamp no. 24"} <= {entry.title for entry in find("4 lamp")["product"]}
    assert find("SAUCER")["product"][0].id == "P005"
    assert find("p011")["product"][0].id == "P011"


def test_signs_are_looked_for_as_they_are(find):
    assert find("%")["product"] == []
    assert find("<b>")["product"][0].id == "P005"


def test_nothing_typed_finds_those_with_most_orders(find):
    counts = [entry.n_orders for entry in find("")["customer"]]
    assert len(counts) == people.N_FOUND
    assert counts == sorted(counts, reverse=True)


def test_nothing_fits(find):
    assert find("no such thing") == {"customer": [], "product": []}


def test_history_holds_orders_and_events_newest_first(memory):
    known = memory.get("C001", lambda view: people.history(view, "C001"))
    own = [row for row in order_lines() if row["customer_id"] == "C001"]
    assert known.country == "France"
    assert known.n_orders == len({row["order_id"] for row in own})
    assert known.value == pytest.approx(sum(row["quantity"] * row["price"] for row in own))
    assert [entry.at for entry in known.moments] == sorted((entry.at for entry in known.moments), reverse=True)
    assert {entry.name: [line.title for line in entry.lines] for entry in known.moments if entry.kind == "event"} == {
        "view_item": ["cup <b>no. 5</b> & 'saucer'"], "search": ["blue cups"],
    }  # fmt: skip


def test_a_return_is_an_entry_of_its_own(memory):
    known = memory.get("C000", lambda view: people.history(view, "C000"))
    (back,) = [entry for entry in known.moments if entry.kind == "return"]
    assert back.value < 0
    assert back.lines[0].quantity == -1.0


def test_an_unknown_customer_has_an_empty_history(memory):
    known = memory.get("nobody", lambda view: people.history(view, "nobody"))
    assert (known.is_known, known.n_orders, known.moments) == (False, 0, ())


def test_a_product_with_what_was_sold(memory):
    known = memory.get("P005", lambda view: people.product(view, "P005"))
    sold = [row for row in order_lines() if row["product_id"] == "P005" and row["quantity"] > 0]
    assert (known.brand, known.product_type, known.price) == ("Brand 2", "Home > cup", 7.0)
    assert known.units == sum(row["quantity"] for row in sold)
    assert known.n_customers == len({row["customer_id"] for row in sold})


def test_an_unknown_product_says_so(memory):
    assert not memory.get("no", lambda view: people.product(view, "no such product")).is_known
