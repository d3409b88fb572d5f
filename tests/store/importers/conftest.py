"""A store and a way to write a file and bring it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shopkeeper.store.importers import ImportReport, import_file
from shopkeeper.store.store import Store

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop") as made:
        yield made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes text (as UTF-8, or in another encoding) or bytes to a file and gives its path."""

    def write_(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write_


@pytest.fixture
def bring(store: Store, write: Callable[..., Path]) -> Callable[..., ImportReport]:
    """Writes a file and imports it; its rows must be accounted for."""

    def bring_(content: str | bytes | Path, name: str = "file.csv", *, encoding: str = "utf-8", **options: Any) -> ImportReport:
        path = content if isinstance(content, Path) else write(content, name, encoding)
        report = import_file(store, path, pseudonym_key=KEY, **options)
        assert report.already_imported or report.adds_up, report.lines()
        return report

    return bring_


@pytest.fixture
def rows(store: Store) -> Callable[..., list[tuple[Any, ...]]]:
    """The rows of a query over the whole store."""

    def rows_(query: str) -> list[tuple[Any, ...]]:
        with store.view() as view:
            found = view.sql(query)
        return [tuple(row.values()) for row in found.to_pylist()]

    return rows_
