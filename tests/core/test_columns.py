"""Tables and columns: what a declaration must satisfy."""

import pytest

from shopkeeper.core import columns
from shopkeeper.core.columns import TYPES, Column, Table
from shopkeeper.core.errors import DeclarationError, UnknownName

TWO = (columns.text("order_id", "number", required=True), columns.moment("at", "when"))


def test_a_tables_names_and_key():
    table = Table("orders", "fact", "orders", TWO, key=("order_id",), moment="at")
    assert table.names == ("order_id", "at")
    assert table.id == "order_id"
    assert table.column("at").type == "moment"


def test_an_unknown_column_tells_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'order_id'"):
        Table("orders", "fact", "orders", TWO).column("orderid")


@pytest.mark.parametrize(
    "wrong", [{"key": ("id",)}, {"moment": "when"}, {"lookup": ("customer_id",)}, {"columns": (*TWO, TWO[0])}]
)
def test_a_wrong_declaration_is_found_at_once(wrong):
    with pytest.raises(DeclarationError) as caught:
        Table(**{"name": "orders", "kind": "fact", "meaning": "orders", "columns": TWO, **wrong})
    assert caught.value.what == "Table 'orders' is declared wrongly."
    assert caught.value.next


@pytest.mark.parametrize("type_", TYPES)
def test_there_is_a_maker_for_each_type(type_):
    made = getattr(columns, type_)("x", "what it means", required=True)
    assert isinstance(made, Column)
    assert (made.name, made.type, made.meaning, made.required) == ("x", type_, "what it means", True)


def test_moments_are_in_utc_and_bounds_are_kept():
    assert columns.moment("at", "when").unit == "UTC"
    assert (columns.number("price", "p", low=0).low, columns.integer("n", "n", high=3).high) == (0, 3)
    assert columns.text("email", "e", personal=True).personal
    assert columns.json("raw", "r", personal=True).personal
