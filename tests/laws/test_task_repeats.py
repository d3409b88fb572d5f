"""Laws on sameness: the same seed gives the same result, the order of rows does not matter, and a run can be made again."""

import numpy as np
import pytest

from shopkeeper.core.registry import REGISTRY

pytestmark = pytest.mark.slow

TASKS = [pytest.param(task, id=name) for name, task in sorted(REGISTRY.discover().tasks.items())]


@pytest.mark.parametrize("task", TASKS)
def test_same_seed_same_result(task, learned, call, same_table):
    first, second = call(learned, task), call(learned, task)
    same_table(first.table, second.table)
    assert first.scores == second.scores
    assert first.headline == second.headline
    assert set(first.learned) == set(second.learned)
    for name, array in first.learned.items():
        np.testing.assert_array_equal(array, second.learned[name], err_msg=name)


@pytest.fixture(scope="module")
def shuffled(world, make_shop):
    """The same rows as in the learned shop, put in in another order."""
    random = np.random.default_rng(5)
    shop = make_shop({name: table.take(random.permutation(table.num_rows)) for name, table in reversed(world.tables.items())})
    shop.learn(sorted(REGISTRY.tasks))
    return shop


@pytest.mark.parametrize("task", TASKS)
def test_the_order_of_rows_does_not_matter(task, learned, shuffled, call, same_rows, same_scores):
    one, other = call(learned, task), call(shuffled, task)
    same_rows(one.table, other.table)
    same_scores(one.scores, other.scores)


@pytest.mark.parametrize("task", TASKS)
def test_running_twice_gives_the_run_that_is_there(task, shuffled):
    """In a shop that nobody asks: answers write decisions, which some tasks read."""
    before = len(shuffled.runs(task.name))
    again = shuffled.run(task.name)
    assert again.state == "unchanged"
    assert again.run_id == shuffled.runs(task.name)[0].run_id
    assert len(shuffled.runs(task.name)) == before


@pytest.mark.parametrize("task", TASKS)
def test_a_result_can_be_made_again_from_its_snapshot(task, world, make_shop, same_rows):
    shop = make_shop(world.tables)
    shop.learn([task.name])
    run = shop.runs(task.name)[0]
    shop.append("events", [_like(row, n) for n, row in enumerate(world.tables["events"].slice(0, 200).to_pylist())])
    shop.store.seal(minimum_rows=1)
    from shopkeeper.store.arrow_types import arrow_schema
    from shopkeeper.store.snapshot import Snapshot

    results = {each.writes.name: arrow_schema(each.writes).empty_table() for each in REGISTRY.tasks.values()}
    if not results.keys().isdisjoint(task.reads):  # what joins the results of others is made again from these
        results |= {name: path for name, path in shop._results().items() if name in (*task.reads, *task.optional)}
    view = shop.store.view(
        as_of=run.provenance.as_of, snapshot=Snapshot.from_dict(run.provenance.snapshot), seed=run.provenance.seed,
        time_zone=shop.time_zone, currency=shop.currency,
        results=results,
    )  # fmt: skip
    try:
        again = task.function(view, shop.settings(task.capability).values)
    finally:
        view.close()
    import pyarrow.parquet

    same_rows(pyarrow.parquet.read_table(shop.store.folder.result(run.writes, run.run_id)), again.table)


def _like(row, n):
    from datetime import UTC

    return {**row, "event_id": f"late{n}", "at": row["at"].replace(tzinfo=UTC), "product_id": "p000000"}
