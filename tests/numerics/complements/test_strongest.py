"""The strongest by hand and as sorting has them."""

import numpy as np

from shopkeeper.numerics.complements.strongest import strongest


def test_by_hand():
    starts, places = strongest(np.array([0, 4, 4, 6]), np.array([1.0, 3.0, 0.0, 3.0, -1.0, 0.5]), 2)
    assert starts.tolist() == [0, 2, 2, 3]
    assert places.tolist() == [1, 3, 5]


def test_as_sorting_has_them():
    random = np.random.default_rng(0)
    sizes = random.integers(0, 60, 50)
    rows = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    score = random.integers(-3, 9, int(rows[-1])).astype(np.float32)
    starts, places = strongest(rows, score, 10)
    for row in range(50):
        own = np.arange(rows[row], rows[row + 1])
        wanted = [place for place in sorted(own.tolist(), key=lambda place: (-score[place], place)) if score[place] > 0][:10]
        assert places[starts[row] : starts[row + 1]].tolist() == wanted
