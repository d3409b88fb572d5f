import sys
from functools import partial

import numpy as np
import pytest
import torch

from shopkeeper.capabilities.recommend.deep.attention import Shape, at_last, encoded, new_network
from shopkeeper.capabilities.recommend.deep.serving import Network, exported, in_whole_numbers, is_as_good, overlap, same_places
from shopkeeper.core.errors import NotLearned

SHAPE = Shape(width=32, heads=2, blocks=2, length=6)


@pytest.fixture(scope="module")
def network():
    """(the function in torch, the same as ONNX)."""
    torch.manual_seed(0)
    tensors = {name: tensor.detach() for name, tensor in new_network(SHAPE, torch.device("cpu")).items()}

    def forward(given, embedded, last):
        return at_last(encoded(given, SHAPE, embedded), last)

    example = {"embedded": torch.zeros(2, 3, 32), "last": torch.tensor([1, 2])}
    axes = {"embedded": ("windows", "places"), "last": ("windows",), "vector": ("windows",)}
    return partial(forward, tensors), exported(forward, tensors, example, "vector", axes)


@pytest.mark.parametrize(("n", "places"), [(1, 1), (1, 6), (5, 4)])
def test_onnx_says_what_torch_says(network, n, places):
    forward, content = network
    embedded = np.random.default_rng(n).normal(size=(n, places, 32)).astype(np.float32)
    last = np.arange(n) % places
    wanted = forward(torch.from_numpy(embedded), torch.from_numpy(last)).numpy()
    got = Network(content)(embedded=embedded, last=last)
    assert got.dtype == np.float32
    assert np.abs(got - wanted).max() < 1e-5


def test_whole_numbers_are_near_and_smaller(network):
    _, content = network
    whole = in_whole_numbers(content)
    embedded, last = np.random.default_rng(0).normal(size=(4, 6, 32)).astype(np.float32), np.full(4, 5)
    exact, rounded = Network(content)(embedded=embedded, last=last), Network(whole)(embedded=embedded, last=last)
    assert 0 < np.abs(exact - rounded).max() < 0.2
    assert len(whole) < 0.7 * len(content)


def test_no_word_is_logged(network, caplog):
    in_whole_numbers(network[1])
    assert caplog.text == ""


def test_the_rule_for_whole_numbers():
    assert is_as_good(0.95, 0.2, 0.198)
    assert not is_as_good(0.94, 0.2, 0.3)
    assert not is_as_good(1.0, 0.2, 0.197)
    assert is_as_good(1.0, 0.0, 0.0)


def test_overlap_by_hand():
    assert overlap(np.array([[1, 2], [3, 4]]), np.array([[2, 9], [4, 3]])) == 0.75
    assert overlap(np.array([[1, -1]]), np.array([[2, -1]])) == 0.0
    assert overlap(np.empty((0, 10), int), np.empty((0, 10), int)) == 0.0


def test_places_by_hand():
    lists = np.arange(100).reshape(10, 10)
    swapped = lists.copy()
    swapped[0, :2] = lists[0, 1::-1]
    assert same_places(lists, lists)
    assert same_places(np.tile(lists, (2, 1)), np.concatenate((lists, swapped)))  # 198 of 200
    assert not same_places(lists, swapped)
    assert same_places(np.full((2, 10), -1), np.full((2, 10), -1))


def test_without_onnxruntime_it_says_what_to_install(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(NotLearned, match=r"pip install 'shopkeeper\[deep\]'") as told:
        Network(network[1])(embedded=np.zeros((1, 1, 32), np.float32), last=np.zeros(1, np.int64))
    assert told.value.got == "onnxruntime is not installed"
