"""Sums over cases are the same for any number of threads."""

import numpy as np

from shopkeeper.numerics.lifetimes import summed as module
from shopkeeper.numerics.lifetimes.summed import CHUNK, filled, summed


def add_up(low, high, column, factor, out):
    out[0] += factor * column[low:high].sum()
    out[1] += column[low:high].sum()


def test_chunks_are_added_in_order_whoever_worked_them_out(monkeypatch):
    column = np.random.default_rng(0).random(5 * CHUNK + 3)
    found = summed(add_up, (column,), np.array([3.0]))
    monkeypatch.setattr(module, "in_threads", lambda call, spans: [call(*span) for span in reversed(spans)])
    again = summed(add_up, (column,), np.array([3.0]))
    assert found[0] == again[0]
    assert found[1].tolist() == again[1].tolist()
    assert found[0] == np.float64(sum(3.0 * column[low : low + CHUNK].sum() for low in range(0, len(column), CHUNK)))


def test_a_number_a_case():
    column = np.arange(2.0 * CHUNK)

    def double(low, high, column, factor, out):
        out[low:high] = factor * column[low:high]

    assert filled(double, (column,), np.array([2.0])).tolist() == (2.0 * column).tolist()
    assert len(filled(double, (np.empty(0),), np.array([2.0]))) == 0
