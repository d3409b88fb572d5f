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
from shopkeeper.simulator import NOTHING_TO_FIND, simulate
from shopkeeper.simulator.arrow import TYPES


@pytest.fixture(scope="module")
def world():
    return simulate(seed=1)


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
            assert set(table["product_id"].to_pylist()) <= products
        if "customer_id" in table.column_names:
            assert set(table["customer_id"].to_pylist()) <= {*customers, None}


def test_tables_come_in_order_of_time(world):
    for name in ("events", "orders", "order_lines", "stock_levels"):
        at = world.tables[name]["at"].cast(pa.int64()).to_numpy()
        assert (np.diff(at) >= 0).all(), name


def test_an_orders_value_is_the_sum_of_what_was_ordered(world):
    lines = world.tables["order_lines"]
    sold = lines.filter(pc.greater(lines["quantity"], 0))
    worth = (
        sold.append_column("worth", pc.multiply(sold["quantity"], sold["price"]))
        .group_by("order_id")
        .aggregate([("worth", "sum")])
    )
    value = dict(zip(worth["order_id"].to_pylist(), worth["worth_sum"].to_pylist(), strict=True))
    orders = world.tables["orders"]
    assert len(value) == orders.num_rows
    for order_id, given in zip(orders["order_id"].to_pylist(), orders["value"].to_pylist(), strict=True):
        assert given == pytest.approx(value[order_id])


def test_a_return_follows_its_purchase(world):
    lines = world.tables["order_lines"].to_pylist()
    bought = {(line["order_id"], line["product_id"]): line for line in lines if line["quantity"] > 0}
    returns = [line for line in lines if line["quantity"] < 0]
    assert returns
    for line in returns:
        first = bought[line["order_id"], line["product_id"]]
        assert first["quantity"] == -line["quantity"]
        assert first["at"] < line["at"]


def test_nobody_acts_before_being_known_and_nothing_is_viewed_before_it_is_sold(world):
    events = world.tables["events"]
    for entity, key in (("customers", "customer_id"), ("products", "product_id")):
        since = world.tables[entity].select([key, "created_at"])
        joined = events.join(since, key).filter(pc.is_valid(pc.field(key)))
        assert pc.all(pc.greater_equal(joined["at"], joined["created_at"])).as_py(), entity


def test_every_purchase_event_is_an_order(world):
    events = world.tables["events"]
    ordered = set(events.filter(pc.equal(events["event"], "purchase"))["order_id"].to_pylist())
    assert ordered == set(world.tables["orders"]["order_id"].to_pylist())


def test_nothing_is_left_of_what_is_out_of_stock(world):
    stock, products = world.tables["stock_levels"], world.tables["products"]
    last = {row["product_id"]: row["quantity"] for row in stock.sort_by("at").to_pylist()}
    gone = products.filter(pc.equal(products["availability"], "out_of_stock"))["product_id"].to_pylist()
    assert gone
    assert all(last[product] == 0 for product in gone)


def test_probabilities_sum_to_one(world):
    shown = world.probability(["c000000", "c000007"])
    assert shown.shape == (2, world.settings.n_products)
    assert shown.sum(axis=1) == pytest.approx([1, 1])
    share = world.truth["truth_products"].group_by("group").aggregate([("share_in_group", "sum")])
    assert share["share_in_group_sum"].to_pylist() == pytest.approx([1.0] * share.num_rows)


def test_shares_in_the_group_are_what_is_seen():
    world = simulate(
        seed=3, n_products=20, n_groups=2, n_customers=3000, new_product_share=0, season=0, complements=0, order_effect=0.5
    )
    events = world.tables["events"]
    seen = events.filter(pc.equal(events["event"], "view_item")).group_by("product_id").aggregate([("event_id", "count")])
    count = dict(zip(seen["product_id"].to_pylist(), seen["event_id_count"].to_pylist(), strict=True))
    truth = world.truth["truth_products"].to_pylist()
    for group in (0, 1):
        members = [row for row in truth if row["group"] == group]
        total = sum(count[row["product_id"]] for row in members)
        for row in members:
            assert count[row["product_id"]] / total == pytest.approx(row["share_in_group"], abs=0.008)


