"""Arrays as Arrow columns of the schema."""

import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.core.errors import UnknownName
from shopkeeper.simulator.arrow import moments, numbered, shop_table, words


def test_numbers_become_texts_and_nobody_is_null():
    assert numbered("c", np.array([0, 42, -1, 1234567])).to_pylist() == ["c000000", "c000042", None, "c1234567"]


def test_words_by_number():
    assert words(("a", "b"), np.array([1, 0])).to_pylist() == ["b", "a"]


def test_moments_are_in_microseconds():
    assert moments(np.array([1])).cast(pa.int64()).to_pylist() == [1]


def test_columns_come_in_the_declared_order():
    table = shop_table("order_lines", {"price": [1.0], "line_id": ["l"], "quantity": np.array([2])})
    assert table.column_names == ["line_id", "quantity", "price"]
    assert table.schema.types == [pa.string(), pa.float64(), pa.float64()]


def test_a_column_that_is_not_declared_is_an_error():
    with pytest.raises(UnknownName, match="did you mean 'price'"):
        shop_table("order_lines", {"prise": [1.0]})
