"""What an answer says in words, and that a damaged model says so."""

import shutil
from contextlib import closing

import pytest

from shopkeeper.capabilities.baskets.together.loaded.model import load_model, times
from shopkeeper.core.errors import StoreDamaged


def test_lifts_in_words():
    assert [times(lift) for lift in (1.26, 2.0, 8.14, 34.4, 5000.0)] == ["1.3×", "2×", "8.1×", "34×", "over 1,000×"]


def test_a_damaged_model_says_so(small, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(small.store.models.current("baskets.together").path, folder)
    (folder / "products_other.npy").unlink()
    with closing(small.view()) as view, pytest.raises(StoreDamaged, match="complements"):
        load_model(folder, view)
