import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from shopkeeper.capabilities.recommend.deep.choices import Batch, Learning, Parameters, listwise
from shopkeeper.capabilities.recommend.deep.fields import Inputs
from shopkeeper.capabilities.recommend.deep.networks import Shape

CPU = torch.device("cpu")


def learning(group, label, **changed):
    n = len(label)
    inputs = Inputs(np.arange(n, dtype=np.float32)[:, None], np.zeros((n, 1), np.int64))
    shape = Shape("fm", 1, 0, 0, 1, 1, 2, (2,))
    return Learning(Parameters(**changed), shape, inputs, np.asarray(group), np.asarray(label, np.float32), 0, CPU)


def test_the_loss_is_a_softmax_over_each_questions_candidates():
    score = torch.tensor([1.0, 2.0, -1.0, 0.0, 3.0])
    batch = Batch(score, score, torch.tensor([0.0, 2.0, 0.0, 1.0, 3.0]), torch.tensor([0, 0, 0, 1, 1]))
    first = cross_entropy(score[None, :3], torch.tensor([1]))
    second = cross_entropy(score[None, 3:], torch.tensor([[0.25, 0.75]]))
    assert float(listwise(score, batch)) == pytest.approx(float(first + second) / 2)


def test_questions_without_a_choice_are_left_out_and_a_share_is_held_out():
    label = np.zeros(600)
    label[:450:3] = 1.0
    found = learning(np.arange(0, 601, 3), label)
    assert (len(found.judged), len(found.learned)) == (15, 135)
    assert not set(found.judged) & set(found.learned)
    assert set(found.judged) | set(found.learned) == set(range(150))
    assert len(learning([0, 3, 6], [1, 0, 0, 0, 1, 0]).judged) == 0


def test_rows_of_questions_and_batches_hold_whole_questions():
    found = learning([0, 2, 2, 5], [1, 0, 0, 1, 0])
    assert found.rows_of(np.array([2, 0])).tolist() == [2, 3, 4, 0, 1]
    (batch,) = found.pieces(np.array([2, 0]))
    assert batch.question.tolist() == [0, 0, 0, 1, 1]
    assert batch.number[:, 0].tolist() == [2, 3, 4, 0, 1]
    assert batch.label.tolist() == [0, 1, 0, 1, 0]


def test_what_stands_in_front_by_hand():
    label = np.zeros(60)
    label[[1, 4]] = 1.0
    found = learning([0, 3, 60], label)
    found.judged = np.array([0, 1])
    score = np.zeros(60, np.float32)
    score[[2, 1, 50, 4]] = [3.0, 2.0, 9.0, 8.0]
    first, value = found.in_front(score)
    assert first[0].tolist() == [2, 1, 0] + [-1] * 7
    assert first[1, :2].tolist() == [50, 4]
    assert value == pytest.approx(1.0 / np.log2(3.0))
    clicks = learning(np.arange(41), np.arange(40) % 2, by_question=False)
    clicks.judged = np.arange(40)
    front, likelihood = clicks.in_front(np.arange(40, dtype=np.float32) * 0)
    assert front.tolist() == [[0, 1, 2, 3]]
    assert likelihood == pytest.approx(0.5)
