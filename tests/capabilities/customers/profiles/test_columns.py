"""The columns of profiles are those of the tables that they come from."""

import pytest

from shopkeeper.capabilities.customers.profiles.columns import COLUMN, COLUMNS, SOURCES, STAGES
from shopkeeper.capabilities.customers.segments.compiling import MAIN
from shopkeeper.core.registry import REGISTRY


@pytest.mark.parametrize("source", [source for source in SOURCES if source.task], ids=lambda source: source.group)
def test_every_column_is_one_of_its_source(source):
    table = REGISTRY.discover().table(source.table)
    assert REGISTRY.writer(source.table).name == source.task
    for column in source.columns:
        original = table.column(source.original(column.name))
        assert original.type == column.type, column.name
        assert original.choices == column.choices or not column.choices, column.name


def test_stages_are_those_of_the_life_cycle():
    assert set(REGISTRY.discover().table("customer_life_cycle").column("stage").choices) == set(STAGES)


def test_every_result_of_customers_is_in_profiles():
    """A new column of a result is either in profiles or left out here by name."""
    left_out = {"customer_life_cycle": {"last_order_at"}, "customer_value": {"value_so_far"}}
    for source in SOURCES:
        if source.task and source.table != "customer_features":
            there = (
                {source.original(column.name) for column in source.columns} | {"customer_id"} | left_out.get(source.table, set())
            )
            assert set(REGISTRY.discover().table(source.table).names) <= there, source.table


def test_names_are_unique_and_sources_have_a_column_that_says_whether_they_are_there():
    assert len(COLUMN) == len(COLUMNS)
    assert set(MAIN) == {source.task for source in SOURCES} - {"", "customers.features"}
    assert all(name in COLUMN for name in MAIN.values())
