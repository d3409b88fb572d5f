import sys

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.deep.sasrec import CHOICES, SASREC, Parameters, against, n_bytes
from shopkeeper.capabilities.recommend.methods.method import questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.numerics.compiling import quiet

SMALL = Parameters(width=16, heads=1, blocks=1, length=8, dropout=0.0, epochs=6, rate=2e-2)


def found_next(learned, rows, known):
    """The share of the rows whose following product is named first."""
    first = learned.lists(questions_for(known, np.arange(len(rows))), 1).product[:, 0]
    return float(np.mean(first == (np.array([row[-1] for row in rows]) + 2) % known.log.n_products))


@pytest.fixture(scope="module")
def ordered(walk):
    """Rows in which the next product follows from the last."""
    rows = walk(0, 250, 24, 6, 0.9)
    return [row[: 2 + number % 5] for number, row in enumerate(rows)]


def test_it_learns_the_order_that_popularity_cannot_see(ordered, known_from):
    known = known_from(ordered, 24)
    told = []
    learned = SASREC.learn(known, SMALL, told.append)
    able = [row for row in ordered if (row[-1] + 2) % 24 not in row]
    assert found_next(learned, able, known_from(able, 24)) > 0.6
    assert found_next(POPULARITY.learn(known, Fading(), quiet), ordered, known) < 0.15
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert learned.n_bytes > 0


def test_the_same_seed_gives_the_same_and_the_input_is_left_alone(ordered, known_from):
    few = ordered[:60]
    before = known_from(few, 24).log
    quick = Parameters(width=8, heads=1, blocks=1, length=8, epochs=2)
    found = []
    for seed in (1, 1, 2):
        known = known_from(few, 24, seed)
        found.append(SASREC.learn(known, quick, quiet).arrays())
        assert np.array_equal(known.log.product, before.product)
    assert all(np.array_equal(found[0][name], found[1][name]) for name in found[0])
    assert not np.array_equal(found[0]["embedding"], found[2]["embedding"])


@pytest.mark.parametrize("rows", [[], [[]], [[3]], [[3], [2]]])
def test_where_there_is_no_order_nobody_is_named_anything(rows, known_from):
    known = known_from(rows, 5)
    learned = SASREC.learn(known, SMALL, quiet)
    assert (learned.lists(questions_for(known, np.arange(len(rows))), 3).product == -1).all()
    assert len(learned.best(np.array([3]), 3)[0]) == 0


def test_one_pair_is_enough_to_learn_and_serve(known_from):
    known = known_from([[3, 1]], 5)
    learned = SASREC.learn(known, SMALL, quiet)
    assert learned.best(np.array([3]), 3)[0].tolist() == [1]


def test_whoever_is_told_may_stop_it(ordered, known_from):
    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SASREC.learn(known_from(ordered[:30], 24), SMALL, stop)


def test_what_speaks_against_it(ordered, known_from, walk, monkeypatch):
    assert against(known_from(ordered, 24)) == "order is learned from 500 customers with two events or more; here are 250"
    enough = known_from(walk(0, 500, 24, 2, 0.9), 24)
    assert against(enough) == ""
    monkeypatch.setitem(sys.modules, "torch", None)
    assert SASREC.against(enough) == "torch is not installed: pip install 'shopkeeper[deep]'"


def test_memory_grows_with_products_and_width(known_from):
    small, large = (known_from([[0, 1]], n) for n in (100, 100_000))
    assert n_bytes(large, Parameters()) > n_bytes(small, Parameters()) + 100_000 * 64 * 4
    assert n_bytes(large, Parameters(width=128)) > n_bytes(large, Parameters())


def test_every_start_lies_on_the_choices():
    for name, choices in CHOICES.items():
        assert getattr(SASREC.starts[0], name) in choices, name


@pytest.mark.slow
def test_where_nothing_follows_from_anything_it_finds_nothing(walk, known_from):
    rows = walk(5, 800, 40, 6, 0.0)
    known = known_from([row[:-1] for row in rows], 40)
    learned = SASREC.learn(known, SMALL, quiet)
    wanted = np.array([row[-1] for row in rows])
    listed = learned.lists(questions_for(known, np.arange(800)), 7).product
    assert np.mean((listed == wanted[:, None]).any(axis=1)) == pytest.approx(7 / 35, abs=0.05)  # five of forty are left out
