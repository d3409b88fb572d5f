"""What goes with a product or a cart, as a shop asks it."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

from shopkeeper.core.errors import SettingError


def shown(shop, **request):
    return [entry["product_id"] for entry in shop.answers.ask("baskets.together", request)["products"]]


def test_the_complement_comes_first_with_its_reason(small):
    body = small.answers.ask("baskets.together", {"product": "cup", "n": 3})
    first = body["products"][0]
    assert (first["product_id"], first["rung"], first["price"], first["title"]) == ("saucer", "complement", 4.0, "Saucer")
    reason = first["reasons"][0]
    assert reason["product_id"] == "cup"
    assert reason["n_together"] >= 10
    assert reason["lift"] > 2
    assert reason["text"].startswith(f"bought together in {reason['n_together']} orders, ")
    assert body["rung"] == "complement"
    assert body["with"] == ["cup"]


def test_a_cart_is_answered_for_all_of_it_and_not_with_itself(small):
    found = shown(small, products=["cup", "lamp", "pen"], n=3)
    assert set(found) == {"saucer", "bulb", "ink"}
    assert not {"cup", "saucer"} & set(shown(small, products=["cup", "saucer"], n=20))


def test_what_must_not_be_shown_is_not(small):
    assert "saucer" not in shown(small, product="cup", exclude=["saucer"], n=20)
    assert all(price <= 9 for price in prices(small, product="cup", price_high=9.0, n=20))
    assert all(price >= 9 for price in prices(small, product="cup", price_low=9.0, n=20))


def prices(shop, **request):
    return [entry["price"] for entry in shop.answers.ask("baskets.together", request)["products"]]


def test_an_unknown_product_gets_what_is_popular(small):
    body = small.answers.ask("baskets.together", {"product": "nobody knows it", "n": 4})
    assert [entry["rung"] for entry in body["products"]] == ["popular"] * 4


def test_a_band_with_nothing_in_it_says_so(small):
    body = small.answers.ask("baskets.together", {"product": "cup", "price_low": 1e6})
    assert body["products"] == []
    assert body["rung"] == "none"
    assert body["note"]


def test_what_sells_out_disappears_at_once_and_comes_back(make_small):
    shop = make_small()
    shop.run("baskets.together")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert shown(shop, product="cup", n=1) == ["saucer"]
    shop.append("stock_levels", [{"stock_id": "s1", "product_id": "saucer", "at": now, "quantity": 0.0}])
    assert shown(shop, product="cup", n=1) != ["saucer"]
    assert shown(shop, product="cup", n=1, in_stock=False) == ["saucer"]
    shop.append("stock_levels", [{"stock_id": "s2", "product_id": "saucer", "at": now + timedelta(hours=1), "quantity": 9.0}])
    assert shown(shop, product="cup", n=1) == ["saucer"]
    shop.upsert("products", [{"product_id": "saucer", "availability": "discontinued"}])
    assert shown(shop, product="cup", n=1) != ["saucer"]


def test_a_new_product_stands_on_its_category(make_small):
    shop = make_small()
    shop.run("baskets.together")
    shop.upsert("products", [{"product_id": "new lamp", "title": "New lamp", "product_type": "Light", "price": 44.0}])
    body = shop.answers.ask("baskets.together", {"product": "new lamp", "n": 2})
    first = body["products"][0]
    assert (first["product_id"], first["rung"]) == ("bulb", "category")
    assert first["reasons"][0]["category"] == "Light"
    assert "Light and Bulbs are bought together in" in first["reasons"][0]["text"]


def test_a_price_that_changes_is_told(make_small):
    shop = make_small()
    shop.run("baskets.together")
    assert prices(shop, product="cup", n=1) == [4.0]
    shop.upsert("products", [{"product_id": "saucer", "sale_price": 3.0}])
    assert prices(shop, product="cup", n=1) == [3.0]


def test_the_choice_is_written_down(small):
    body = small.answers.ask("baskets.together", {"product": "lamp", "n": 2, "customer": "c7", "place": "product_page"})
    small.answers.flush()
    with closing(small.store.view(as_of=datetime.now(UTC) + timedelta(seconds=5))) as view:
        row = view.sql("select * from decisions where decision_id = $id", {"id": body["decision_id"]}).to_pylist()[0]
    assert json.loads(row["chosen"]) == [entry["product_id"] for entry in body["products"]]
    assert (row["customer_id"], row["place"]) == ("c7", "product_page")
    assert json.loads(row["reason"])["with"] == ["lamp"]


def test_a_number_out_of_range_is_refused(small):
    try:
        small.answers.ask("baskets.together", {"product": "cup", "n": 0})
    except SettingError as error:
        assert "n" in error.what
    else:
        raise AssertionError("0 products were asked for")
