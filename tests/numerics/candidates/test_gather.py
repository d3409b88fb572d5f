import numpy as np

from shopkeeper.numerics.candidates.gather import FAINTEST, gather


def test_two_lists_by_hand():
    first = np.array([[4, 2, -1], [1, 0, 3]], np.int32)
    second = np.array([[2, 7], [0, -1]], np.int32)
    scores = np.array([[5.0, 4.0, 0.0], [3.0, 2.0, 1.0]]), np.array([[0.5, -1.0], [9.0, 0.0]])
    excluded = np.array([0, 1, 2]), np.array([4, 3])
    found = gather((first, second), scores, 8, 10, excluded)
    assert found.starts.tolist() == [0, 2, 4]
    assert found.product.tolist() == [2, 7, 1, 0]
    assert found.score.tolist() == [[4.0, 0.5], [0.0, FAINTEST], [3.0, 0.0], [2.0, 9.0]]


def test_the_highest_in_the_lists_are_kept():
    first = np.array([[0, 1, 2, 3, 4]], np.int32)
    second = np.array([[4, 5, 6, 7, 8]], np.int32)
    ones = np.ones((1, 5), np.float32)
    found = gather((first, second), (ones, ones), 9, 3)
    assert found.starts.tolist() == [0, 3]
    # 4 is in both lists; 0 heads its own; then the second places, the smaller code first.
    assert found.product.tolist() == [0, 1, 4]


def test_many_questions_are_the_same_as_one_by_one():
    random = np.random.default_rng(0)
    lists = tuple(random.permuted(np.tile(np.arange(50), (300, 1)), axis=1)[:, :20].astype(np.int32) for _ in range(3))
    scores = tuple(-np.sort(-random.random((300, 20)), axis=1) for _ in range(3))
    excluded = np.arange(0, 301 * 2, 2), random.integers(0, 50, 600).astype(np.int32)
    together = gather(lists, scores, 50, 25, excluded)
    for question in range(0, 300, 37):
        span = slice(question, question + 1)
        out = np.array([0, 2]), excluded[1][2 * question : 2 * question + 2]
        alone = gather(tuple(each[span] for each in lists), tuple(each[span] for each in scores), 50, 25, out)
        here = slice(together.starts[question], together.starts[question + 1])
        assert alone.product.tolist() == together.product[here].tolist()
        assert (alone.score == together.score[here]).all()
        assert not set(alone.product.tolist()) & set(out[1].tolist())
