import sys

import pytest
import torch

from shopkeeper.capabilities.recommend.deep.training import Plan, constant, fit, missing, normal, steady


def test_nothing_is_missing_here():
    assert missing() == ""


def test_what_is_missing_is_told_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert missing() == "torch is not installed: pip install 'shopkeeper[deep]'"
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert missing() == "torch and onnx are not installed: pip install 'shopkeeper[deep]'"


def test_random_numbers_follow_from_the_seed_and_the_rest_is_left_alone():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    drawn = []
    for seed in (1, 1, 2):
        with steady(seed, 0) as device:
            drawn.append(normal((4,), 1.0, device).detach())
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


def test_the_rate_rises_then_falls_to_a_twentieth():
    plan = Plan(epochs=10, patience=3, rate=1.0, decay=0.0, warm_up_share=0.1)
    rates = [plan.rate_at(step, 100) for step in range(101)]
    assert rates[0] < rates[5] < max(rates) <= 1.0
    assert rates[100] == pytest.approx(0.05)


@pytest.mark.slow  # torch's own brings its compiler with it
def test_steps_are_those_of_adamw():
    start, slope = torch.tensor([1.0, -2.0]), torch.tensor([0.3, 0.1])
    plan = Plan(3, 3, 0.1, 0.2)
    ours = {"x": start.clone().requires_grad_()}
    found = fit(ours, lambda epoch: [0, 1], lambda t, _: (t["x"] * slope).sum() + t["x"].pow(2).sum(), lambda t: len(t), plan, 2)
    assert found.best == 0
    theirs = start.clone().requires_grad_()
    optimizer = torch.optim.AdamW([theirs], lr=0.1, weight_decay=0.2)
    for step in range(6):
        optimizer.param_groups[0]["lr"] = plan.rate_at(step, 6)
        optimizer.zero_grad()
        loss = (theirs * slope).sum() + theirs.pow(2).sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([theirs], 5.0)
        optimizer.step()
    assert torch.allclose(ours["x"], theirs, atol=1e-6)


def fitted(values, patience, tell=lambda share: None):
    given = iter(values)
    tensors = {"x": constant((1,), 0.0, torch.device("cpu"))}
    plan = Plan(len(values), patience, 0.1, 0.0)
    return fit(tensors, lambda epoch: [epoch], lambda t, batch: (t["x"] - 1.0).pow(2).sum(), lambda t: next(given), plan, 1, tell)


def test_learning_stops_where_it_no_longer_pays_and_keeps_the_best():
    found = fitted([0.1, 0.5, 0.4, 0.3, 0.9], patience=2)
    assert (found.best, found.values) == (1, (0.1, 0.5, 0.4, 0.3))
    assert not found.tensors["x"].requires_grad
    longer = fitted([0.1, 0.5, 0.4, 0.3, 0.9], patience=3)
    assert longer.best == 4
    assert longer.tensors["x"] > found.tensors["x"]


def test_whoever_is_told_may_stop_it():
    told = []

    def stop(share):
        told.append(share)
        if share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fitted([0.1] * 4, patience=9, tell=stop)
    assert told == [0.25, 0.5]
