"""A task and an answer declared in one file, this one, appear at all four doors and in the reference, with nothing else touched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.core.answers import answer, parameter
from shopkeeper.core.columns import Table, integer, text
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.results import Interval, Reply, Result, Score
from shopkeeper.core.settings import setting
from shopkeeper.core.tasks import ShopView, task
from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

TASK, ANSWER = "weekdays.learn", "weekdays.busiest"

WEEKDAYS = Table(
    "weekday_orders", "result", "How many orders came on each day of the week.",
    (text("weekday", "Monday to Sunday", required=True), integer("n_orders", "orders on it")),
    key=("weekday",),
)  # fmt: skip


@dataclass(frozen=True)
class WeekdaySettings:
    """The knobs of the room of weekdays."""

    fewest_orders: int = setting(1, "weekdays with fewer orders are left out", unit="orders", low=1, high=50)


@dataclass(frozen=True)
class Busiest:
    """Which of the busiest days to tell."""

    rank: int = parameter(1, "1 for the busiest day, 2 for the next", low=1, high=7)


class Days:
    """What was learned: the days, busiest first."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def observe(self, table: str, rows: list[dict[str, object]]) -> None:
        """One order changes no weekday's rank worth telling."""


def load(folder: Path, view: ShopView) -> Days:
    return Days(np.load(folder / "names.npy").tolist())


def learn(shop: ShopView, settings: WeekdaySettings) -> Result:
    """On which days of the week do orders come?"""
    found = shop.sql(
        "select dayname(at) as weekday, count(*) as n_orders from orders group by all order by n_orders desc, weekday"
    )
    found = found.filter(pa.compute.greater_equal(found["n_orders"], settings.fewest_orders))
    score = Score("share", 0.5, Interval(0.4, 0.6), 0.4, "every day alike", Interval(0.0, 0.2), 7, decides=True)
    return Result(found, (score,), {"names": np.array(found["weekday"].to_pylist())}, {}, "Orders come on some days.")


def busiest(model: Days, request: Busiest) -> Reply:
    """The day of the week on which most orders come."""
    return Reply({"weekday": model.names[min(request.rank, len(model.names)) - 1]})


@pytest.fixture
def declared():
    REGISTRY.discover()
    task(TASK, reads=("orders",), writes=WEEKDAYS, load=load)(learn)
    answer(ANSWER, uses=TASK)(busiest)
    yield
    REGISTRY.remove(TASK)
    REGISTRY.remove(ANSWER)


@pytest.fixture
def shop(declared, tmp_path):
    with Shop.create(tmp_path / "shop", name="Weekdays") as made:
        made.append(
            "orders",
            [{"order_id": f"o{n}", "at": f"2026-01-{5 + n % 3:02d}T10:00:00Z"} for n in range(9)]
            + [{"order_id": "last", "at": "2026-01-12T10:00:00Z"}],
        )
        yield made


def test_in_python(shop):
    assert shop.run(TASK, {"fewest_orders": 2}).n_rows == 3
    assert shop.table("weekday_orders")["n_orders"].to_pylist() == [4, 3, 3]
    assert shop.weekdays.busiest()["weekday"] == "Monday"
    assert "weekdays" in shop.registry.sections


def test_on_the_command_line(shop, capsys, monkeypatch):
    from shopkeeper.cli.main import main

    monkeypatch.setenv("COLUMNS", "200")
    folder = str(shop.folder)
    assert main(["run", TASK, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "On which days of the week do orders come?" in shown
    assert "--fewest-orders" in shown
    assert "1 to 50 orders" in shown
    assert "weekdays with fewer orders are left out" in shown
    assert main(["run", TASK, "--fewest-orders", "99", "--shop", folder]) == 2
    assert "1 to 50 orders" in capsys.readouterr().err
    assert main(["run", TASK, "--fewest-orders", "2", "--shop", folder]) == 0
    capsys.readouterr()
    assert main(["ask", ANSWER, "--rank", "1", "--shop", folder, "--json"]) == 0
    assert '"Monday"' in capsys.readouterr().out
    assert main(["show", "weekday_orders", "--shop", folder]) == 0
    assert "Tuesday" in capsys.readouterr().out


async def test_over_http(shop):
    from shopkeeper.server.app import create_app

    shop.run(TASK)
    app = create_app(shop)
    transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        document = (await client.get("/api/openapi.json")).json()
        path = document["paths"]["/api/weekdays/busiest"]
        (field,) = path["get"]["parameters"]
        assert (field["name"], field["schema"]["minimum"], field["schema"]["maximum"]) == ("rank", 1, 7)
        assert path["get"]["summary"] == "The day of the week on which most orders come."
        assert (await client.get("/api/weekdays/busiest")).json()["weekday"] == "Monday"
        problem = await client.get("/api/weekdays/busiest", params={"rank": 9})
        assert (problem.status_code, problem.headers["content-type"]) == (422, "application/problem+json")
        assert "1 to 7" in problem.json()["wanted"]
        listed = {one["name"]: one for one in (await client.get("/api/tasks")).json()["tasks"]}
        assert listed[TASK]["settings"]["fewest_orders"]["maximum"] == 50
        assert listed[TASK]["question"] == "On which days of the week do orders come?"


def test_on_the_dashboard(shop):
    from shopkeeper.server.dashboard.models.plan import picture
    from shopkeeper.server.dashboard.models.work import answer_cards, task_cards, task_page

    shop.run(TASK)
    card = {card.name: card for card in task_cards(shop)}[TASK]
    assert (card.question, card.writes, card.newest.state) == (
        "On which days of the week do orders come?",
        "weekday_orders",
        "done",
    )
    assert ANSWER in {card.name for card in answer_cards(shop)}
    page = task_page(shop, TASK)
    assert [(row.knob.name, row.current, row.knob.range) for row in page.settings] == [("fewest_orders", 1, "1 to 50 orders")]
    assert len(page.runs) == 1
    assert {"orders", TASK, "weekday_orders", ANSWER} <= {node.label for node in picture(shop.registry).nodes}


def test_in_the_reference(declared):
    from docs.generate import pages

    printed = pages()
    assert TASK in printed["tasks.md"]
    assert ANSWER in printed["tasks.md"]
    assert "fewest_orders" in printed["settings.md"]
    assert "How many orders came on each day of the week." in printed["data.md"]


def test_forgotten_it_is_nowhere(capsys):
    from docs.generate import pages
    from shopkeeper.cli.main import main

    assert TASK not in pages()["tasks.md"]
    assert main(["run", TASK, "--help"]) != 0
    capsys.readouterr()
