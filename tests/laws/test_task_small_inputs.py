"""Laws on little data: nothing, one row, just enough, and all the same give a refusal by name or a sensible table, never a crash."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.registry import REGISTRY

pytestmark = pytest.mark.slow

TASKS = [pytest.param(task, id=name) for name, task in sorted(REGISTRY.discover().tasks.items())]


def raw_tables(task) -> set[str]:
    """The facts and entities that a task reads, through views."""
    names = {name for name in (*task.reads, *task.optional) if REGISTRY.table(name).kind != "result"}
    for name in list(names):
        names |= set(REGISTRY.table(name).of)
    return names


def empty(tables):
    return {name: table.slice(0, 0) for name, table in tables.items()}


def one_row(tables):
    return {name: table.slice(0, 1) for name, table in tables.items()}


def few_rows(tables):
    return {name: table.slice(0, 60) for name, table in tables.items()}


def only_facts(tables):
    return {name: table.slice(0, 0) if name in ("products", "customers") else table for name, table in tables.items()}


def only_entities(tables):
    return {name: table if name in ("products", "customers") else table.slice(0, 0) for name, table in tables.items()}


def all_the_same(column):
    def change(tables):
        facts = {
            name: table
            for name, table in tables.items()
            if name not in ("products", "customers") and column in table.column_names
        }
        value = next(value for value in next(iter(facts.values()))[column].to_pylist() if value is not None)
        changed = dict(tables)
        for name, table in facts.items():
            same = pa.array([value] * table.num_rows, table[column].type)
            changed[name] = table.set_column(table.column_names.index(column), column, same)
        return changed

    return change


def nobody_known(tables):
    changed = {}
    for name, table in tables.items():
        if "customer_id" in table.column_names and name != "customers":
            nobody = pa.nulls(table.num_rows, pa.string())
            table = table.set_column(table.column_names.index("customer_id"), "customer_id", nobody)
        changed[name] = table
    return changed


def only_returns(tables):
    lines = tables["order_lines"]
    return {**empty(tables), "products": tables["products"], "order_lines": lines.filter(pc.less(lines["quantity"], 0))}


WORLDS = {
    "nothing": empty,
    "one row of each": one_row,
    "a few rows of each": few_rows,
    "facts without entities": only_facts,
    "entities without facts": only_entities,
    "one customer": all_the_same("customer_id"),
    "one product": all_the_same("product_id"),
    "one moment": all_the_same("at"),
    "nobody known": nobody_known,
    "only returns": only_returns,
}


@pytest.fixture(scope="module", params=WORLDS)
def little(request, world, make_shop):
    return make_shop(WORLDS[request.param](world.tables))


@pytest.mark.parametrize("task", TASKS)
def test_refused_by_name_or_a_sensible_table(task, little):
    try:
        run = little.run(task.name)
    except NotEnoughData as refused:
        assert refused.got
        assert refused.wanted
        assert refused.next
        assert little.runs(task.name)[0].state == "refused"
        return
    assert run.state == "done"
    assert run.table.column_names == list(task.writes.names)
    for score in run.scores:
        assert score.verdict in ("better", "worse", "no evidence")


@pytest.mark.parametrize("task", TASKS)
def test_the_function_itself_holds_without_the_guard(task, little, call):
    """Even where the number of rows that a task says it needs would have refused it first."""
    try:
        result = call(little, task)
    except NotEnoughData as refused:
        assert refused.got
        return
    assert result.table.column_names == list(task.writes.names)


@pytest.mark.parametrize("task", TASKS)
def test_nothing_at_all_is_refused(task, world, make_shop):
    with pytest.raises(NotEnoughData) as caught:
        make_shop(empty(world.tables)).run(task.name)
    assert task.name in caught.value.what
    assert caught.value.facts["table"] in (*task.reads, *task.needs)
    assert raw_tables(task)
