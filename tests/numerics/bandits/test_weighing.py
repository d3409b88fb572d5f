"""A policy on a log of lists: the same probabilities as `along`, its own lists as `fill` draws them, with any threads."""

import numpy as np
import pytest
from numerics_cases.bandits import a_log_of_lists

from shopkeeper.numerics.bandits.best import log_of_betas
from shopkeeper.numerics.bandits.slots import along
from shopkeeper.numerics.bandits.weighing import Lists, weigh


def test_it_is_along_for_every_list():
    inputs = a_log_of_lists(np.random.default_rng(0), 9)
    lists, found = inputs["lists"], weigh(**inputs)
    for number in range(9):
        candidates, slots = slice(5 * number, 5 * number + 5), slice(3 * number, 3 * number + 3)
        standing = lists.standing[slots]
        rows = along(
            log_of_betas(inputs["score"][candidates], inputs["failure"][candidates]), standing, lists.fixed[slots],
            by_draw=True, share=0.5, floor=0.1,
        )  # fmt: skip
        assert found.probability[slots] == pytest.approx(rows[np.arange(3), standing])
        assert found.given[slots] == pytest.approx(rows @ inputs["appeals"][candidates])


def test_its_own_lists_put_its_favorite_first_and_once():
    """The log shows 0, 1, 2; a policy that likes 4, 3, 2 best (rates 1 for every slot) puts each once."""
    lists = Lists(np.array([0, 5]), np.array([0, 3]), np.array([0, 1, 2]), np.zeros(3, bool))
    found = weigh(lists, score=np.arange(5.0), share=np.ones(1), appeals=np.arange(5.0)[:, None], rate=np.ones(3))
    assert found.rate.tolist() == [0, 0, 1, 1, 1]
    assert found.own[:, 0].tolist() == [4.0, 3.0, 2.0]
    assert found.given[:, 0].tolist() == [4.0, 4.0, 4.0], "given what stood there, its favorite was always left"
    assert found.probability.tolist() == [0.0, 0.0, 0.0]


def test_no_share_is_the_list_that_was_best():
    lists = Lists(np.array([0, 4]), np.array([0, 2]), np.array([0, 2]), np.zeros(2, bool))
    found = weigh(lists, score=np.zeros(4), share=np.zeros(1), appeals=np.ones((4, 1)), rate=np.ones(2))
    assert found.probability.tolist() == [1.0, 0.0]
    assert found.rate.tolist() == [1, 1, 0, 0]


def test_its_own_lists_are_as_probable_as_it_says():
    n = 4_000
    inputs = a_log_of_lists(np.random.default_rng(1), 1)
    many = Lists(np.arange(n + 1) * 5, np.arange(n + 1), np.zeros(n, np.int64), np.zeros(n, bool))
    tiled = {name: np.tile(inputs[name][:5], n) for name in ("score", "failure")}
    found = weigh(many, **tiled, share=np.full(n, 0.5), floor=0.1, appeals=np.zeros((5 * n, 1)), rate=np.ones(n), seed=2)
    first = along(
        log_of_betas(inputs["score"][:5], inputs["failure"][:5]), np.array([0]), np.zeros(1, bool), by_draw=True, share=0.5,
        floor=0.1,
    )  # fmt: skip
    assert found.rate.reshape(n, 5).mean(axis=0) == pytest.approx(first[0], abs=1e-9), "the first slot needs no draw"


def test_any_number_of_threads_gives_the_same(monkeypatch):
    inputs = a_log_of_lists(np.random.default_rng(2), 40)
    found = []
    for n_threads in (1, 3):
        monkeypatch.setattr("shopkeeper.numerics.bandits.weighing.n_threads", lambda n=n_threads: n)
        found.append(weigh(**inputs))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)
