"""The shelf: several locations add up, the newest count holds, products come later."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.baskets.together.loaded.shelf import COLUMNS, Shelf
from shopkeeper.numerics.coding import pack

NOW = datetime(2025, 6, 1, tzinfo=UTC)
KINDS = {"price": pa.float64(), "sale_price": pa.float64()}


class View:
    def __init__(self, products, stock):
        self._products = products
        self._stock = stock

    def table(self, name, columns):
        assert (name, columns) == ("products", COLUMNS)
        return pa.table({
            column: pa.chunked_array([pa.array([row.get(column) for row in self._products], KINDS.get(column, pa.string()))])
            for column in columns
        })  # fmt: skip

    def sql(self, query):
        names = ("product_id", "location", "quantity", "at")
        kinds = (pa.string(), pa.string(), pa.float64(), pa.timestamp("us"))
        return pa.table({
            name: pa.chunked_array([pa.array([row[name] for row in self._stock], kind)]) for name, kind in zip(names, kinds, strict=True)
        })  # fmt: skip


def counted(product_id, location, quantity, hours=0):
    return {"product_id": product_id, "location": location, "quantity": quantity, "at": NOW + timedelta(hours=hours)}


@pytest.fixture
def shelf():
    products = [
        {"product_id": "a", "title": "A", "price": 5.0, "sale_price": 4.0, "product_type": "Mug"},
        {"product_id": "b", "title": "B", "price": 7.0, "availability": "out_of_stock"},
        {"product_id": "later", "title": "L", "price": 9.0, "brand": "Elm"},
    ]
    stock = [{**row, "at": row["at"].replace(tzinfo=None)} for row in (counted("a", "x", 0.0), counted("a", "y", 3.0))]
    return Shelf(pack(["a", "b", "c"]), {"category": {"Mug": 0}, "brand": {"Elm": 0}}, View(products, stock))


def test_what_the_catalog_says(shelf):
    assert [shelf.find(name) for name in ("a", "b", "c", "later", "nobody")] == [0, 1, 2, 3, -1]
    assert [shelf.product_id(code) for code in range(4)] == ["a", "b", "c", "later"]
    assert [shelf.title(code) for code in range(4)] == ["A", "B", None, "L"]
    assert shelf.price[[0, 1, 3]].tolist() == [4.0, 7.0, 9.0]
    assert np.isnan(shelf.price[2])
    assert shelf.category[:4].tolist() == [0, -1, -1, -1]
    assert shelf.brand[:4].tolist() == [-1, -1, -1, 0]
    assert shelf.can_be_bought[:4].tolist() == [True, False, True, True]


def test_locations_add_up_and_old_counts_do_not_hold(shelf):
    shelf.count_stock([counted("a", "y", 0.0, hours=1)])
    assert not shelf.can_be_bought[0]
    shelf.count_stock([counted("a", "y", 5.0, hours=0.5)])
    assert not shelf.can_be_bought[0], "older than what is known"
    shelf.count_stock([counted("a", "x", 1.0, hours=2)])
    assert shelf.can_be_bought[0]
    shelf.count_stock([counted("nobody", "x", 1.0)])


def test_columns_that_are_not_given_stay(shelf):
    shelf.change([{"product_id": "a", "price": 10.0}])
    assert shelf.price[0] == 4.0
    shelf.change([{"product_id": "a", "sale_price": None}])
    assert shelf.price[0] == 10.0
    assert shelf.title(0) == "A"
    shelf.change([{"product_id": "a", "title": "AA", "availability": "discontinued", "product_type": "Pot"}])
    assert shelf.title(0) == "AA"
    assert not shelf.can_be_bought[0]
    assert shelf.category[0] == -1


def test_there_is_room_for_many_new_products(shelf):
    shelf.change([{"product_id": f"n{number}", "title": str(number), "price": float(number)} for number in range(1_000)])
    assert shelf.n_products == 1_004
    code = shelf.find("n999")
    assert (shelf.product_id(code), shelf.title(code), shelf.price[code]) == ("n999", "999", 999.0)
    assert shelf.can_be_bought[code]
    assert shelf.price[0] == 4.0
