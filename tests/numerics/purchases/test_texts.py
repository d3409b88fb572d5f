"""Texts of shares by hand, and against Python's json on many rows."""

import itertools
import json

import numpy as np

from shopkeeper.numerics.purchases.texts import share_texts


def lines(data, starts):
    return [bytes(data[low:high]).decode() for low, high in itertools.pairwise(starts)]


def test_shares_by_hand():
    top = np.array([[1, 0, -1], [0, -1, -1], [-1, -1, -1], [2, 1, 0]], np.int32)
    weight = np.array([[2, 1, 0], [5, 0, 0], [0, 0, 0], [0, 0, 0]])
    found = lines(*share_texts(['"A"', '"照明"', '"x \\"y\\""'], top, weight, np.array([3, 5, 0, 0])))
    assert found == ['{"照明": 0.6667, "A": 0.3333}', '{"A": 1.0}', "", '{"x \\"y\\"": null, "照明": null, "A": null}']


def test_many_rows_are_what_python_reads():
    random = np.random.default_rng(6)
    names = [f"name {k} " + "é" * (k % 4) for k in range(20)]
    top = np.array([random.permutation(20)[:5] for _ in range(500)], np.int32)
    weight = -np.sort(-random.integers(1, 10_000, (500, 5)))
    total = weight.sum(axis=1) + random.integers(0, 500, 500)
    found = lines(*share_texts([json.dumps(name) for name in names], top, weight, total))
    for row, text in enumerate(found):
        wanted = {names[code]: share for code, share in zip(top[row], weight[row] / total[row], strict=True)}
        read = json.loads(text)
        assert list(read) == list(wanted)
        np.testing.assert_allclose(list(read.values()), list(wanted.values()), atol=0.5001e-4)
