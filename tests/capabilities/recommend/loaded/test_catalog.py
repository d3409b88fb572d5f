from datetime import UTC, datetime

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.read import read_facts
from shopkeeper.numerics.coding import pack
from shopkeeper.store.views.live_stock import last_counts

NOW = datetime(2024, 1, 5)
PRODUCTS = [
    {"product_id": "b", "title": "Bowl", "price": 2.55, "sale_price": 1.99, "brand": " Alder ", "product_type": "Home > Kitchen"},
    {"product_id": "a", "title": None, "price": 3.0, "availability": "discontinued", "product_type": "Home"},
    {"product_id": "z", "title": "Later", "created_at": NOW},
]
STOCK = [
    {"stock_id": "1", "product_id": "b", "location": "north", "at": NOW, "quantity": 0.0},
    {"stock_id": "2", "product_id": "b", "location": "south", "at": NOW, "quantity": 2.0},
]


@pytest.fixture
def catalog(view_of):
    view = view_of({"products": PRODUCTS, "stock_levels": STOCK})
    return Catalog(pack(["a", "b", "gone"]), read_facts(view), last_counts(view))


def passing(catalog, **filters):
    mask = catalog.mask(filters.get("in_stock", False), filters.get("category", ""), filters.get("brand", ""))
    return {catalog.describe(int(code)).product_id for code in np.flatnonzero(mask)}


def test_learned_products_keep_their_codes_and_others_follow(catalog):
    assert [catalog.find(name) for name in ("a", "b", "gone", "z", "?")] == [0, 1, 2, 3, -1]
    assert catalog.n_products == 4


def test_what_is_said_about_products(catalog):
    assert catalog.describe(1).title == "Bowl"
    assert catalog.describe(1).price == 1.99  # the lower of the two
    assert (catalog.describe(0).title, catalog.describe(0).price) == (None, 3.0)
    assert (catalog.describe(2).product_id, catalog.describe(2).title, catalog.describe(2).price) == ("gone", None, None)
    assert catalog.describe(3).product_id == "z"


def test_the_newest_first(catalog):
    assert catalog.newest.tolist() == [3, 0, 1, 2]


def test_masks(catalog):
    assert passing(catalog) == {"a", "b", "gone", "z"}
    assert passing(catalog, in_stock=True) == {"b", "gone", "z"}
    assert passing(catalog, category="HOME") == {"a", "b"}
    assert passing(catalog, category="Home > Kitchen") == {"b"}
    assert passing(catalog, brand="alder", in_stock=True) == {"b"}
    assert passing(catalog, brand="nobody") == set()


def count(product, quantity, location, at=datetime(2024, 1, 6, tzinfo=UTC)):
    return {"product_id": product, "quantity": quantity, "location": location, "at": at}


def test_counts_of_several_places_add_up_and_the_newest_holds(catalog):
    assert "b" in passing(catalog, in_stock=True)
    catalog.count_stock([count("b", 0.0, "south")])
    assert "b" not in passing(catalog, in_stock=True)
    catalog.count_stock([count("b", 9.0, "north", datetime(2023, 1, 1, tzinfo=UTC))])  # an old count that came late
    assert "b" not in passing(catalog, in_stock=True)
    catalog.count_stock([count("b", 9.0, "north"), count("unknown", 1.0, None)])
    assert "b" in passing(catalog, in_stock=True)


def test_changes_reach_every_mask_that_is_kept(catalog):
    for filters in ({}, {"in_stock": True}, {"category": "garden"}, {"brand": "birch"}):
        passing(catalog, **filters)
    catalog.change([{"product_id": "a", "availability": "in_stock", "product_type": "Garden > Pots", "brand": "Birch"}])
    assert "a" in passing(catalog, in_stock=True)
    assert passing(catalog, category="garden") == {"a"}
    assert passing(catalog, brand="birch") == {"a"}
    assert passing(catalog, category="home") == {"b"}


def test_a_column_that_is_not_given_stays(catalog):
    catalog.change([{"product_id": "b", "title": "Big bowl"}])
    assert (catalog.describe(1).title, catalog.describe(1).price) == ("Big bowl", 1.99)
    catalog.change([{"product_id": "b", "price": 4.0, "sale_price": None}])
    assert catalog.describe(1).price == 4.0
    assert catalog.price[1] == 4.0


def test_one_of_two_prices_given_keeps_the_other(catalog):
    catalog.change([{"product_id": "b", "price": 1.5}])
    assert catalog.describe(1).price == 1.5
    catalog.change([{"product_id": "b", "price": 9.0}])
    assert catalog.describe(1).price == 1.99


def test_the_catalog_grows_beyond_its_room(catalog):
    passing(catalog, brand="cedar")
    room = catalog.capacity
    catalog.change(
        [{"product_id": f"n{n}", "brand": "Cedar", "created_at": datetime(2025, 1, 1, tzinfo=UTC)} for n in range(room)]
    )
    assert catalog.capacity > room
    assert len(passing(catalog, brand="cedar")) == room
    assert catalog.newest[0] == 4
    assert catalog.describe(catalog.find("n7")).product_id == "n7"
    assert len(catalog.newest) == catalog.n_products == room + 4


def test_what_methods_and_rules_ask_of_each_product(view_of):
    rows = [
        {"product_id": "a", "cost": 1.25, "item_group_id": "Shirt", "brand": " Alder ", "product_type": "Home"},
        {"product_id": "b", "item_group_id": "shirt", "created_at": NOW},
    ]
    catalog = Catalog(pack(["a", "b", "gone"]), read_facts(view_of({"products": rows})), last_counts(view_of({})))
    assert catalog.cost[:2].tolist() == pytest.approx([1.25, np.nan], nan_ok=True)
    assert catalog.item_group[:3].tolist() == [0, 0, -1]
    assert (catalog.categories, catalog.brands, catalog.item_groups) == ({"home": 0}, {"alder": 0}, {"shirt": 0})
    assert (catalog.category[:3].tolist(), catalog.brand[:3].tolist()) == ([0, -1, -1], [0, -1, -1])
    assert catalog.created[1] == 1_704_412_800_000_000
    catalog.change([{"product_id": "b", "cost": 2.0, "item_group_id": None}, {"product_id": "a", "cost": None}])
    assert catalog.cost[:2].tolist() == pytest.approx([np.nan, 2.0], nan_ok=True)
    assert catalog.item_group[1] == -1
    before = catalog.category
    catalog.change([{"product_id": f"n{n}", "cost": 3.0} for n in range(catalog.capacity)])
    assert len(catalog.cost) == len(catalog.item_group) == catalog.capacity > len(before)
    assert catalog.category[0] == 0
    assert np.isnan(catalog.cost[catalog.n_products :]).all()


def test_no_products_at_all(view_of):
    empty = Catalog(pack([]), read_facts(view_of({})), last_counts(view_of({})))
    assert empty.n_products == 0
    assert len(empty.newest) == 0
    assert passing(empty, in_stock=True, category="x", brand="y") == set()
