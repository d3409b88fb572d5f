"""Tasks, settings, answers and forms, from whatever is declared."""

from __future__ import annotations

import counting
import pytest

from shopkeeper.core.errors import NotEnoughData, UnknownName
from shopkeeper.core.settings import knobs
from shopkeeper.server.dashboard.models import work

EVENT = {"event_id": "e", "at": "2026-01-01", "event": "view_item", "product_id": "p"}


@pytest.fixture
def counted(declared, shop):
    counting.declare(declared)
    shop.append("events", [EVENT])
    return shop


def test_a_task_declared_anywhere_has_a_card(counted):
    cards = {card.name: card for card in work.task_cards(counted)}
    assert cards["counting.count"].question == "How often was each product met?"
    assert (cards["counting.count"].newest, cards["counting.count"].in_service) == (None, None)
    names = list(cards)
    assert names.index("counting.count") < names.index("counting.summarize"), "in the order of the plan"


def test_an_answer_declared_anywhere_has_a_card(counted):
    cards = {card.name: card for card in work.answer_cards(counted)}
    assert cards["counting.how_many"].model_version is None
    run = counted.run("counting.count")
    cards = {card.name: card for card in work.answer_cards(counted)}
    assert cards["counting.how_many"].model_version == run.model_version


def test_a_tasks_page_has_settings_with_their_origin(counted):
    (counted.folder / "shop.toml").write_text('[shop]\nname = "x"\n[counting]\nleast = 2\n')
    from shopkeeper.shop import Shop

    with Shop.open(counted.folder) as shop:
        rows = {
            row.knob.name: (row.current, row.knob.default, row.origin) for row in work.task_page(shop, "counting.count").settings
        }
    assert rows == {"least": (2, 1, "shop.toml"), "value": (0.5, 0.5, "")}


def test_a_tasks_page_knows_its_models(counted):
    counted.run("counting.count")
    first = work.task_page(counted, "counting.count").current
    counted.run("counting.count", {"value": 0.9})
    page = work.task_page(counted, "counting.count")
    assert page.previous == first
    assert page.current != first
    assert len(page.versions) == len(page.runs) == 2


def test_a_refused_task_says_why_until_it_runs(declared, shop):
    counting.declare(declared)
    assert work.newest_problem(shop, "counting.count") == {}, "it never ran"
    with pytest.raises(NotEnoughData):
        shop.run("counting.count")
    problem = work.newest_problem(shop, "counting.count")
    assert "events" in problem["title"]
    assert problem["next"]
    shop.append("events", [EVENT])
    shop.run("counting.count")
    assert work.newest_problem(shop, "counting.count") == {}


def test_unknown_names_tell_the_nearest(counted):
    with pytest.raises(UnknownName, match=r"counting\.count"):
        work.task_page(counted, "counting.cout")
    with pytest.raises(UnknownName):
        work.run_page(counted, "no such run")


def test_a_form_sends_only_what_differs_from_the_default():
    fields = knobs(counting.HowMany)
    assert work.filled(fields, {"product": " p ", "n": 1}) == {"product": "p"}
    assert work.filled(fields, {"product": "", "n": None}) == {}
    assert work.filled(fields, {"n": 2}) == {"n": 2}
