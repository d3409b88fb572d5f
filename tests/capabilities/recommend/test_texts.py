import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.recommend import texts as module
from shopkeeper.capabilities.recommend.texts import (
    ATTRIBUTE,
    SIGNS,
    TEXT_COLUMNS,
    WORD,
    attributes,
    kind_of,
    signs,
    terms_of,
    texts_of,
)

ROWS = [
    {"title": "Red Mug, red!", "brand": "Alder & Co", "product_type": "Home > Mug"},
    {"title": "中文杯子 ENAMEL 2L", "description": "A mug for the garden; it's 100% steel.", "color": "Deep Blue", "size": "XL"},
    {"title": "Straße — Crème brûlée", "brand": ""},
    {"title": None},
]


def table(rows):
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in TEXT_COLUMNS})


def counted(texts, code):
    found = {}
    for term, value in zip(texts.term[texts.product == code], texts.importance[texts.product == code], strict=True):
        text = texts.vocabulary.text(term)
        found[text] = found.get(text, 0.0) + float(value)
    return found


def test_terms_of_one_product():
    assert terms_of(ROWS[0]) == {
        "red": 2.0, "mug": 1.5, "alder": 1.0, "co": 1.0, "home": 0.5, "brand=alder & co": 1.0, "type=home": 1.0,
        "type=home > mug": 1.0,
    }  # fmt: skip
    assert signs("enamel") == ["#enam", "#name", "#amel"]
    assert signs("home") == []
    assert attributes("type", "Home >  Mug > ") == ["type=home", "type=home > mug"]
    assert [kind_of(term) for term in ("mug", "#enam", "brand=alder")] == [WORD, SIGNS, ATTRIBUTE]
    assert {"中文", "文杯", "杯子", "enamel", "#enam", "2l", "color=deep blue", "size=xl", "garden"} <= terms_of(ROWS[1]).keys()


def test_a_table_has_the_terms_of_its_rows():
    texts = texts_of(table(ROWS), np.array([2, 0, 3, 1]))
    for row, code in zip(ROWS, (2, 0, 3, 1), strict=True):
        assert counted(texts, code) == pytest.approx(terms_of(row))
    words = [texts.vocabulary.text(code) for code in range(texts.n_terms)]
    assert words == sorted(words, key=str.encode)
    assert texts.kind.tolist() == [kind_of(word) for word in words]


def test_a_table_of_one_product_twice_or_of_none():
    texts = texts_of(table(ROWS), np.array([-1, 0, -1, -1]))
    assert set(texts.product) == {0}
    nothing = texts_of(table([]), np.empty(0, np.int64))
    assert (nothing.n_terms, len(nothing.product)) == (0, 0)


def test_long_descriptions_are_cut_alike():
    row = {"description": "word " * 99 + "abcdefghij klm"}
    texts = texts_of(table([row]), np.array([0]))
    assert counted(texts, 0) == pytest.approx(terms_of(row))
    assert "klm" not in terms_of(row)
    assert "abcde" in terms_of(row)


def test_too_many_signs_are_left_out(monkeypatch):
    monkeypatch.setattr(module, "SIGNS_LIMIT", 5)
    texts = texts_of(table([{"title": "enameled teapot"}]), np.array([0]))
    assert set(counted(texts, 0)) == {"enameled", "teapot"}