def _share_of_views_in_favorite_group(world):
    events = world.tables["events"]
    known = events.filter(pc.and_(pc.is_valid(events["customer_id"]), pc.equal(events["event"], "view_item")))
    known = known.join(world.truth["truth_products"].select(["product_id", "group"]), "product_id")
    known = known.join(world.truth["truth_customers"], "customer_id")
    return pc.mean(pc.equal(known["group"], known["favorite_group"]).cast(pa.float64())).as_py()


def test_taste_shows_and_can_be_turned_off():
    with_taste, without = simulate(seed=4, taste=0.9, season=0), simulate(seed=4, taste=0.0, season=0)
    assert _share_of_views_in_favorite_group(with_taste) > 0.75
    n_groups = without.settings.n_groups
    assert _share_of_views_in_favorite_group(without) == pytest.approx(1 / n_groups, abs=0.04)


def _n_sequels(world):
    events = (
        world.tables["events"]
        .filter(pc.equal(world.tables["events"]["event"], "view_item"))
        .sort_by([("session_id", "ascending"), ("at", "ascending")])
    )
    sequel = {row["product_id"]: row["other_id"] for row in world.truth["truth_pairs"].to_pylist() if row["relation"] == "sequel"}
    session, product = events["session_id"].to_pylist(), events["product_id"].to_pylist()
    pairs = [(product[i], product[i + 1]) for i in range(len(product) - 1) if session[i] == session[i + 1]]
    forward = sum(sequel.get(a) == b for a, b in pairs) / len(pairs)
    backward = sum(sequel.get(b) == a for a, b in pairs) / len(pairs)
    return forward, backward


def test_the_order_effect_has_a_direction():
    forward, backward = _n_sequels(simulate(seed=5, order_effect=0.4, complements=0))
    assert forward > 0.4
    assert backward < 0.1


def test_complements_meet_in_baskets():
    def share(world):
        baskets = {}
        for line in world.tables["order_lines"].to_pylist():
            baskets.setdefault(line["order_id"], set()).add(line["product_id"])
        pairs = {
            row["product_id"]: row["other_id"]
            for row in simulate(seed=6).truth["truth_pairs"].to_pylist()
            if row["relation"] == "complement"
        }
        hits = [pairs[product] in basket for basket in baskets.values() for product in basket if product in pairs]
        return sum(hits) / len(hits)

    assert share(simulate(seed=6, complements=0.5)) > 0.4
    assert share(simulate(seed=6, complements=0.0)) < 0.1


def test_substitutes_avoid_each_other():
    def share(world):
        kind = dict(
            zip(
                world.truth["truth_products"]["product_id"].to_pylist(),
                world.truth["truth_products"]["kind"].to_pylist(),
                strict=True,
            )
        )
        baskets = {}
        for line in world.tables["order_lines"].to_pylist():
            baskets.setdefault(line["order_id"], set()).add(line["product_id"])
        doubled = [len({kind[product] for product in basket}) < len(basket) for basket in baskets.values() if len(basket) > 1]
        return sum(doubled) / len(doubled)

    quiet = {"complements": 0.0, "seed": 7}
    assert share(simulate(substitution=1.0, **quiet)) == 0
    assert share(simulate(substitution=0.0, **quiet)) > 0.15


def test_season_moves_demand_and_groups():
    swinging, flat = simulate(seed=8, season=0.9, n_days=365), simulate(seed=8, season=0, n_days=365)
    assert np.ptp(swinging.truth["truth_days"]["demand"].to_numpy()) > 0.5
    assert np.ptp(flat.truth["truth_days"]["demand"].to_numpy()) == 0
    assert np.ptp(flat.truth["truth_products"]["season_at_end"].to_numpy()) == 0


def test_a_world_with_nothing_to_find_lists_no_pairs():
    assert simulate(**NOTHING_TO_FIND).truth["truth_pairs"].num_rows == 0


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
