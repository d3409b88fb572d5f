"""The command line in this process, on a real shop with a few events and the counting room."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import counting
import pytest

from shopkeeper.cli.main import main
from shopkeeper.shop import Shop

EVENTS = [
    {"event_id": f"e{n}", "at": f"2026-01-0{n}T10:00:00Z", "event": "view_item", "customer_id": "anna", "product_id": product}
    for n, product in enumerate("AABAC", 1)
]


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def problem(self) -> dict[str, Any]:
        return json.loads(self.err)


Shopkeeper = Callable[..., Said]


@pytest.fixture
def shopkeeper(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shopkeeper:
    """``shopkeeper("show", "events")`` runs the command here and gives what it said."""
    monkeypatch.delenv("SHOPKEEPER_SHOP", raising=False)

    def run(*arguments: str) -> Said:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def corner_shop(tmp_path: Path, declared: list[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a shop with five events, closed; the counting room is declared and we stand inside the folder."""
    counting.declare(declared)
    with Shop.create(tmp_path / "corner", currency="GBP") as shop:
        shop.append("events", EVENTS)
        shop.upsert("products", [{"product_id": "A", "title": "Apple", "price": 1.5}])
    monkeypatch.chdir(tmp_path / "corner")
    return tmp_path / "corner"
