"""The room in CONTRIBUTING.md is built in a copy of the house, tested, and appears at every door; CHANGELOG knows this version."""

import shutil
from pathlib import Path

import pytest

from shopkeeper import __version__

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_room_of_the_page_works_in_a_copy_of_the_house(follow, tmp_path):
    shutil.copytree(ROOT / "shopkeeper", tmp_path / "shopkeeper")  # with the compiled kernels beside the sources
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert follow(ROOT / "CONTRIBUTING.md", PYTHONPATH=str(tmp_path)) >= 3


def test_the_changelog_speaks_of_this_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
