import numpy as np
import pytest
import torch

from shopkeeper.capabilities.recommend.deep.attention import Shape, at_last, encoded, new_network
from shopkeeper.capabilities.recommend.deep.sequence_lists import LearnedSequences
from shopkeeper.capabilities.recommend.deep.serving import Network, exported
from shopkeeper.capabilities.recommend.methods.method import questions_for

SHAPE = Shape(width=8, heads=2, blocks=1, length=4)
KNOWN = np.array([1, 2, 4, 5, 6, 7, 9], np.int32)  # 0, 3 and 8 were not learned from


@pytest.fixture(scope="module")
def served():
    """A network that learned nothing, over seven of ten products."""
    torch.manual_seed(0)
    tensors = {name: tensor.detach() for name, tensor in new_network(SHAPE, torch.device("cpu")).items()}
    example = {"embedded": torch.zeros(2, 3, 8), "last": torch.tensor([1, 2])}
    axes = {"embedded": ("windows", "places"), "last": ("windows",), "vector": ("windows",)}
    content = exported(lambda given, e, last: at_last(encoded(given, SHAPE, e), last), tensors, example, "vector", axes)
    embedding = np.random.default_rng(0).normal(size=(8, 8)).astype(np.float32)
    embedding[0] = 0
    return LearnedSequences(KNOWN, embedding, Network(content), 10, 4, 1.0)


def test_one_past_gets_what_many_get(served, known_from):
    rows = [[1, 4], [2], [9, 9, 5, 1, 2, 4, 6], [3], []]
    known = known_from(rows, 10)
    got = served.lists(questions_for(known, np.arange(5)), 3)
    assert got.product.dtype == np.int32
    assert got.score.dtype == np.float32
    for row, past in enumerate(rows):
        product, score = served.best(np.unique(past) if len(past) == 2 else np.array(past, int), 3)
        assert got.product[row][got.product[row] >= 0].tolist() == product.tolist()
        assert got.score[row][got.product[row] >= 0] == pytest.approx(score, abs=1e-6)
        assert not set(product.tolist()) & {*past, 0, 3, 8}
    assert (got.product[3:] == -1).all()
    assert (got.score[3:] == 0).all()


def test_scores_are_probabilities_and_lists_end(served):
    product, score = served.best(np.array([1, 2]), 20, own=True)
    assert sorted(product.tolist()) == KNOWN.tolist()
    assert (np.diff(score) <= 0).all()
    without, rest = served.best(np.array([1, 2]), 20)
    assert sorted(without.tolist()) == [4, 5, 6, 7, 9]
    assert rest.sum() < 1.0


def test_candidates_are_scored_in_the_same_order(served):
    product, probability = served.best(np.array([1, 2]), 5)
    score = served.scores(np.array([1, 2]), np.append(product, 3))
    assert score[:-1] == pytest.approx(probability / probability[0], abs=1e-5)
    assert score[-1] == 0.0
    assert served.scores(np.array([3]), product).tolist() == [0.0] * 5


def test_only_the_newest_count(served):
    assert np.array_equal(served.vector(np.array([9, 9, 1, 2, 4, 6])), served.vector(np.array([1, 2, 4, 6])))
    assert served.vector(np.array([0, 3, -1, 99])) is None


def test_saving_keeps_answers(served, tmp_path, known_from):
    for name, array in served.arrays().items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    names = [path.stem for path in tmp_path.glob("*.npy")]
    back = LearnedSequences.from_arrays({name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in names})
    questions = questions_for(known_from([[1, 4], [2]], 10), np.arange(2))
    for before, after in zip(served.lists(questions, 3), back.lists(questions, 3), strict=True):
        assert np.array_equal(before, after)
    assert (back.n_products, back.length, back.kind_exponent, back.n_bytes) == (10, 4, 1.0, served.n_bytes)
