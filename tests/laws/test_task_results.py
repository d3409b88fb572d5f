"""Laws on what a task gives: the declared table, honest scores, one sentence for the manager."""

import math

import pyarrow.compute as pc
import pytest

from shopkeeper.core.registry import REGISTRY

pytestmark = pytest.mark.slow

TASKS = [pytest.param(task, id=name) for name, task in sorted(REGISTRY.discover().tasks.items())]


def test_there_are_tasks_to_hold_to_the_law():
    assert "recommend.learn" in REGISTRY.tasks


@pytest.mark.parametrize("task", TASKS)
def test_the_simulator_feeds_every_task(task, learned):
    """A task that is refused here is under no law: its room adds what it reads to the simulator."""
    run = learned.runs(task.name)[0]
    assert run.state == "done", run.problem
    assert run.n_rows > 0


@pytest.mark.parametrize("task", TASKS)
def test_declared_columns_and_types(task, learned, call):
    from shopkeeper.store.arrow_types import arrow_schema

    table = call(learned, task).table
    wanted = arrow_schema(task.writes)
    assert table.column_names == wanted.names
    assert table.schema.types == wanted.types


@pytest.mark.parametrize("task", TASKS)
def test_values_are_within_what_is_declared(task, learned):
    table = learned.table(task.writes.name)
    for column in task.writes.columns:
        values = table[column.name]
        if column.required:
            assert values.null_count == 0, column.name
        if column.choices:
            assert set(values.to_pylist()) <= {*column.choices, None}, column.name
        if column.type in ("number", "integer"):
            known = values.drop_null()
            assert not any(math.isnan(value) or math.isinf(value) for value in known.to_pylist()), column.name
            if column.low is not None and len(known):
                assert pc.min(known).as_py() >= column.low, column.name
            if column.high is not None and len(known):
                assert pc.max(known).as_py() <= column.high, column.name


@pytest.mark.parametrize("task", TASKS)
def test_the_key_identifies_a_row(task, learned):
    assert task.writes.key, "a result says which columns identify its rows"
    table = learned.table(task.writes.name)
    keys = list(zip(*(table[name].to_pylist() for name in task.writes.key), strict=True))
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("task", TASKS)
def test_references_are_to_what_is_there(task, learned):
    table = learned.table(task.writes.name)
    for name, home in (("customer_id", "customers"), ("product_id", "products"), ("order_id", "orders")):
        if name in table.column_names:
            known = set(learned.table(home)[name].to_pylist())
            assert set(table[name].to_pylist()) <= {*known, None}, name


@pytest.mark.parametrize("task", TASKS)
def test_every_score_stands_beside_a_baseline(task, learned, call):
    result = call(learned, task)
    if task.load is not None:
        assert any(score.decides for score in result.scores), "a task that learns says by which score it is promoted"
    for score in result.scores:
        assert score.baseline_name, score.name
        assert score.n_cases > 0, score.name
        for number in (score.value, score.baseline, *vars(score.interval).values(), *vars(score.difference).values()):
            assert math.isfinite(number), score.name
        assert score.interval.low <= score.value <= score.interval.high, score.name
        assert score.difference.low <= score.value - score.baseline <= score.difference.high, score.name
        assert 0.5 <= score.interval.confidence < 1


@pytest.mark.parametrize("task", TASKS)
def test_one_sentence_for_the_manager(task, learned, call):
    headline = call(learned, task).headline
    assert headline
    assert "\n" not in headline
    assert len(headline) < 300


@pytest.mark.parametrize("task", TASKS)
def test_a_task_says_its_question(task):
    assert task.question.endswith("?"), task.question
    assert task.writes.meaning
    for column in task.writes.columns:
        assert column.meaning, column.name
        assert not column.personal, column.name
