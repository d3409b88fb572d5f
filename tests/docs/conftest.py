"""The reader of pages: follows a page word by word in a folder of its own."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # docs/ is no package that gets installed


@pytest.fixture
def follow(tmp_path: Path):
    """``follow(page)`` does everything that the page shows and gives the number of blocks that were run."""
    from docs.blocks import Reader

    readers = []

    def read(page: Path, folder: Path = tmp_path, **environment: str) -> int:
        readers.append(Reader(page, folder, environment))
        return readers[-1].read()

    yield read
    for reader in readers:
        reader.close()
