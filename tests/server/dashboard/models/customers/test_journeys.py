"""Funnels, carts left behind and cohorts, against counts by hand."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.models.customers import journeys

NOTHING = journeys.LeftBehind(0, 0, 0, 0.0, ())


@pytest.fixture
def read(grown_memory):
    return lambda make: grown_memory.get(object(), make)


def test_the_shops_funnel_narrows_from_step_to_step(read):
    (whole,) = read(lambda view: journeys.funnels(view, "all"))
    assert [step.step for step in whole.steps] == list(journeys.STEPS)
    counts = [step.n_visits for step in whole.steps]
    assert counts == sorted(counts, reverse=True)
    for step, before in zip(whole.steps[1:], whole.steps, strict=False):
        assert step.share_of_previous == pytest.approx(step.n_visits / before.n_visits)
        assert step.share_of_first == pytest.approx(step.n_visits / counts[0])


def test_products_are_named_by_their_titles_and_the_one_nobody_buys_is_worse(read):
    found = read(lambda view: journeys.funnels(view, "product"))
    by_name = {funnel.name: funnel for funnel in found}
    assert by_name["P039"].title == "paper no. 39"
    assert "cart" in by_name["P039"].is_worse, "whoever looks at it, turns away"
    visits = [funnel.steps[0].n_visits for funnel in found]
    assert visits == sorted(visits, reverse=True)


def test_only_dimensions_in_which_visits_differ_are_offered(read, plain_memory):
    found = read(journeys.dimensions)
    assert {"product", "category", "device", "hour"} <= set(found) <= set(journeys.DIMENSIONS)
    assert "channel" not in found, "no event names one"
    assert plain_memory.get("dimensions", journeys.dimensions) == ()


def test_what_was_left_is_counted_and_named_for_known_customers_only(read):
    left = read(journeys.left_behind)
    table, named = read(lambda view: view.sql("SELECT * FROM abandonments").to_pylist()), left.shown
    kinds = [row["kind"] for row in table]
    assert (left.n_carts, left.n_checkouts, left.n_looked) == tuple(kinds.count(name) for name in ("cart", "checkout", "browse"))
    assert left.value == pytest.approx(sum(row["value"] or 0.0 for row in table if row["kind"] != "browse"))
    known = [row for row in table if row["customer_id"] and row["kind"] != "browse"]
    assert len(named) == min(len(known), journeys.N_LEFT) > 0
    assert {part.title for row in named for part in row.products} == {"paper no. 39"}
    assert [row.value for row in named] == sorted((row.value for row in named), reverse=True)


def test_cohorts_are_the_newest_and_begin_with_everybody(read):
    found = read(journeys.cohorts)
    assert [cohort.month for cohort in found] == sorted(cohort.month for cohort in found)
    assert len(found) <= journeys.N_COHORTS
    for cohort in found:
        since, share, n, _ = cohort.months[0]
        assert (since, share, n) == (0, 1.0, cohort.n_customers)
        assert [month[3] for month in cohort.months[:-1]] == [True] * (len(cohort.months) - 1), "only the last may not be over"


def test_a_shop_without_events_has_cohorts_all_the_same(plain_memory):
    assert plain_memory.get("funnel", lambda view: journeys.funnels(view, "all")) == ()
    assert plain_memory.get("left", journeys.left_behind) == NOTHING
    assert len(plain_memory.get("cohorts", journeys.cohorts)) == 3


def test_an_empty_shop_has_no_journeys(empty_memory):
    assert empty_memory.get("funnel", lambda view: journeys.funnels(view, "all")) == ()
    assert empty_memory.get("left", journeys.left_behind) == NOTHING
    assert empty_memory.get("cohorts", journeys.cohorts) == ()
