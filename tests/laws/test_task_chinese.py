"""The law of two languages: whatever a task says of itself to a manager (names of scores and baselines, headline, why it was
promoted, refused or stopped) has Chinese words in the dashboard's book, `server/dashboard/said/*.toml`."""

import contextlib
import re

import pytest

from shopkeeper.core.errors import ShopkeeperError
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.runs import Run
from shopkeeper.server.dashboard.words import book

TASKS = [pytest.param(task, id=name) for name, task in sorted(REGISTRY.discover().tasks.items())]


def said(run: Run) -> list[str]:
    """Every sentence of a run."""
    found = [run.headline, run.promotion_reason]
    for score in run.scores:
        found += [score.name, score.baseline_name, score.verdict]
    found += [str((run.problem or {}).get(part, "")) for part in ("title", "got", "wanted", "next")]
    return [text for text in found if re.search(r"[A-Za-z]{2,}", text)]


def unsaid(run: Run) -> list[str]:
    """Those of them that the book does not have."""
    return [text for text in said(run) if book().say(text) is None]


@pytest.mark.parametrize("task", TASKS)
def test_what_a_run_says_has_chinese_words(task, learned):
    runs = learned.runs(task.name)
    assert runs
    assert [text for run in runs for text in unsaid(run)] == []


def nothing(tables):
    return {name: table.slice(0, 0) for name, table in tables.items()}


def one_row(tables):
    return {name: table.slice(0, 1) for name, table in tables.items()}


def few_rows(tables):
    return {name: table.slice(0, 60) for name, table in tables.items()}


@pytest.fixture(scope="module", params=[nothing, one_row, few_rows], ids=lambda change: change.__name__)
def little(request, world, make_shop):
    """A shop with too little of something."""
    return make_shop(request.param(world.tables))


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_why_a_task_is_refused_has_chinese_words(task, little, call):
    with contextlib.suppress(ShopkeeperError):
        little.run(task.name)
    assert unsaid(little.runs(task.name)[0]) == []
    try:  # what the task itself says, where the number of rows that it needs did not refuse it first
        call(little, task)
    except ShopkeeperError as refused:
        parts = (refused.what, refused.got, refused.wanted, refused.next)
        assert [part for part in parts if book().say(part) is None] == []


def test_a_sentence_that_is_not_in_the_book_is_found():
    assert book().say("AUC of something new") is None
    assert book().say("There are too few coupons to learn from.") is None
