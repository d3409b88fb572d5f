import torch

from shopkeeper.capabilities.recommend.deep.attention import Shape, at_last, encoded, new_network

SHAPE = Shape(width=8, heads=2, blocks=2, length=5)


def network():
    torch.manual_seed(0)
    return new_network(SHAPE, torch.device("cpu"))


def test_no_place_sees_what_comes_after_it():
    tensors, embedded = network(), torch.randn(3, 5, 8)
    changed = embedded.clone()
    changed[:, 3:] = torch.randn(3, 2, 8)
    before, after = encoded(tensors, SHAPE, embedded), encoded(tensors, SHAPE, changed)
    assert torch.allclose(before[:, :3], after[:, :3], atol=1e-6)
    assert not torch.allclose(before[:, 3:], after[:, 3:], atol=1e-3)


def test_what_fills_up_changes_nothing():
    tensors, embedded = network(), torch.randn(1, 3, 8)
    filled = torch.cat((embedded, torch.randn(1, 2, 8)), dim=1)
    alone = at_last(encoded(tensors, SHAPE, embedded), torch.tensor([2]))
    assert torch.allclose(alone, at_last(encoded(tensors, SHAPE, filled), torch.tensor([2])), atol=1e-6)


def test_order_matters_once_distance_is_learned():
    tensors, embedded = network(), torch.randn(1, 3, 8)
    swapped = embedded[:, [1, 0, 2]]
    same = encoded(tensors, Shape(8, 2, 1, 5), embedded)[:, 2], encoded(tensors, Shape(8, 2, 1, 5), swapped)[:, 2]
    assert torch.allclose(*same, atol=1e-5)  # no distance learned yet: one layer sees a bag
    with torch.no_grad():
        tensors["0.far"][:, 1] = 3.0
    other = encoded(tensors, Shape(8, 2, 1, 5), embedded)[:, 2], encoded(tensors, Shape(8, 2, 1, 5), swapped)[:, 2]
    assert not torch.allclose(*other, atol=1e-3)


def test_dropout_is_for_learning_only():
    tensors, embedded = network(), torch.randn(1, 3, 8)
    assert torch.equal(encoded(tensors, SHAPE, embedded), encoded(tensors, SHAPE, embedded))
    assert not torch.equal(encoded(tensors, SHAPE, embedded, 0.5), encoded(tensors, SHAPE, embedded, 0.5))
