"""In a world where popularity is all there is to know, learning finds nothing and says so."""

import pytest

from shopkeeper.simulator import NOTHING_TO_FIND, simulate


@pytest.mark.parametrize("seed", [31, 32])
def test_noise_is_no_evidence(seed, tmp_path, bring_in):
    told = bring_in(simulate(seed=seed, n_customers=500, n_products=100, **NOTHING_TO_FIND), tmp_path)
    with told.shop:
        told.shop.learn()
        run = told.shop.runs("recommend.learn")[0]
        assert run.state == "done", run.problem
        deciding = [score for score in run.scores if score.decides]
        assert deciding
        assert all(score.verdict != "better" for score in deciding), deciding


def test_the_same_shop_with_taste_is_evidence(tmp_path, bring_in):
    """The story above can fail: with the effects turned on the same shop's verdict is 'better'."""
    told = bring_in(simulate(seed=31, n_customers=500, n_products=100), tmp_path)
    with told.shop:
        told.shop.learn()
        assert "better" in {score.verdict for score in told.shop.runs("recommend.learn")[0].scores if score.decides}
