import json

import pytest

from shopkeeper.core.errors import NotEnoughData


def test_itemsets_of_every_level(make_small):
    found = make_small().run("baskets.itemsets")
    rows = found.table.to_pylist()
    assert {row["level"] for row in rows} == {"product", "category"}
    named = {(row["level"], tuple(json.loads(row["items"]))): row for row in rows}
    pair = named["product", ("cup", "saucer")]
    assert pair["n_items"] == 2
    assert pair["support"] == pytest.approx(pair["n_baskets"] / 900)
    assert pair["is_closed"]
    assert ("category", ("Kitchen",)) in named
    assert "900 baskets" in found.run.headline


def test_a_support_that_does_not_fit_is_raised_and_told(make_small):
    found = make_small().run("baskets.itemsets", {"min_support": 0.0, "itemsets_most": 30})
    assert "the support was raised to" in found.run.headline
    assert found.table.num_rows <= 2 * 30


@pytest.mark.parametrize("method", ["eclat", "fp_growth", "apriori"])
def test_the_method_is_a_setting(make_small, method):
    shop = make_small()
    assert shop.run("baskets.itemsets", {"itemset_method": method}).table.equals(shop.run("baskets.itemsets").table)


def test_returns_alone_are_no_baskets(make_small):
    from capabilities.baskets.conftest import START

    line = {"line_id": "1", "order_id": "o", "at": START, "product_id": "p", "quantity": -1.0, "price": 1.0}
    with pytest.raises(NotEnoughData) as refused:
        make_small([line], [{"product_id": "p", "title": "P"}]).run("baskets.itemsets")
    assert refused.value.next
