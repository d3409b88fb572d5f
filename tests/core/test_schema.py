"""Every table and column follows the house sheet."""

import pytest

from shopkeeper.core.columns import TYPES
from shopkeeper.core.errors import UnknownName
from shopkeeper.core.schema import ENTITIES, FACTS, TABLES, VIEWS, table

COLUMNS = [pytest.param(one, column, id=f"{one.name}.{column.name}") for one in TABLES.values() for column in one.columns]
STORED = [*FACTS, *ENTITIES]
FORBIDDEN = {
    "user",
    "item",
    "sku",
    "client",
    "shopper",
    "buyer",
    "uid",
    "cust",
    "qty",
    "amt",
    "num",
    "ts",
    "dt",
    "datetime",
    "timestamp",
    "time",
}
FIELD_TERMS = {"item_group_id", "lead_time_days"}  # Google Merchant's and the supply chain's own names


def test_every_table_is_there_once():
    assert len(TABLES) == len(FACTS) + len(ENTITIES) + len(VIEWS)
    assert {kind: {one.kind for one in tables} for kind, tables in (("f", FACTS), ("e", ENTITIES), ("v", VIEWS))} == {
        "f": {"fact"},
        "e": {"entity"},
        "v": {"view"},
    }


@pytest.mark.parametrize(("one", "column"), COLUMNS)
def test_names_say_what_they_hold(one, column):
    if column.type == "moment":
        assert column.name == "at" or column.name.endswith("_at")
    elif column.name == "at" or column.name.endswith("_at"):
        pytest.fail(f"{column.name} is no moment")
    if column.type == "date":
        assert column.name == "date" or column.name.endswith("_date")
    if column.type == "integer":
        assert column.name.startswith("n_") or column.name in {"position", "line", "hour", "weekday", "depth"}
    if column.name not in FIELD_TERMS:
        assert not FORBIDDEN & set(column.name.split("_"))
    assert column.name == column.name.lower()
    assert column.name.isidentifier()


@pytest.mark.parametrize(("one", "column"), COLUMNS)
def test_columns_are_described(one, column):
    assert column.type in TYPES
    assert column.meaning
    assert not column.meaning.endswith(".")
    if column.type == "number" and column.name not in {"probability", "strength"}:
        assert column.unit, "a number says its unit"
    if column.choices:
        assert column.type == "text"
    if column.low is not None and column.high is not None:
        assert column.low < column.high


@pytest.mark.parametrize(("one", "column"), COLUMNS)
def test_personal_data_lives_in_one_table(one, column):
    if column.personal:
        assert one.name in {"identities", "rejected"}
    elif {"name", "email", "phone", "address", "ip"} & set(column.name.split("_")):
        pytest.fail(f"{one.name}.{column.name} looks personal")


@pytest.mark.parametrize("one", STORED, ids=lambda one: one.name)
def test_stored_tables_have_one_required_text_key(one):
    assert len(one.key) == 1
    key = one.column(one.id)
    assert key.required
    assert key.type == "text"
    assert key.name.endswith("_id")
    assert one.columns[0] is key


@pytest.mark.parametrize("one", FACTS, ids=lambda one: one.name)
def test_facts_have_a_required_moment(one):
    assert one.moment == "at"
    assert one.column("at").required


@pytest.mark.parametrize("one", VIEWS, ids=lambda one: one.name)
def test_views_are_derived_from_stored_tables_and_from_each_other_in_no_circle(one):
    assert one.of
    behind, seen = list(one.of), set()
    while behind:
        name = behind.pop()
        behind += [source for source in TABLES[name].of if source not in seen]
        seen.add(name)
    assert one.name not in seen
    assert any(TABLES[name].kind in {"fact", "entity"} for name in seen)


def test_a_reference_has_one_type_everywhere():
    by_name = {}
    for one in TABLES.values():
        for column in one.columns:
            if column.name.endswith("_id"):
                by_name.setdefault(column.name, set()).add(column.type)
    assert all(types == {"text"} for types in by_name.values())


def test_a_misspelled_table_tells_the_nearest():
    assert table("orders").name == "orders"
    with pytest.raises(UnknownName, match="did you mean 'order_lines'"):
        table("orderlines")
