"""SASRec: the next product from the order of those before, learned by attention (Kang and McAuley, 2018)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.deep.attention import Shape, at_last, encoded, new_network
from shopkeeper.capabilities.recommend.deep.sampled_softmax import Sampler, loss
from shopkeeper.capabilities.recommend.deep.sequence_lists import SCORES_AT_ONCE, LearnedSequences
from shopkeeper.capabilities.recommend.deep.sequences import Batch, Sequences, batches, newest, sequences, tokens_of, windows
from shopkeeper.capabilities.recommend.deep.serving import Network, exported, in_whole_numbers, is_as_good, overlap
from shopkeeper.capabilities.recommend.deep.training import Fitted, Plan, Tensor, Tensors, fit, missing, normal, steady
from shopkeeper.capabilities.recommend.methods.method import Known, Method
from shopkeeper.capabilities.recommend.settings import kind_weights
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.ranking_metrics import ndcg

MINIMUM_CUSTOMERS = 500  # with two products or more: below that, order cannot be told from chance
JUDGED_SHARE, MOST_JUDGED = 0.05, 2000  # customers whose last product ends the learning
MOST_PLACES = 20_000_000  # learned from in all epochs together: about ten minutes of one core


@dataclass(frozen=True)
class Parameters:
    """How large the network is and how it is learned. ``kind_exponent``: how much more a purchase teaches than a look.

    Of six sets of defaults (two were stopped early) this had the best NDCG@10 on the item before the last of 6,000 customers of
    Amazon Beauty. The last item, looked at once, was then
    among the first ten of all products for 9.8 % of the customers, after 107 seconds of one core.
    """

    width: int = 64
    heads: int = 2
    blocks: int = 2
    length: int = 50
    negatives: int = 1024
    dropout: float = 0.4
    rate: float = 4e-3
    decay: float = 0.01
    epochs: int = 27
    patience: int = 6
    kind_exponent: float = 1.0

    @property
    def shape(self) -> Shape:
        """The network's."""
        return Shape(self.width, self.heads, self.blocks, self.length)


