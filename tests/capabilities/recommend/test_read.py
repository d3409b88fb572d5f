from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.recommend import read
from shopkeeper.capabilities.recommend.read import (
    UNKNOWN_KIND,
    read_interactions,
    read_products,
    read_texts,
    read_titles,
)
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.store.views.live_stock import last_counts


def row(actor, product, event="purchase", at=datetime(2024, 1, 1), customer=None):
    return {"actor_id": actor, "customer_id": customer, "product_id": product, "event": event, "at": at}


def test_codes_follow_the_bytes_of_the_texts(view_of):
    data = read_interactions(
        view_of({"interactions": [row("b", "y", customer="b"), row("session:1", "é"), row("b", "z", "view_item", customer="b")]})
    )
    assert [data.customers.text(code) for code in range(2)] == ["b", "session:1"]
    assert [data.products.text(code) for code in range(3)] == ["y", "z", "é"]
    assert data.customer.tolist() == [0, 1, 0]
    assert data.product.tolist() == [0, 2, 1]
    assert data.kind.tolist() == [EVENT_KINDS.index("purchase")] * 2 + [EVENT_KINDS.index("view_item")]
    assert data.is_known.tolist() == [True, False]
    assert data.at.tolist() == [1_704_067_200_000_000] * 3


def test_products_without_history_have_codes_too(view_of):
    data = read_interactions(view_of({"interactions": [row("a", "x")], "products": [{"product_id": "b"}, {"product_id": "x"}]}))
    assert [data.products.text(code) for code in range(2)] == ["b", "x"]
    assert data.product.tolist() == [1]


def test_rows_without_a_product_are_left_out_and_unknown_kinds_say_nothing(view_of):
    data = read_interactions(view_of({"interactions": [row("a", None), row("a", "x", "dance")]}))
    assert data.kind.tolist() == [UNKNOWN_KIND]


def test_no_rows(view_of):
    data = read_interactions(view_of({}))
    assert len(data.customers) == len(data.products) == len(data.at) == 0


def test_words_of_products(view_of):
    view = view_of(
        {
            "interactions": [row("a", "1"), row("a", "2")],
            "products": [
                {"product_id": "1", "title": "Red Mug, red!", "brand": "Alder", "product_type": "Home > Mug"},
                {"product_id": "2", "title": "中文杯子"},
                {"product_id": "3"},
            ],
        }
    )
    products = read_interactions(view).products
    texts = read_texts(view, products)
    of = {code: texts.term[texts.product == code] for code in range(3)}
    assert len(of[0]) == 3 + 1 + 2 + 3
    assert len(set(of[0])) == 7  # red, mug, alder, home; the brand and two levels of the category
    assert len(of[1]) == 3  # pairs of signs
    assert len(of[2]) == 0
    assert read_titles(view, products).to_pylist() == ["Red Mug, red!", "中文杯子", None]


def test_what_the_catalog_says_by_code(view_of):
    view = view_of(
        {
            "interactions": [row("a", "2"), row("a", "9")],
            "products": [
                {"product_id": "3", "product_type": "Mug", "brand": "Birch", "price": 5.0, "sale_price": 4.0, "cost": 1.0},
                {"product_id": "2", "product_type": "Lamp", "brand": "", "price": 7.0, "created_at": datetime(2024, 1, 1)},
            ],
        }
    )
    found = read_products(view, read_interactions(view).products)  # codes: 2, 3, 9
    assert found.category.tolist()[0] != found.category.tolist()[1]
    assert (found.category >= 0).tolist() == [True, True, False]
    assert (found.brand >= 0).tolist() == [False, True, False]
    assert found.price.tolist()[:2] == [7.0, 4.0]
    assert np.isnan([found.price[2], found.cost[0], found.cost[2]]).all()
    assert found.created_at[0] == datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1e6
    assert found.created_at[1] == found.created_at[2] == np.iinfo(np.int64).min
    assert found.n_terms == 6  # mug, birch, lamp, as words and as attributes


def test_a_shop_without_a_catalog_says_nothing_of_its_products(view_of):
    view = view_of({"interactions": [row("a", "2")]})
    found = read_products(view, read_interactions(view).products)
    assert (found.category.tolist(), found.n_terms) == ([-1], 0)
    assert np.isnan(found.price).all()


def test_the_last_count_of_each_place(view_of):
    stock = [
        {"product_id": "1", "location": place, "at": datetime(2024, 1, day), "quantity": quantity}
        for place, day, quantity in (("north", 2, 5.0), ("north", 1, 9.0), (None, 1, 2.0))
    ]
    rows = last_counts(view_of({"stock_levels": stock})).to_pylist()
    assert {(each["location"], each["quantity"]) for each in rows} == {("north", 5.0), ("", 2.0)}


def test_row_order_does_not_change_codes(view_of):
    rows = [row(f"c{n % 7}", f"p{n % 5}", customer=f"c{n % 7}") for n in range(40)]
    one = read_interactions(view_of({"interactions": rows}))
    other = read_interactions(view_of({"interactions": rows[::-1]}))
    assert np.array_equal(one.customers.data, other.customers.data)
    assert np.array_equal(one.product, other.product[::-1])


def test_many_texts_are_sorted_as_few_are(monkeypatch):
    texts = [f"{'session:' if number % 3 else ''}{number * 7919 % 10_007}é{number % 5}" for number in range(10_000)]
    monkeypatch.setattr(read, "MANY_TEXTS", 100)
    order = read._sorted(pa.array(texts, pa.large_string()))
    assert [texts[place] for place in order] == sorted(texts, key=str.encode)
