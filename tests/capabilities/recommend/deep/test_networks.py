import pytest
import torch

from shopkeeper.capabilities.recommend.deep.networks import KINDS, Shape, new_network, pairs, scores

CPU = torch.device("cpu")


def shape(kind, **changed):
    return Shape(**{"kind": kind, "n_numbers": 2, "n_codes": 4, "n_crosses": 2 * (kind == "wide_deep"), "n_slots": 40, "n_embedded": 30, "width": 3,
                    "hidden": (5, 4), **changed})  # fmt: skip


def inputs(of, n=7):
    torch.manual_seed(1)
    embedded = torch.randint(0, of.n_embedded, (n, of.n_numbers + of.n_codes))
    return torch.randn(n, of.n_numbers), torch.cat((embedded, torch.randint(30, 40, (n, of.n_crosses))), dim=1)


def test_all_pairs_in_linear_time():
    field = torch.randn(4, 5, 3)
    wanted = sum((field[:, i] * field[:, j]).sum(1) for i in range(5) for j in range(i + 1, 5))
    assert torch.allclose(pairs(field), wanted, atol=1e-5)


def test_a_factorization_machine_by_hand():
    of = shape("fm", n_numbers=2, n_codes=0, n_slots=2, n_embedded=2)
    tensors = {"table": torch.zeros(2, 3), "number": torch.tensor([[1.0, 2.0, 0.0], [3.0, 1.0, 5.0]]), "level": torch.tensor([0.5]),
               "slot.weight": torch.tensor([0.1, 0.2]), "number.weight": torch.tensor([1.0, -1.0])}  # fmt: skip
    got = scores(tensors, of, torch.tensor([[2.0, 4.0]]), torch.tensor([[0, 1]]))
    assert got.item() == pytest.approx(0.5 + 0.1 + 0.2 + 2.0 - 4.0 + (1 * 3 + 2 * 1 + 0 * 5) * 2.0 * 4.0)


@pytest.mark.parametrize("kind", KINDS)
def test_each_candidate_is_scored_by_itself_and_everything_is_learned(kind):
    of = shape(kind)
    tensors = new_network(of, CPU)
    number, slot = inputs(of)
    whole = scores(tensors, of, number, slot)
    assert whole.shape == (7,)
    assert torch.allclose(whole[2:3], scores(tensors, of, number[2:3], slot[2:3]), atol=1e-6)
    (scores(tensors, of, number, slot, 0.1) ** 2).sum().backward()
    assert all(tensor.grad is not None for tensor in tensors.values())


def test_only_the_wide_part_reads_crosses():
    of = shape("wide_deep")
    tensors = new_network(of, CPU)
    number, slot = inputs(of)
    changed = slot.clone()
    changed[:, 6:] = 30 + (slot[:, 6:] + 1) % 10
    assert torch.equal(scores(tensors, of, number, slot), scores(tensors, of, number, changed))  # the wide part begins at 0
    with torch.no_grad():
        tensors["slot.weight"] += torch.randn(of.n_slots)
    assert not torch.allclose(scores(tensors, of, number, slot), scores(tensors, of, number, changed))


def test_ncf_reads_customer_and_product_only():
    of = shape("ncf")
    tensors = new_network(of, CPU)
    number, slot = inputs(of)
    other = slot.clone()
    other[:, [0, 1, 4, 5]] = 0
    assert torch.equal(scores(tensors, of, number, slot), scores(tensors, of, number, other))
