"""Delimiters, quotes and headers are told from the text."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import ImportProblem
from shopkeeper.store.importers.reading.layout import layout_of, unique_names


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "#", "^", "\x01"])
def test_every_delimiter(delimiter):
    text = "\n".join(delimiter.join(row) for row in (["id", "the title", "price"], ["1", "a, b; c", "2.5"], ["2", "d", "3"]))
    found = layout_of(text if delimiter not in ",;" else text.replace("a, b; c", '"a, b; c"'))
    assert (found.delimiter, found.names, found.header) == (delimiter, ("id", "the title", "price"), True)


def test_blanks_separate_a_table_of_numbers_but_not_words():
    assert layout_of(" 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n").delimiter == " "
    assert layout_of("some words here\nand more words\n").delimiter == ","


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("a,b\n1,2\n", True),
        ("1,2\n3,4\n", False),
        ("name,city\nAda,London\n", True),
        (",Date,AveragePrice,4046\n0,2015-12-27,1.33,5\n1,2015-12-20,1.35,6\n", True),  # one name is a number
        ("ada@x.test,5\nbob@x.test,6\n", False),
        ("2024-01-01,x\n2024-01-02,y\n", False),
    ],
)
def test_a_header_looks_unlike_the_rows(text, has_header):
    found = layout_of(text)
    assert found.header is has_header
    if not has_header:
        assert found.names == ("column1", "column2")


def test_what_is_said_holds():
    assert layout_of("1;2,3\n", delimiter=",", header=True).names == ("1;2", "3")


def test_names_are_told_apart():
    assert unique_names(["\ufeffID", "id", "", "a\nb", "ID"]) == ("ID", "id_2", "column3", "a b", "ID_3")


def test_quotes():
    assert layout_of('a,b\n"x, y",2\n').quote == '"'
    assert layout_of('a\tb\n12" pipe\t2\nx 5" y\t3\n').quote == ""
    assert layout_of('a,b\n"x \\"y\\" z",2\n').escape == "\\"
    assert layout_of('a,b\n"x ""y"" z",2\n').escape == '"'


def test_a_backslash_at_the_end_of_a_cell_escapes_nothing():
    assert layout_of('a,b\n"C:\\dir\\",2\n"x,y\\"\n').escape == '"'


def test_an_empty_text_is_an_import_problem():
    with pytest.raises(ImportProblem, match="empty"):
        layout_of(" \n\n")
