"""The simulated shop: same seed same tables, the schema's columns, and effects that are there exactly when their knob is on."""

import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import pytest

from shopkeeper.core.errors import SettingError
from shopkeeper.core.schema import TABLES
from shopkeeper.simulator import simulate
from shopkeeper.simulator.arrow import TYPES


def test_same_seed_same_tables(world):
    again = simulate(seed=1)
    for name, table in {**world.tables, **world.truth}.items():
        assert table.equals({**again.tables, **again.truth}[name]), name


def test_another_seed_another_shop(world):
    assert not simulate(seed=2).tables["events"].equals(world.tables["events"])


def test_columns_and_types_are_the_schemas(world):
    for name, table in world.tables.items():
        declared = TABLES[name]
        for field in table.schema:
            assert field.type == TYPES[declared.column(field.name).type], (name, field.name)
        for column in declared.columns:
            if column.required:
                assert column.name in table.column_names
                assert table[column.name].null_count == 0, (name, column.name)
            if column.choices and column.name in table.column_names:
                assert set(table[column.name].to_pylist()) <= {*column.choices, None}


def test_keys_are_unique_and_numbers_are_known(world):
    products, customers = (
        set(world.tables["products"]["product_id"].to_pylist()),
        set(world.tables["customers"]["customer_id"].to_pylist()),
    )
    for name, table in world.tables.items():
        key = table[TABLES[name].id]
        assert pc.count_distinct(key).as_py() == table.num_rows, name
        if "product_id" in table.column_names:
            assert set(table["product_id"].to_pylist()) - {None} <= products
        if "customer_id" in table.column_names:
            assert set(table["customer_id"].to_pylist()) <= {*customers, None}


def test_tables_come_in_order_of_time(world):
    for name in ("events", "orders", "order_lines", "stock_levels", "reviews"):
        at = world.tables[name]["at"].cast(pa.int64()).to_numpy()
        assert (np.diff(at) >= 0).all(), name


def test_a_strange_knob_is_an_error_that_names_the_nearest():
    with pytest.raises(SettingError, match="did you mean 'taste'"):
        simulate(tast=0.5)
    with pytest.raises(SettingError, match="0 to 1"):
        simulate(taste=1.5)
    with pytest.raises(SettingError, match="year-month-day"):
        simulate(start_date="yesterday")


@pytest.mark.parametrize(
    "knobs",
    [
        {"n_products": 2},
        {"n_customers": 1},
        {"n_days": 2},
        {"n_groups": 1},
        {"cart_share": 0},
        {"visits_per_customer": 0.01},
        {"views_per_visit": 1},
        {"n_groups": 50, "n_products": 3},
    ],
)
def test_small_worlds_are_worlds_too(knobs):
    world = simulate(**{"n_customers": 20, "n_products": 10, **knobs})
    assert world.tables["products"].num_rows == world.settings.n_products
    assert world.tables["events"].schema.names[0] == "event_id"


def test_files_hold_the_tables(world, tmp_path):
    written = world.write(tmp_path / "csv", truth=True)
    assert set(written) == {*world.tables, *world.truth}
    assert pyarrow.csv.read_csv(written["order_lines"]).num_rows == world.tables["order_lines"].num_rows
    parquet = world.write(tmp_path / "parquet", form="parquet")
    assert pa.parquet.read_table(parquet["events"]).equals(world.tables["events"])


@pytest.mark.slow
def test_a_hundred_thousand_customers_take_seconds():
    began = time.perf_counter()
    world = simulate(n_customers=100_000, n_products=20_000)
    assert world.tables["events"].num_rows > 3_000_000
    assert time.perf_counter() - began < 60
