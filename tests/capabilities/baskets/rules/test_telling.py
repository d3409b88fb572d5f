"""A shop with planted pairs has exactly these rules, and the same goods in other baskets none."""

import json
from datetime import timedelta

import numpy as np
import pytest


def pairs(table, level="product"):
    rows = [row for row in table.to_pylist() if row["level"] == level]
    return {(tuple(json.loads(row["antecedent"])), *json.loads(row["consequent"])) for row in rows}


PLANTED = {
    (("cup",), "saucer"), (("saucer",), "cup"), (("lamp",), "bulb"), (("bulb",), "lamp"), (("pen",), "ink"), (("ink",), "pen"),
}  # fmt: skip


@pytest.fixture(scope="module")
def told(make_small):
    return make_small().run("baskets.rules")


def test_the_planted_pairs_are_the_rules(told):
    assert pairs(told.table) == PLANTED


def test_their_categories_too_but_for_what_is_in_one(told):
    found = pairs(told.table, "category")
    assert (("Light",), "Bulbs") in found
    assert not any(left == (right,) for left, right in found)


def test_numbers_of_a_rule_belong_together(told):
    for row in told.table.to_pylist():
        assert row["support"] == pytest.approx(row["n_baskets"] / 900)
        assert row["size_lift"] == pytest.approx(row["n_baskets"] / row["n_expected"])
        assert row["p_value"] <= row["p_corrected"] <= 0.05
        assert row["first_at"] is not None
        assert row["lift"] > 1 < row["size_lift"]


def test_earlier_rules_hold_on_later_baskets(told):
    (score,) = told.run.scores
    assert score.verdict == "better"
    assert score.value > 0.5 > score.baseline
    assert score.interval.low < score.value < score.interval.high


def test_the_headline_says_how_many_were_tried(told):
    assert "6 rules between products of" in told.run.headline


@pytest.mark.parametrize("seed", range(4))
def test_the_same_goods_shuffled_among_baskets_have_no_rules(make_small, seed):
    """Every product as frequent and every basket as large as in the shop above."""
    from capabilities.baskets.conftest import lines

    from shopkeeper.capabilities.baskets.read import read_baskets
    from shopkeeper.numerics.itemsets.rules.curveball import shuffled_baskets

    shop = make_small()
    real = read_baskets(shop.view())
    noise = shuffled_baskets(real.baskets, seed=seed)
    names, base = real.products.to_pylist(), lines()[0]
    basket = np.repeat(np.arange(len(noise)), noise.sizes)
    rows = [
        {
            **base, "line_id": str(number), "order_id": f"o{basket[number]:05d}", "product_id": names[code],
            "at": base["at"] + timedelta(hours=8 * int(basket[number])),
        }
        for number, code in enumerate(noise.item.tolist())
    ]  # fmt: skip
    found = make_small(rows).run("baskets.rules")
    assert pairs(found.table) == set()
    assert found.run.scores == ()


def test_a_new_pair_and_one_that_has_faded(make_small):
    from capabilities.baskets.conftest import lines

    early, late = lines(seed=1, n_orders=600), lines(seed=2, n_orders=200)
    late = [
        {**row, "line_id": "n" + row["line_id"], "order_id": "n" + row["order_id"], "at": row["at"] + timedelta(hours=8 * 600)}
        for row in late
    ]
    orders = sorted({row["order_id"] for row in late})
    old = {row["order_id"] for row in late if row["product_id"] == "pen"}
    late = [row for row in late if not (row["product_id"] == "ink" and row["order_id"] in old)]
    random = np.random.default_rng(3)
    have = {(row["order_id"], row["product_id"]) for row in late}
    for order in orders:
        if random.random() < 0.3:
            base = next(row for row in late if row["order_id"] == order)
            for name in ("thing01", "thing02"):
                if (order, name) not in have:
                    late.append({**base, "line_id": f"x{order}{name}", "product_id": name})
    table = make_small(early + late).run("baskets.rules", {"recent_days": 66}).table
    found = {json.loads(row["antecedent"])[0]: row for row in table.to_pylist() if row["level"] == "product"}
    assert found["thing01"]["is_new"] and json.loads(found["thing01"]["consequent"]) == ["thing02"]
    assert found["pen"]["has_faded"]
    assert not found["cup"]["is_new"] and not found["cup"]["has_faded"]
    assert found["cup"]["recent_lift"] > 1


def test_only_the_best_rules_are_listed(make_small):
    found = make_small().run("baskets.rules", {"rules_most": 2})
    assert len(pairs(found.table)) == 2
    assert "of which the best 2 are listed" in found.run.headline


def test_one_basket_has_no_rules(make_small):
    from capabilities.baskets.conftest import lines

    found = make_small(lines(n_orders=1)).run("baskets.rules")
    assert found.table.num_rows == 0
