"""The whole task on a small shop: its table, scores and words; refused where there is too little; honest where there is nothing."""

import numpy as np
import pytest

from shopkeeper.core.errors import NotEnoughData


def names_together(table):
    return {(row["product_id"], row["other_id"]) for row in table.to_pylist() if row["rank"] == 1}


def test_planted_pairs_head_the_table(small):
    table = small.table("basket_complements")
    assert {("cup", "saucer"), ("saucer", "cup"), ("bulb", "lamp"), ("ink", "pen")} <= names_together(table)
    assert set(table["relation"].to_pylist()) == {"complement"}
    assert max(table["p_corrected"].to_pylist()) <= 0.05
    assert max(table["rank"].to_pylist()) <= 20


def test_it_is_judged_beside_popularity_and_the_item_graph(small):
    run = small.runs("baskets.together")[0]
    names = {score.baseline_name for score in run.scores}
    assert names == {"popularity", "item graph"}
    deciding = [score for score in run.scores if score.decides]
    assert [score.verdict for score in deciding] == ["better"]
    assert "popular products in" in run.headline


def test_a_shop_of_noise_has_no_complements(make_small):
    random = np.random.default_rng(2)
    rows = []
    from datetime import UTC, datetime, timedelta

    for number in range(600):
        for name in random.choice(20, 3, replace=False).tolist():
            rows.append({
                "line_id": f"l{len(rows)}", "order_id": f"o{number:04d}", "product_id": f"p{name:02d}", "quantity": 1.0, "price": 5.0,
                "at": datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number),
            })  # fmt: skip
    shop = make_small(rows, [{"product_id": f"p{name:02d}", "price": 5.0} for name in range(20)])
    run = shop.run("baskets.together")
    assert run.table.num_rows == 0
    assert "none is bought together" in run.headline
    assert shop.run("baskets.bundles").table.num_rows == 0


def test_too_few_baskets_are_refused(make_small):
    from shopkeeper.simulator import simulate

    lines = simulate(1, n_customers=20, n_products=10, n_days=20).tables["order_lines"].slice(0, 6).to_pylist()
    from datetime import UTC

    shop = make_small([row | {"at": row["at"].replace(tzinfo=UTC)} for row in lines])
    with pytest.raises(NotEnoughData) as refused:
        shop.run("baskets.together")
    assert "orders with two products or more" in refused.value.got
    assert refused.value.next


def test_settings_reach_the_evidence(make_small):
    shop = make_small()
    many = shop.run("baskets.together", {"error_share": 0.5}).table.num_rows
    few = shop.run("baskets.together", {"error_share": 0.0001}, force=True).table.num_rows
    assert few <= many
    assert shop.run("baskets.together", {"together_orders": 500}, force=True).table.num_rows == 0
