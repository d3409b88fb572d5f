"""Every error says four things, has its own slug, and reads the same as text and as a problem document."""

import json

import pytest

from shopkeeper.core import errors
from shopkeeper.core.errors import NotEnoughData, ShopkeeperError, UnknownName, nearest, unknown


def _tree(kind):
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _tree(child))]


TREE = sorted({kind for kind in _tree(ShopkeeperError) if kind.__module__ == errors.__name__}, key=lambda kind: kind.__name__)


def test_a_sentence_has_four_parts():
    error = NotEnoughData("Too little.", got="3 orders", wanted="at least 10", next="import more", n=3)
    assert str(error) == "Too little.\n  Got: 3 orders\n  Wanted: at least 10\n  Next: import more"
    assert (error.what, error.got, error.wanted, error.next, error.facts) == (
        "Too little.",
        "3 orders",
        "at least 10",
        "import more",
        {"n": 3},
    )


def test_empty_parts_are_left_out():
    assert str(ShopkeeperError("Only this.")) == "Only this."


def test_a_problem_document_has_the_same_parts_and_the_facts():
    problem = NotEnoughData("Too little.", got="3", wanted="10", next="import", n_rows=3).as_problem()
    assert problem == {
        "type": "urn:shopkeeper:not-enough-data", "title": "Too little.", "status": 409, "got": "3", "wanted": "10",
        "next": "import", "n_rows": 3,
    }  # fmt: skip
    assert json.loads(json.dumps(problem)) == problem


def test_a_fact_cannot_overwrite_a_part():
    assert ShopkeeperError("Broken.", status=200).as_problem()["status"] == 500


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_every_kind_can_be_told_apart(kind):
    assert 400 <= kind.http_status <= 599
    assert 1 <= kind.exit_code <= 130
    assert kind.__doc__
    assert [other.slug for other in TREE].count(kind.slug) == 1
    assert kind.slug == kind.slug.lower().replace(" ", "-").replace("_", "-")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("prodcuts", "products"), ("PRODUCTS", "products"), ("zzz", None), ("", None), ("order_line", "order_lines")],
)
def test_nearest(name, expected):
    assert nearest(name, ("products", "orders", "order_lines")) == expected


def test_unknown_tells_the_nearest():
    error = unknown("table", "prodcuts", ("products", "orders"), next="look")
    assert isinstance(error, UnknownName)
    assert error.what == "There is no table 'prodcuts'."
    assert error.wanted == "did you mean 'products'?"
    assert error.facts == {"nearest": "products", "kind": "table"}


def test_unknown_lists_the_known_when_nothing_comes_near():
    assert unknown("table", "zzz", ("products", "orders")).wanted == "one of orders, products"
