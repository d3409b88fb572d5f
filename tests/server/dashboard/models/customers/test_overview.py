"""Who the customers are at a glance."""

from __future__ import annotations

import itertools

import pytest

from shopkeeper.server.dashboard.models.customers import overview
from shopkeeper.server.dashboard.models.memory import Memory

from ...conftest import fill, more_lines  # noqa: TID252 - the small shop

pytestmark = pytest.mark.slow


@pytest.fixture
def read(grown_memory):
    return lambda make: grown_memory.get(object(), make)


def rows(view, query):
    return view.sql(query).to_pylist()


def test_totals_count_who_bought_and_who_bought_again(read):
    found = read(overview.totals)
    (bought,) = read(lambda view: rows(view, """
        SELECT count(*) AS n, count(*) FILTER (orders > 1) AS n_repeat FROM (
            SELECT customer_id, count(DISTINCT order_id) AS orders FROM order_lines WHERE quantity > 0 GROUP BY customer_id)
    """))  # fmt: skip
    assert (found.n_customers, found.n_repeat) == (bought["n"], bought["n_repeat"])
    assert 0 < found.n_buying < found.n_customers
    assert found.expected_value > 0
    assert found.horizon_days == 365


def test_every_stage_has_its_share_in_the_order_of_a_life(read):
    found = read(overview.stages)
    assert sum(stage.share for stage in found) == pytest.approx(1.0)
    assert sum(stage.n_customers for stage in found) == read(overview.totals).n_customers
    places = [overview.STAGES.index(stage.name) for stage in found]
    assert places == sorted(places)
    assert {"loyal", "at_risk", "lapsed"} <= {stage.name for stage in found}


def test_flows_tie_out_month_after_month(read):
    found = read(overview.flows)
    months = sorted({flow.month for flow in found})
    assert len(months) == overview.N_MONTHS
    for before, after in itertools.pairwise(months):
        came = sum(flow.n_customers for flow in found if flow.month == before)
        went = sum(flow.n_customers for flow in found if flow.month == after and flow.source != overview.FIRST_SEEN)
        assert came == went
    assert {flow.month for flow in found if not flow.is_complete} == {months[-1]}


def test_those_worth_a_word_are_late_and_the_most_valuable_first(read):
    found = read(overview.worth_a_word)
    assert 0 < len(found) <= overview.N_NAMED
    assert {row.stage for row in found} == {"at_risk"}
    assert [row.expected_value for row in found] == sorted((row.expected_value for row in found), reverse=True)


def test_who_may_not_be_written_to_is_not_named(shop):
    fill(shop)
    shop.append("order_lines", more_lines())
    memory = Memory(shop, fresh_seconds=0.0)
    for name in ("features", "life_cycle", "profiles"):
        shop.run(f"customers.{name}")
    named = memory.get("before", overview.worth_a_word)
    shop.upsert("customers", [{"customer_id": named[0].customer_id, "accepts_marketing": False}])
    assert named[0].customer_id not in {row.customer_id for row in memory.get("after", overview.worth_a_word)}
    memory.close()


def test_without_value_and_churn_the_rest_is_told(plain_memory):
    found = plain_memory.get("totals", overview.totals)
    assert found.n_customers == 120
    assert (found.n_buying, found.expected_value, found.horizon_days) == (None, None, None)
    assert all(stage.expected_value is None for stage in plain_memory.get("stages", overview.stages))
    assert plain_memory.get("flows", overview.flows) == ()


def test_an_empty_shop_has_nobody(empty_memory):
    assert empty_memory.get("totals", overview.totals) is None
    assert empty_memory.get("stages", overview.stages) == ()
    assert empty_memory.get("flows", overview.flows) == ()
    assert empty_memory.get("named", overview.worth_a_word) == ()
