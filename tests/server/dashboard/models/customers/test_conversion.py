"""Which visits will buy: open ones first, and how well it is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shopkeeper.core.errors import NotEnoughData
from shopkeeper.server.dashboard.models.customers import conversion


def test_open_visits_come_first_the_likeliest_before_others(grown_memory):
    found = grown_memory.get("visits", conversion.visits)
    table = grown_memory.get("table", lambda view: view.sql("SELECT * FROM session_conversion").to_pylist())
    waiting = [row for row in table if row["is_open"] and not row["has_bought"]]
    assert (found.n_visits, found.n_open) == (len(table), len(waiting)) == (found.n_visits, 2)
    assert found.n_expected == pytest.approx(sum(row["p_buys"] for row in waiting))
    assert {visit.customer_id for visit in found.shown[:2]} == {"C007", "C008"}
    chances = [visit.p_buys for visit in found.shown[:2]]
    assert chances == sorted(chances, reverse=True)
    assert len(found.shown) == conversion.N_VISITS
    newest = max(row["at"] for row in table) - timedelta(days=conversion.NEWEST_DAYS)
    ended = [row["p_buys"] for row in table if not row["is_open"] and not row["has_bought"] and row["at"] > newest]
    shown = [visit.p_buys for visit in found.shown[2:]]
    assert shown[: len(ended)] == sorted(ended, reverse=True)[: len(shown)], "then who ended lately without an order, by chance"
    rest = [visit.at for visit in found.shown[2 + len(ended) :]]
    assert rest == sorted(rest, reverse=True)


def test_visits_carry_reasons_and_anonymous_ones_no_customer(grown_memory):
    found = grown_memory.get("visits", conversion.visits)
    assert all(reason.feature for visit in found.shown for reason in visit.reasons)
    assert any(visit.reasons for visit in found.shown)
    assert all(isinstance(visit.customer_id, str) for visit in found.shown)


def test_how_well_it_is_told_comes_from_the_newest_run_with_scores(grown):
    run = conversion.judged(grown)
    assert run.task == conversion.TASK
    assert run.scores[0].decides


def test_a_shop_without_events_tells_of_no_visits(plain, plain_memory):
    assert plain_memory.get("visits", conversion.visits) is None
    with pytest.raises(NotEnoughData):
        plain.run(conversion.TASK)
    assert conversion.judged(plain) is None


def test_an_empty_shop_tells_of_none(shop, empty_memory):
    assert empty_memory.get("visits", conversion.visits) is None
    assert conversion.judged(shop) is None
