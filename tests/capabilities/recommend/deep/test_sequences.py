import numpy as np

from shopkeeper.capabilities.recommend.deep.sequences import Sequences, batches, newest, sequences, tokens_of, windows
from shopkeeper.numerics.sparse_rows import build_log

KINDS = np.array([1.0, 0.3, 0.0])


def some_log():
    """Row 0: 4 (looked at), 4 (bought), 2 (ignored kind), 0; row 1: nothing; row 2: 2 (ignored), 4."""
    customer, product = np.array([0, 0, 0, 0, 2, 2]), np.array([4, 4, 2, 0, 2, 4])
    return build_log(customer, product, np.array([1, 0, 2, 0, 2, 1], np.uint8), np.arange(6), 3, 6)


def test_only_what_counts_has_a_token():
    product, token_of = tokens_of(some_log(), KINDS)
    assert product.tolist() == [0, 4]
    assert token_of.tolist() == [1, 0, 0, 0, 2, 0]


def test_repeats_in_a_row_count_once_as_the_heaviest():
    found = sequences(some_log(), KINDS, tokens_of(some_log(), KINDS)[1])
    assert found.starts.tolist() == [0, 2, 2, 3]
    assert found.token.tolist() == [2, 1, 2]
    assert found.weight.tolist() == np.array([1.0, 1.0, 0.3], np.float32).tolist()


def of_sizes(*sizes):
    starts = np.concatenate(([0], np.cumsum(sizes)))
    return Sequences(starts, np.arange(1, starts[-1] + 1, dtype=np.int32), np.ones(starts[-1], np.float32))


def test_windows_are_cut_from_the_end():
    found = windows(of_sizes(6, 1, 0, 3), 3, np.array([False, False, False, False]))
    assert list(zip(found.first.tolist(), found.last.tolist(), strict=True)) == [(2, 6), (0, 3), (7, 10)]
    held_out = windows(of_sizes(6, 1, 0, 3), 3, np.array([True, True, False, True]))
    assert list(zip(held_out.first.tolist(), held_out.last.tolist(), strict=True)) == [(1, 5), (0, 2), (7, 9)]


def test_every_target_is_learned_once_an_epoch():
    of = of_sizes(7, 2, 5, 3, 11)
    chosen = windows(of, 4, np.zeros(5, bool))
    given = list(batches(of, chosen, 8, np.random.default_rng(0)))
    targets = np.concatenate([batch.target[batch.weight > 0] for batch in given])
    assert sorted(targets.tolist()) == sorted(set(of.token.tolist()) - set((of.starts[:-1] + 1).tolist()))
    assert all(batch.token.size <= 8 for batch in given)
    for batch in given:
        there = batch.weight > 0
        assert (batch.target[there] == batch.token[there] + 1).all()  # tokens count up in this log
        assert (batch.token[~there] == 0).all()


def test_nothing_to_learn_gives_no_batches():
    of = of_sizes(1, 0)
    assert list(batches(of, windows(of, 4, np.zeros(2, bool)), 8, np.random.default_rng(0))) == []


def test_the_newest_of_each_row():
    token, last = newest(of_sizes(4, 1), np.array([0, 1]), 3)
    assert token.tolist() == [[2, 3, 4], [5, 0, 0]]
    assert last.tolist() == [2, 0]
    token, last = newest(of_sizes(4, 2), np.array([0, 1]), 3, without_last=True)
    assert token.tolist() == [[1, 2, 3], [5, 0, 0]]
    assert last.tolist() == [2, 0]
