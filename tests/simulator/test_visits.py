"""Visits: taste, sequels, complements and substitutes show in what is viewed and bought, and can be turned off."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shopkeeper.simulator import simulate


def test_nobody_acts_before_being_known_and_nothing_is_viewed_before_it_is_sold(world):
    events = world.tables["events"]
    for entity, key in (("customers", "customer_id"), ("products", "product_id")):
        since = world.tables[entity].select([key, "created_at"])
        joined = events.join(since, key).filter(pc.is_valid(pc.field(key)))
        assert pc.all(pc.greater_equal(joined["at"], joined["created_at"])).as_py(), entity


def _share_of_views_in_favorite_group(world):
    events = world.tables["events"]
    known = events.filter(pc.and_(pc.is_valid(events["customer_id"]), pc.equal(events["event"], "view_item")))
    known = known.join(world.truth["truth_products"].select(["product_id", "group"]), "product_id")
    known = known.join(world.truth["truth_customers"], "customer_id")
    return pc.mean(pc.equal(known["group"], known["favorite_group"]).cast(pa.float64())).as_py()


def test_taste_shows_and_can_be_turned_off():
    with_taste, without = simulate(seed=4, taste=0.9, season=0), simulate(seed=4, taste=0.0, season=0)
    assert _share_of_views_in_favorite_group(with_taste) > 0.75
    n_groups = without.settings.n_groups
    assert _share_of_views_in_favorite_group(without) == pytest.approx(1 / n_groups, abs=0.04)


def _n_sequels(world):
    events = (
        world.tables["events"]
        .filter(pc.equal(world.tables["events"]["event"], "view_item"))
        .sort_by([("session_id", "ascending"), ("at", "ascending")])
    )
    sequel = {row["product_id"]: row["other_id"] for row in world.truth["truth_pairs"].to_pylist() if row["relation"] == "sequel"}
    session, product = events["session_id"].to_pylist(), events["product_id"].to_pylist()
    pairs = [(product[i], product[i + 1]) for i in range(len(product) - 1) if session[i] == session[i + 1]]
    forward = sum(sequel.get(a) == b for a, b in pairs) / len(pairs)
    backward = sum(sequel.get(b) == a for a, b in pairs) / len(pairs)
    return forward, backward


def test_the_order_effect_has_a_direction():
    forward, backward = _n_sequels(simulate(seed=5, order_effect=0.4, complements=0))
    assert forward > 0.4
    assert backward < 0.1


def test_complements_meet_in_baskets():
    def share(world):
        baskets = {}
        for line in world.tables["order_lines"].to_pylist():
            baskets.setdefault(line["order_id"], set()).add(line["product_id"])
        pairs = {
            row["product_id"]: row["other_id"]
            for row in simulate(seed=6).truth["truth_pairs"].to_pylist()
            if row["relation"] == "complement"
        }
        hits = [pairs[product] in basket for basket in baskets.values() for product in basket if product in pairs]
        return sum(hits) / len(hits)

    assert share(simulate(seed=6, complements=0.5)) > 0.4
    assert share(simulate(seed=6, complements=0.0)) < 0.1


def test_substitutes_avoid_each_other():
    def share(world):
        kind = dict(
            zip(
                world.truth["truth_products"]["product_id"].to_pylist(),
                world.truth["truth_products"]["kind"].to_pylist(),
                strict=True,
            )
        )
        baskets = {}
        for line in world.tables["order_lines"].to_pylist():
            baskets.setdefault(line["order_id"], set()).add(line["product_id"])
        doubled = [len({kind[product] for product in basket}) < len(basket) for basket in baskets.values() if len(basket) > 1]
        return sum(doubled) / len(doubled)

    quiet = {"complements": 0.0, "seed": 7}
    assert share(simulate(substitution=1.0, **quiet)) == 0
    assert share(simulate(substitution=0.0, **quiet)) > 0.15


def test_who_has_left_never_comes_again(world):
    truth = world.truth["truth_customers"]
    left = {row["customer_id"]: row["left_day"] for row in truth.to_pylist() if row["has_left"]}
    assert 0.2 < len(left) / truth.num_rows < 0.3
    last = world.truth["truth_visits"].join(
        world.tables["events"].group_by("session_id").aggregate([("at", "min")]), "session_id"
    )
    start = world.start.replace(tzinfo=None)
    for row in last.to_pylist():
        if row["customer_id"] in left and row["at_min"] is not None:
            assert (row["at_min"] - start).total_seconds() / 86_400 <= left[row["customer_id"]] + 1e-3


def test_a_visit_searches_for_what_it_finds_and_pays_after_the_checkout(world):
    visits = {}
    for row in world.tables["events"].to_pylist():
        visits.setdefault(row["session_id"], []).append(row)
    titles = {row["product_id"]: row["title"].lower() for row in world.tables["products"].to_pylist()}
    searched = [rows for rows in visits.values() if rows[0]["event"] == "search"]
    assert len(searched) / len(visits) == pytest.approx(0.3, abs=0.02)
    assert all(rows[0]["search_term"] in titles[rows[1]["product_id"]] for rows in searched)
    kinds = [[row["event"] for row in rows] for rows in visits.values()]
    assert all("begin_checkout" in kind[: kind.index("purchase")] for kind in kinds if "purchase" in kind)
    left_behind = [kind for kind in kinds if "add_to_cart" in kind and "purchase" not in kind]
    assert sum("begin_checkout" in kind for kind in left_behind) / len(left_behind) == pytest.approx(0.3, abs=0.05)
