"""One customer's profile, in groups of facts that say something."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shopkeeper.core.errors import NotLearned
from shopkeeper.server.dashboard.models.customers import profile
from shopkeeper.server.dashboard.models.customers.profile import Profile

pytestmark = pytest.mark.slow

AT = datetime(2026, 3, 12, tzinfo=UTC)


def of(**parts):
    return Profile("C1", True, AT, (), parts)


def test_everything_that_was_learned_is_there(grown):
    found = profile.profile(grown, "W01")
    assert found.is_known
    assert found.of("life_cycle")["stage"] == "loyal"
    assert found.of("value")["expected_value"] > 0
    assert 0 <= found.of("churn")["p_lost"] <= 1
    assert {fact.name for fact in profile.facts(found, "orders")} >= {"n_orders", "recency_days", "regularity"}
    assert found.as_of.tzinfo is not None


def test_reasons_speak_and_stand_beside_what_is_usual(grown, grown_memory):
    ids = grown_memory.get("ids", lambda view: view.sql("SELECT customer_id FROM customer_churn")["customer_id"].to_pylist())
    reasons = [reason for customer in ids[:40] for reason in profile.profile(grown, customer).reasons]
    assert reasons
    assert all(reason.effect != 0.0 for reason in reasons)


def test_a_customers_own_usual_goes_before_the_shops():
    (own,) = profile.reasons_of([{"feature": "recency_days", "value": 40, "shop_value": 30, "usual_value": 7, "effect": 0.4}])
    (shops,) = profile.reasons_of([{"feature": "n_orders", "value": 4, "shop_value": 3, "effect": -0.2}])
    assert (own.usual, shops.usual) == (7, 3)


def test_tags_that_came_with_shopkeeper_are_known_as_such(grown):
    found = profile.profile(grown, "W01")
    assert {tag.segment_id for tag in found.tags if tag.is_built_in} >= {"regular"}
    assert all(tag.title and tag.description for tag in found.tags)


def test_somebody_unknown_has_no_parts(grown):
    found = profile.profile(grown, "nobody")
    assert (found.is_known, found.tags, found.reasons) == (False, (), ())
    assert [profile.facts(found, group) for group in profile.GROUPS] == [()] * len(profile.GROUPS)


def test_what_never_happened_is_not_told():
    visits = {"last_seen_at": "2026-03-01T00:00:00+00:00", "seen_days": 11.0, "n_visits": 0, "n_views": 0, "search_words": []}
    assert profile.facts(of(visits=visits), "visits") == ()


def test_among_visits_that_happened_a_nothing_is_a_fact():
    found = profile.facts(of(visits={"n_visits": 3, "n_visits_30d": 0, "n_reviews": 0, "n_searches": 0}), "visits")
    assert [fact.name for fact in found] == ["n_visits", "n_visits_30d"]


def test_no_categories_are_no_fact():
    found = profile.facts(of(baskets={"n_products": 4, "n_categories": 0, "category": None, "categories": {}}), "baskets")
    assert [fact.name for fact in found] == ["n_products"]


def test_what_its_neighbors_say_is_not_told_again():
    assert profile.facts(of(orders={"n_orders": 4, "gap_std_days": 3.0, "n_orders_90d": 1}), "orders")[0].name == "n_orders"
    assert len(profile.facts(of(orders={"n_orders": 4, "gap_std_days": 3.0, "n_orders_90d": 1}), "orders")) == 1


def test_parts_whose_task_did_not_run_are_empty(plain):
    found = profile.profile(plain, "C001")
    assert found.is_known
    assert all(value is None for value in found.of("value").values())
    assert found.reasons == ()


def test_before_profiles_were_made_it_says_so(shop):
    with pytest.raises(NotLearned):
        profile.profile(shop, "C001")


def test_nothing_is_told_of_somebody_who_never_ordered():
    assert not of(orders={"n_orders": 0}, life_cycle={"stage": None}, value={"expected_value": None}).is_told
    assert of(life_cycle={"stage": "new"}).is_told
    assert of(churn={"p_buys": 0.0}).is_told, "a chance of nothing is something told"
