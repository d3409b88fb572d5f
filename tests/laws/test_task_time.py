"""The law of time: what a task finds as of a moment does not depend on anything later, however wild."""

from contextlib import closing
from datetime import UTC, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.schema import TABLES

pytestmark = pytest.mark.slow

TASKS = [pytest.param(task, id=name) for name, task in sorted(REGISTRY.discover().tasks.items())]


@pytest.fixture(scope="module")
def cut(world):
    """The moment at which both shops are looked at: after two thirds of the time."""
    return world.start + timedelta(days=world.settings.n_days * 2 / 3)


def known_by(tables, moment):
    """The rows that were true by then."""
    then = pa.scalar(moment.replace(tzinfo=None), pa.timestamp("us"))
    kept = {}
    for name, table in tables.items():
        column = TABLES[name].moment
        kept[name] = table.filter(pc.less_equal(table[column], then)) if column in table.column_names else table
    return kept


@pytest.fixture(scope="module")
def honest(world, make_shop, cut):
    """A shop that ends at the cut."""
    shop = make_shop(known_by(world.tables, cut))
    shop.learn(as_of=cut)
    return shop


@pytest.fixture(scope="module")
def tempted(world, make_shop, cut):
    """The same shop, with all that came later and with planted rows: one product takes all, prices explode, titles change."""
    shop = make_shop(world.tables)
    favorite = "p000007"
    events, lines, stock = [], [], []
    for n in range(2_000):
        at = cut + timedelta(microseconds=1 + n * 1_000_000)
        customer = f"c{n % 300:06d}"
        row = {"at": at, "customer_id": customer, "product_id": favorite}
        events.append({**row, "event_id": f"wild{n}", "event": "purchase", "session_id": f"wild{n}", "quantity": 50.0})
        lines.append({**row, "line_id": f"wild{n}", "order_id": f"wild{n}", "quantity": 50.0, "price": 999.0})
        stock.append({"stock_id": f"wild{n}", "product_id": favorite, "at": at, "quantity": 1e6})
    shop.append("events", events)
    shop.append("order_lines", lines)
    shop.append("stock_levels", stock)
    changed = [
        {"product_id": product, "title": f"Changed {n}", "price": 1.0, "brand": "Changed", "product_type": "Changed"}
        for n, product in enumerate(world.tables["products"]["product_id"].to_pylist())
    ]
    shop.upsert("products", changed)
    shop.upsert("products", [{"product_id": "later", "title": "Later", "created_at": (cut + timedelta(days=1)).astimezone(UTC)}])
    shop.learn(as_of=cut)
    return shop


@pytest.mark.parametrize("task", TASKS)
def test_nothing_later_is_seen(task, honest, tempted, cut, call, same_rows, same_scores):
    before, after = call(honest, task, as_of=cut), call(tempted, task, as_of=cut)
    same_rows(before.table, after.table)
    same_scores(before.scores, after.scores)


@pytest.mark.parametrize("task", TASKS)
def test_what_is_later_would_have_shown(task, tempted, honest, cut, call):
    """The law above can fail: without the cut the planted rows change the result."""
    if all(REGISTRY.table(name).kind == "result" for name in task.reads) and all(
        REGISTRY.table(name).kind in ("result", "entity") for name in task.optional
    ):
        pytest.skip("it joins results, each of which is under this law")
    now, then = call(tempted, task), call(honest, task, as_of=cut)
    assert not now.table.equals(then.table)


@pytest.mark.parametrize("name", sorted({name for task in REGISTRY.tasks.values() for name in (*task.reads, *task.optional)}))
def test_a_view_ends_at_its_moment(name, tempted, cut):
    table = REGISTRY.table(name)
    if not table.moment:
        pytest.skip(f"{name} has no moment")
    newest = pc.max(tempted.table(name, as_of=cut)[table.moment]).as_py()
    limit = cut.replace(tzinfo=None)
    assert newest is None or newest <= (limit if table.column(table.moment).type == "moment" else limit.date())


@pytest.mark.parametrize("name", sorted({name for task in REGISTRY.tasks.values() for name in (*task.reads, *task.optional)}))
def test_looking_back_is_looking_then(name, tempted, cut, same_rows):
    """`before`, which back-tests use, shows what a view of that moment shows, and cannot look forward; results are empty there."""
    with closing(tempted.view()) as now, closing(tempted.view(cut)) as then:
        if REGISTRY.table(name).kind == "result":
            with closing(now.before(cut)) as back:
                assert back.count(name) == 0
            return
        with closing(now.before(cut)) as back:
            same_rows(back.table(name), then.table(name))
        with closing(then.before(cut + timedelta(days=365))) as ahead:
            same_rows(ahead.table(name), then.table(name))
