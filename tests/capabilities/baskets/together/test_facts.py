"""Kinds, prices and words of the catalog by product code."""

import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.baskets.together.facts import read_facts

COLUMNS = ("product_id", "title", "brand", "product_type", "price", "sale_price")


class Catalog:
    def __init__(self, rows):
        kinds = [pa.string()] * 4 + [pa.float64()] * 2
        self._columns = {
            name: pa.array([row[place] for row in rows], kind)
            for place, (name, kind) in enumerate(zip(COLUMNS, kinds, strict=True))
        }

    def table(self, name, columns):
        assert name == "products"
        return pa.table({column: self._columns[column] for column in columns})


IDS = pa.array(["a", "b", "c", "d"], pa.large_string())


def test_by_code_whatever_the_order_of_rows():
    facts = read_facts(
        Catalog(
            [
                ("c", "C", "Elm", "Home > Mug", 4.0, None),
                ("a", "A", "", "Home > Pot", 10.0, 8.0),
                ("z", "Z", "Oak", "Toys", 1.0, None),
            ]
        ),
        IDS,
    )
    assert facts.categories == ["Home > Mug", "Home > Pot", "Toys"]
    assert facts.category.tolist() == [1, -1, 0, -1]
    assert facts.brand.tolist() == [-1, -1, 0, -1]
    assert facts.price[[0, 2]].tolist() == [8.0, 4.0]
    assert np.isnan(facts.price[[1, 3]]).all()
    assert facts.kind is facts.category


def test_without_categories_the_title_says_the_kind():
    rows = [("a", "RED LUNCH BAG", None, None, 1.65, None), ("b", "Pink Lunch Bag 2", None, None, 1.65, None),
            ("c", "SET OF 3 TINS", None, None, 4.95, None), ("d", None, None, None, None, None)]  # fmt: skip
    facts = read_facts(Catalog(rows), IDS)
    assert facts.kind[0] == facts.kind[1] >= 0
    assert facts.kind[2] not in (-1, facts.kind[0])
    assert facts.kind[3] == -1
    assert facts.alike[0] == facts.alike[1] >= 0
    assert facts.alike[3] == -1


def test_prices_far_apart_are_not_alike():
    rows = [("a", None, None, "Mug", 5.0, None), ("b", None, None, "Mug", 50.0, None), ("c", None, None, "Mug", 0.0, None)]
    facts = read_facts(Catalog(rows), IDS)
    assert len(set(facts.alike.tolist())) == 3
    assert facts.alike[2] == -1


@pytest.mark.parametrize("ids", [IDS, IDS[:0]])
def test_an_empty_catalog_knows_nothing(ids):
    facts = read_facts(Catalog([]), ids)
    assert facts.category.tolist() == [-1] * len(ids)
    assert np.isnan(facts.price).all()
