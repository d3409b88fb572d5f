import pyarrow as pa

from shopkeeper.capabilities.recommend.loaded.model import RecommendModel
from shopkeeper.core.registry import REGISTRY


def test_the_task_is_declared():
    task = REGISTRY.discover().task("recommend.learn")
    assert task.reads == ("interactions",)
    assert task.writes.name == "recommendations"
    assert set(task.observes) == {
        "events", "order_lines", "products", "stock_levels", "rules", "placements", "outcomes", "decisions",
    }  # fmt: skip
    assert task.question.endswith("?")


def test_it_loads_what_it_learned(folder, tastes, view_of):
    task = REGISTRY.discover().task("recommend.learn")
    assert isinstance(task.load(folder, view_of(tastes)), RecommendModel)


def test_the_columns_have_their_types(learned):
    types = {"text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "json": pa.string()}
    task = REGISTRY.discover().task("recommend.learn")
    assert learned.table.schema.types == [types[column.type] for column in task.writes.columns]
