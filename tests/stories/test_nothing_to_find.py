"""In a world where popularity is all there is to know, learning finds nothing and says so."""

import pytest

from shopkeeper.simulator import NOTHING_TO_FIND, simulate

pytestmark = pytest.mark.slow


def verdicts(told):
    """The deciding scores' verdicts after learning."""
    with told.shop:
        told.shop.learn(["recommend.learn"])
        run = told.shop.runs("recommend.learn")[0]
        assert run.state == "done", run.problem
        return [score.verdict for score in run.scores if score.decides]


def test_noise_is_no_evidence(tmp_path, bring_in):
    """An interval of 95 % calls noise 'better' once in forty times: of four shops, at most one."""
    found = []
    for seed in (31, 32, 33, 34):
        world = simulate(seed=seed, n_customers=400, n_products=100, n_days=120, **NOTHING_TO_FIND)
        found += verdicts(bring_in(world, tmp_path / str(seed)))
    assert len(found) >= 4
    assert found.count("better") <= 1, found


def test_noise_is_not_called_knowledge(tmp_path, bring_in):
    found = verdicts(bring_in(simulate(seed=33, n_customers=400, n_products=100, n_days=120, **NOTHING_TO_FIND), tmp_path))
    assert found == ["no evidence"]


def test_the_same_shop_with_taste_is_evidence(tmp_path, bring_in):
    """The story above can fail: with the effects turned on the same shop's verdict is 'better'."""
    world = simulate(seed=33, n_customers=400, n_products=100, n_days=120, leaving_share=0.0)
    assert verdicts(bring_in(world, tmp_path)) == ["better"]


def test_noise_has_no_rules_no_complements_and_no_bundles_and_the_same_shop_with_complements_has(tmp_path, bring_in):
    found = {}
    for name, effects in (("noise", NOTHING_TO_FIND), ("effects", {"complements": 0.5})):
        world = simulate(seed=35, n_customers=500, n_products=60, n_days=120, **effects)
        with bring_in(world, tmp_path / name).shop as shop:
            tables = ("baskets.rules", "baskets.together", "baskets.bundles")
            found[name] = [shop.run(task).table for task in tables]
    assert [table.num_rows for table in found["noise"]][::2] == [0, 0]
    assert found["noise"][1].num_rows <= 3  # of 1,770 pairs, at a share of false discoveries of 5 %
    assert all(table.num_rows > 10 for table in found["effects"])
