"""Every error that the package raises says all four parts: what, got, wanted, next."""

import ast
import inspect
from pathlib import Path

import pytest

from shopkeeper.core import errors

PACKAGE = Path(__file__).parents[2] / "shopkeeper"
TREE = {name for name, thing in vars(errors).items() if inspect.isclass(thing) and issubclass(thing, errors.ShopkeeperError)}
PARTS = {"got", "wanted", "next"}


def incomplete(text: str) -> list[tuple[int, str, list[str]]]:
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        given = {keyword.arg for keyword in node.keywords}
        if name in TREE and None not in given and not given >= PARTS:
            found.append((node.lineno, name, sorted(PARTS - given)))
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_error_says_four_things(path: Path):
    assert incomplete(path.read_text(encoding="utf-8")) == []


def test_a_planted_vague_error_is_caught():
    assert incomplete("raise NotLearned('no')") == [(1, "NotLearned", ["got", "next", "wanted"])]
    assert incomplete("raise NotLearned('no', got='a', wanted='b')") == [(1, "NotLearned", ["next"])]


def test_every_error_class_has_its_own_slug_and_sensible_codes():
    classes = [getattr(errors, name) for name in TREE]
    slugs = [cls.slug for cls in classes]
    assert len(slugs) == len(set(slugs))
    assert all(400 <= cls.http_status < 600 and 0 < cls.exit_code < 256 for cls in classes)
