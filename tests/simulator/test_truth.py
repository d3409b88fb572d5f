"""The truth: probabilities that sum to one and agree with what is seen."""

import pyarrow.compute as pc
import pytest

from shopkeeper.simulator import NOTHING_TO_FIND, simulate


def test_probabilities_sum_to_one(world):
    shown = world.probability(["c000000", "c000007"])
    assert shown.shape == (2, world.settings.n_products)
    assert shown.sum(axis=1) == pytest.approx([1, 1])
    share = world.truth["truth_products"].group_by("group").aggregate([("share_in_group", "sum")])
    assert share["share_in_group_sum"].to_pylist() == pytest.approx([1.0] * share.num_rows)


def test_shares_in_the_group_are_what_is_seen():
    world = simulate(
        seed=3, n_products=20, n_groups=2, n_customers=3000, new_product_share=0, season=0, complements=0, order_effect=0.5
    )
    events = world.tables["events"]
    seen = events.filter(pc.equal(events["event"], "view_item")).group_by("product_id").aggregate([("event_id", "count")])
    count = dict(zip(seen["product_id"].to_pylist(), seen["event_id_count"].to_pylist(), strict=True))
    truth = world.truth["truth_products"].to_pylist()
    for group in (0, 1):
        members = [row for row in truth if row["group"] == group]
        total = sum(count[row["product_id"]] for row in members)
        for row in members:
            assert count[row["product_id"]] / total == pytest.approx(row["share_in_group"], abs=0.008)


def test_a_world_with_nothing_to_find_lists_no_pairs():
    assert simulate(**NOTHING_TO_FIND).truth["truth_pairs"].num_rows == 0
