"""What rankers are learned from: questions with candidates of which some were chosen, in batches; and the loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from shopkeeper.capabilities.recommend.deep.fields import Inputs
from shopkeeper.capabilities.recommend.deep.networks import Shape, new_network, scores
from shopkeeper.capabilities.recommend.deep.training import Fitted, Plan, Tensor, Tensors, fit
from shopkeeper.numerics.compiling import Array, Tell
from shopkeeper.numerics.ranking_metrics import ndcg

FEWEST_ROWS, MOST_ROWS = 256, 4096  # candidates in a batch
BATCHES = 64  # an epoch has at least so many where it has the rows: few long steps learn little from a small shop
JUDGED_SHARE, FEWEST_JUDGED = 0.1, 10  # questions that end the learning


@dataclass(frozen=True)
class Parameters:
    """How large a network is and how it is learned.

    ``by_question``: a softmax over each question's candidates (Cao et al., 2007: ListNet); else each candidate is judged by
    itself (a click or none), and scores are the logit of the probability.
    """

    width: int = 8
    hidden: tuple[int, ...] = (64, 32)
    dropout: float = 0.3
    rate: float = 3e-3
    decay: float = 0.01
    epochs: int = 20
    patience: int = 3
    by_question: bool = True


class Batch(NamedTuple):
    """Candidates of whole questions: ``question`` int64 [rows] counts them from 0."""

    number: Tensor
    slot: Tensor
    label: Tensor
    question: Tensor


class Learning:
    """The examples, split by question, and the tensors that are learned from them."""

    def __init__(
        self, parameters: Parameters, shape: Shape, inputs: Inputs, group: Array, label: Array, seed: int, device: Any
    ) -> None:
        self.parameters, self.shape, self.inputs, self.device = parameters, shape, inputs, device
        self.group, self.label = group, label.astype(np.float32)
        self.random, self._n_unjudged = np.random.default_rng(seed), 0.0
        useful = np.arange(len(group) - 1)
        if parameters.by_question:  # a question of which nothing was chosen says nothing
            question = np.repeat(useful, np.diff(group))
            useful = np.flatnonzero(np.bincount(question, weights=self.label, minlength=len(useful)) > 0)
        n_judged = int(JUDGED_SHARE * len(useful))
        mixed = self.random.permutation(useful)
        self.judged = np.sort(mixed[: n_judged if n_judged >= FEWEST_JUDGED else 0])
        self.learned = np.sort(mixed[len(self.judged) :])
        self.n_rows = int(np.diff(self.group)[self.learned].sum())
        self.batch_rows = min(MOST_ROWS, max(FEWEST_ROWS, self.n_rows // BATCHES))
        self.tensors = new_network(shape, device)

    def fit(self, tell: Tell) -> Fitted:
        """The tensors of the best epoch."""
        given = self.parameters
        plan = Plan(given.epochs, given.patience, given.rate, given.decay)
        n_batches = -(-self.n_rows // self.batch_rows)
        return fit(self.tensors, self.batches, self.loss, self.value, plan, n_batches, tell)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The learned questions in random order."""
        del epoch
        return self.pieces(self.random.permutation(self.learned))

    def pieces(self, questions: Array) -> Iterator[Batch]:
        """These questions in batches of about the same number of candidates."""
        sizes = np.diff(self.group)[questions]
        number = (np.cumsum(sizes) - 1) // self.batch_rows
        for chosen in np.split(questions, np.flatnonzero(np.diff(number)) + 1):
            if len(chosen):
                yield self._batch(chosen)

    def rows_of(self, questions: Array) -> Array:
        """int64: the rows of these questions, one after the other."""
        sizes = np.diff(self.group)[questions]
        ends = np.cumsum(sizes)
        rows: Array = np.arange(int(sizes.sum())) + np.repeat(self.group[questions] - ends + sizes, sizes)
        return rows

    def _batch(self, questions: Array) -> Batch:
        import torch

        rows, question = self.rows_of(questions), np.repeat(np.arange(len(questions)), np.diff(self.group)[questions])
        number, slot = self.inputs.rows(rows)
        columns = (torch.from_numpy(each).to(self.device) for each in (number, slot, self.label[rows], question))
        return Batch(*columns)

    def loss(self, tensors: Tensors, batch: Batch) -> Tensor:
        """The mean loss of a batch."""
        score = scores(tensors, self.shape, batch.number, batch.slot, self.parameters.dropout)
        return mean_loss(score, batch, self.parameters.by_question)

    def value(self, tensors: Mapping[str, Tensor]) -> float:
        """How likely what the judged questions chose is: minus the mean loss."""
        if len(self.judged) == 0:  # too few to judge: every epoch is taken for better than the one before
            self._n_unjudged += 1.0
            return self._n_unjudged
        total, weight = 0.0, 0.0
        for batch in self.pieces(self.judged):
            score = scores(tensors, self.shape, batch.number, batch.slot)
            total += float(mean_loss(score, batch, self.parameters.by_question)) * len(score)
            weight += len(score)
        return -total / weight

    def in_front(self, score: Array) -> tuple[Array, float]:
        """(what stands in front, how good that is) of the judged questions, given their rows' scores.

        By question: the first ten of each (-1: no more), and the NDCG@10; else the first tenth of all, and the likelihood.
        """
        rows = self.rows_of(self.judged)
        label = self.label[rows]
        if not self.parameters.by_question:
            chance = 1.0 / (1.0 + np.exp(-score.astype(np.float64)))
            likelihood = np.exp(np.log(np.clip(np.where(label > 0, chance, 1.0 - chance), 1e-9, 1.0)).mean())
            return np.argsort(-score, kind="stable")[None, : max(1, len(rows) // 10)], float(likelihood)
        sizes = np.diff(self.group)[self.judged]
        question = np.repeat(np.arange(len(sizes)), sizes)
        order = np.lexsort((-score, question))
        place = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        first = np.full((len(sizes), 10), -1, np.int64)
        kept = place < 10
        first[question[kept], place[kept]] = order[kept]
        hit = (first >= 0) & (label[first] > 0)
        n_chosen = np.bincount(question, weights=label > 0, minlength=len(sizes)).astype(np.int64)
        return first, float(ndcg(hit, n_chosen).mean())


def mean_loss(score: Tensor, batch: Batch, by_question: bool) -> Tensor:
    """The mean over questions of `listwise`, or over candidates of minus the logarithm of a click's (or of no click's) chance."""
    if by_question:
        return listwise(score, batch)
    from torch.nn.functional import binary_cross_entropy_with_logits

    return binary_cross_entropy_with_logits(score, (batch.label > 0).float())


def listwise(score: Tensor, batch: Batch) -> Tensor:
    """Minus the logarithm of the softmax over each question's candidates, weighted by what choosing each gained."""
    import torch

    n_questions = int(batch.question[-1]) + 1
    highest = torch.full((n_questions,), float("-inf"), device=score.device)
    highest = highest.scatter_reduce(0, batch.question, score.detach(), "amax")
    lifted = score - highest[batch.question]
    whole = torch.zeros(n_questions, device=score.device).index_add(0, batch.question, lifted.exp()).log()
    gained = torch.zeros(n_questions, device=score.device).index_add(0, batch.question, batch.label)
    share = batch.label / gained.clamp_min(1e-12)[batch.question]
    return (share * (whole[batch.question] - lifted)).sum() / n_questions