def batch_places(n_tokens: int) -> int:
    """How many places a step learns from: more in a large catalog, where each step moves every embedding a little."""
    return min(16_384, max(2048, n_tokens // 8))


class _Learning:
    """The sequences, split, and the tensors that are learned from them."""

    def __init__(self, known: Known, parameters: Parameters, of: Sequences, n_tokens: int, device: Any) -> None:
        self.of, self.parameters, self.device = of, parameters, device
        self.random, self._n_unjudged = np.random.default_rng(known.seed), 0.0
        self.judged = _judged(of, self.random)
        held_out = np.zeros(of.n_rows, bool)
        held_out[self.judged] = True
        self.batch_places = batch_places(n_tokens)
        self.windows = windows(of, parameters.length, held_out)
        self.n_places = int((self.windows.last - self.windows.first - 1).sum())
        self.tensors = new_network(parameters.shape, device)
        self.tensors["embedding"] = normal((n_tokens, parameters.width), parameters.width**-0.5, device)
        self.sampler = Sampler(_counts(of, n_tokens, device), parameters.negatives)

    def fit(self, tell: Tell) -> Fitted:
        """The tensors of the best epoch."""
        given = self.parameters
        epochs = max(1, min(given.epochs, MOST_PLACES // max(1, self.n_places)))
        plan = Plan(epochs, given.patience, given.rate, given.decay)
        return fit(self.tensors, self.batches, self.loss, self.value, plan, -(-self.n_places // self.batch_places), tell)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The windows in an order of this epoch's own."""
        del epoch
        return batches(self.of, self.windows, self.batch_places, self.random)

    def loss(self, tensors: Tensors, batch: Batch) -> Tensor:
        """The loss of a batch."""
        import torch

        token, target, weight = (torch.from_numpy(each).to(self.device) for each in batch)
        state = encoded(tensors, self.parameters.shape, tensors["embedding"][token], self.parameters.dropout)
        there = weight > 0
        return loss(state[there], target[there], weight[there], tensors["embedding"], self.sampler)

    def value(self, tensors: Mapping[str, Tensor]) -> float:
        """NDCG@10 of the judged customers' last product among all that they did not have before."""
        if len(self.judged) == 0:  # too few to judge: every epoch is taken for better than the one before
            self._n_unjudged += 1.0
            return self._n_unjudged
        at_once = max(1, SCORES_AT_ONCE // len(tensors["embedding"]))
        pieces = [self.judged[low : low + at_once] for low in range(0, len(self.judged), at_once)]
        return float(np.concatenate([_gains(self, tensors, rows) for rows in pieces]).mean())


def _judged(of: Sequences, random: np.random.Generator) -> Array:
    """Rows whose last product is held out, increasing: a share of those that keep two products."""
    able = np.flatnonzero(of.sizes >= 3)
    n_judged = min(MOST_JUDGED, max(int(JUDGED_SHARE * len(able)), min(200, len(able) // 5)))
    return np.sort(random.choice(able, n_judged, replace=False))


def _counts(of: Sequences, n_tokens: int, device: Any) -> Tensor:
    import torch

    return torch.from_numpy(np.bincount(of.token, minlength=n_tokens).astype(np.float32)).to(device)


def _gains(at: _Learning, tensors: Mapping[str, Tensor], rows: Array) -> Array:
    """float64 [rows]: NDCG@10 of each row's last token; what stands before it in the row is not named."""
    import torch

    token, last = (torch.from_numpy(each).to(at.device) for each in newest(at.of, rows, at.parameters.length, without_last=True))
    target = torch.from_numpy(at.of.token[at.of.starts[rows + 1] - 1].astype(np.int64)).to(at.device)
    state = at_last(encoded(tensors, at.parameters.shape, tensors["embedding"][token]), last)
    score = state @ tensors["embedding"].T
    right = score.gather(1, target[:, None])
    score.scatter_(1, token, float("-inf"))  # token 0, which fills up, among them
    above = (score >= right).sum(1).cpu().numpy() - (score.gather(1, target[:, None]) >= right).squeeze(1).cpu().numpy()
    return np.where(above < 10, 1.0 / np.log2(above + 2.0), 0.0)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedSequences:
    """The network; with the same seed on the same machine the same one."""
    kinds = kind_weights(known.settings, parameters.kind_exponent)
    product, token_of = tokens_of(known.log, kinds)
    of = sequences(known.log, kinds, token_of)
    if not (of.sizes >= 2).any():  # no order to learn from: nobody is named anything
        nothing = np.empty((0, parameters.width), np.float32)
        return _served(product[:0], nothing, Network(np.empty(0, np.uint8)), known, parameters)
    with steady(known.seed, len(of.token)) as device:
        learning = _Learning(known, parameters, of, len(product) + 1, device)
        found = learning.fit(tell).tensors
        embedding = found.pop("embedding").cpu().numpy()
        content = _exported({name: tensor.cpu() for name, tensor in found.items()}, parameters.shape)
    embedding[0] = 0.0
    exact = _served(product, embedding, Network(content), known, parameters)
    whole = _served(product, embedding, Network(in_whole_numbers(content)), known, parameters)
    return whole if _may_serve(exact, whole, learning) else exact


def _served(product: Array, embedding: Array, network: Network, known: Known, parameters: Parameters) -> LearnedSequences:
    return LearnedSequences(product, embedding, network, known.log.n_products, parameters.length, parameters.kind_exponent)


def _exported(tensors: Tensors, shape: Shape) -> Array:
    import torch

    example = {"embedded": torch.zeros(2, 3, shape.width), "last": torch.tensor([1, 2])}
    axes = {"embedded": ("windows", "places"), "last": ("windows",), "vector": ("windows",)}

    def forward(given: Tensors, embedded: Tensor, last: Tensor) -> Tensor:
        return at_last(encoded(given, shape, embedded), last)

    return exported(forward, tensors, example, "vector", axes)


def _may_serve(exact: LearnedSequences, whole: LearnedSequences, learning: _Learning) -> bool:
    """Whether int8 weights name the same products to the judged customers."""
    rows = learning.judged[: min(500, SCORES_AT_ONCE // len(exact.embedding))]
    if len(rows) == 0:
        return False
    of, length = learning.of, learning.parameters.length
    token, last = newest(of, rows, length, without_last=True)
    own_row = np.repeat(np.arange(len(rows)), token.shape[1])
    target = exact.product[of.token[of.starts[rows + 1] - 1] - 1]

    def asked(served: LearnedSequences) -> tuple[Array, float]:
        vectors = served.network(embedded=served.embedding[token], last=last)
        product = served.named(vectors, own_row, token.ravel(), 10)[0]
        hit = product == target[:, None]
        return product, float(ndcg(hit, np.ones(len(rows), np.int64)).mean())

    (first, before), (second, after) = asked(exact), asked(whole)
    return is_as_good(overlap(first, second), before, after)


def against(known: Known) -> str:
    """Why the network cannot be learned from this: packages that are missing, or too few customers."""
    n_able = int((np.diff(known.log.starts) >= 2).sum())
    if n_able < MINIMUM_CUSTOMERS:
        return f"order is learned from {MINIMUM_CUSTOMERS} customers with two events or more; here are {n_able}"
    return missing()


def n_bytes(known: Known, parameters: Parameters) -> int:
    """The embeddings with their gradients and AdamW's two moments, the best and the served ones; the sequences; one batch."""
    embeddings = 4 * 7 * parameters.width * known.log.n_products
    places = batch_places(known.log.n_products)
    scores = 4 * 4 * places * parameters.negatives
    states = 4 * 40 * places * parameters.width * parameters.blocks
    judged = 4 * 3 * max(SCORES_AT_ONCE, known.log.n_products)
    return embeddings + scores + states + judged + 40 * len(known.log.product)


CHOICES: Mapping[str, tuple[float, ...]] = {
    "width": (32, 64, 128),
    "dropout": (0.2, 0.3, 0.4, 0.5),
    "negatives": (256, 1024, 4096),
    "blocks": (1, 2, 3),
    "rate": (1e-3, 2e-3, 4e-3, 8e-3),
    "kind_exponent": (0.0, 1.0),
}
SASREC = Method("sasrec", "SASRec", (Parameters(),), CHOICES, learn, n_bytes, against)
