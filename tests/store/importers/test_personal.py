"""Pseudonyms are the same in Python and in SQL, and cannot be made without the key."""

from __future__ import annotations

import hashlib
import hmac

import duckdb
import pytest

from shopkeeper.store.importers.personal import define_pseudonym, personal_columns, pseudonym, shape


@pytest.mark.parametrize("key", [b"", b"short", bytes(64), bytes(range(100))])
@pytest.mark.parametrize("value", ["ada@example.com", " Ada@Example.COM ", "＋86 138", ""])
def test_sql_and_python_agree(key, value):
    with duckdb.connect() as connection:
        define_pseudonym(connection, key)
        [(made,)] = connection.execute("SELECT pseudonym(?)", [value]).fetchall()
        assert made == pseudonym(value, key)
        assert connection.execute("SELECT pseudonym(NULL)").fetchall() == [(None,)]


def test_it_is_hmac_sha256():
    assert pseudonym("A@b", b"k") == "p" + hmac.new(b"k", b"a@b", hashlib.sha256).hexdigest()[:32]
    assert pseudonym("a@b", b"k") != pseudonym("a@b", b"l")


def test_columns_that_name_a_person_are_known_also_where_they_are_not_used():
    found = personal_columns(
        ["Billing Name", "Email", "Shipping Zip", "title", "name", "price", "电话", "ip", "birthdate", "product name"]
    )
    assert found == {"Billing Name", "Email", "Shipping Zip", "电话", "ip", "birthdate"}


def test_the_shape_of_a_line_tells_nothing_but_its_shape():
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {shape('?')}", ["Zoé <a@b.c>, 12-3; 张"]).fetchall() == [("xxx <x@x.x>, 99-9; x",)]
