"""Trade: orders, lines, returns and stock agree with each other."""

import pyarrow.compute as pc
import pytest


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


def test_customers_like_what_is_to_their_taste(world):
    reviews, truth = world.tables["reviews"].to_pylist(), world.truth["truth_customers"].to_pylist()
    favorite = {row["customer_id"]: row["favorite_group"] for row in truth}
    liked = [row["rating"] for row in reviews if favorite[row["customer_id"]] == world.group_of[row["product_id"]]]
    other = [row["rating"] for row in reviews if favorite[row["customer_id"]] != world.group_of[row["product_id"]]]
    assert sum(liked) / len(liked) > sum(other) / len(other) + 0.3
    assert {row["rating"] for row in reviews} <= {1.0, 2.0, 3.0, 4.0, 5.0}


def test_a_review_is_of_an_order_of_the_same_customer(world):
    lines = {(row["order_id"], row["product_id"]): row for row in world.tables["order_lines"].to_pylist()}
    for row in world.tables["reviews"].to_pylist():
        line = lines[row["order_id"], row["product_id"]]
        assert line["customer_id"] == row["customer_id"]
        assert row["customer_id"] is not None


def test_reduced_products_cost_a_fifth_less_for_a_week(world):
    price = {row["product_id"]: row["price"] for row in world.tables["products"].to_pylist()}
    lines = [line for line in world.tables["order_lines"].to_pylist() if line["quantity"] > 0]
    for line in lines:
        assert line["price"] + line["discount"] == pytest.approx(price[line["product_id"]])
    reduced = [line for line in lines if line["discount"]]
    assert len(reduced) / len(lines) == pytest.approx(world.settings.discount_share, abs=0.03)
    assert all(line["discount"] == pytest.approx(price[line["product_id"]] * 0.2, abs=0.006) for line in reduced)
    week = {(line["product_id"], (line["at"] - world.start.replace(tzinfo=None)).days // 7): line["discount"] for line in lines}
    assert all(week[line["product_id"], (line["at"] - world.start.replace(tzinfo=None)).days // 7] for line in reduced)
