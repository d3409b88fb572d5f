import pytest
import torch
from torch.nn.functional import cross_entropy

from shopkeeper.capabilities.recommend.deep.sampled_softmax import Sampler, loss

CPU = torch.device("cpu")


def made(n_tokens=41, n_places=6):
    torch.manual_seed(3)
    return torch.randn(n_places, 4), torch.randint(1, n_tokens, (n_places,)), torch.randn(n_tokens, 4)


def test_with_every_token_it_is_the_softmax():
    state, target, embedding = made()
    sampler = Sampler(torch.ones(41), 40)
    assert sampler.is_all
    got = loss(state, target, torch.ones(6), embedding, sampler)
    assert float(got) == pytest.approx(float(cross_entropy(state @ embedding[1:].T, target - 1)), abs=1e-5)


def test_the_sample_estimates_the_softmax():
    state, target, embedding = made(401)
    counts = torch.arange(401.0) ** 2
    sampler = Sampler(counts, 256)
    assert not sampler.is_all
    got = torch.stack([loss(state, target, torch.ones(6), embedding, sampler) for _ in range(200)]).mean()
    assert float(got) == pytest.approx(float(cross_entropy(state @ embedding[1:].T, target - 1)), abs=0.05)


def test_half_is_drawn_evenly_half_by_how_often_it_occurs():
    torch.manual_seed(0)
    sampler = Sampler(torch.tensor([99.0, 0.0, 1.0, 3.0] + [0.0] * 96), 50)
    drawn = torch.cat([sampler.drawn(CPU)[0] for _ in range(200)])
    share = torch.bincount(drawn, minlength=100) / len(drawn)
    assert share[0] == 0.0
    assert float(share[3]) == pytest.approx(0.5 / 99 + 0.375, abs=0.02)
    assert float(share[1]) == pytest.approx(0.5 / 99, abs=0.005)


def test_weights_count():
    state, target, embedding = made()
    sampler = Sampler(torch.ones(41), 40)
    heavy = loss(state, target, torch.tensor([1.0, 0, 0, 0, 0, 0]), embedding, sampler)
    assert float(heavy) == pytest.approx(float(loss(state[:1], target[:1], torch.ones(1), embedding, sampler)), abs=1e-5)
