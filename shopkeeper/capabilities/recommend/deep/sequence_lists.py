"""What SASRec has learned, in service: a sequence becomes a vector, products are ranked by their embeddings along it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shopkeeper.capabilities.recommend.deep.sequences import Sequences, newest, sequences
from shopkeeper.capabilities.recommend.deep.serving import Network
from shopkeeper.capabilities.recommend.methods.method import Lists, Questions
from shopkeeper.capabilities.recommend.settings import kind_weights
from shopkeeper.numerics.compiling import Array, Tell, quiet

SCORES_AT_ONCE = 16_000_000  # numbers: 64 MB
ENCODED_AT_ONCE = 256  # sequences


@dataclass(frozen=True)
class LearnedSequences:
    """The network and the embeddings float32 [tokens, width] of the products int32 [tokens - 1]; token 0 is none.

    Scores are the probability (0-1) that the network gives a product to be the next among all.
    """

    product: Array
    embedding: Array
    network: Network
    n_products: int
    length: int
    kind_exponent: float

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.product.nbytes + self.embedding.nbytes + self.network.content.nbytes + 4 * self.n_products)

    def arrays(self) -> dict[str, Array]:
        """What is saved."""
        numbers = np.array([self.n_products, self.length, self.kind_exponent], np.float64)
        return {"product": self.product, "embedding": self.embedding, "network": self.network.content, "numbers": numbers}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> LearnedSequences:
        """What `arrays` gave, which may be mapped from disk."""
        n_products, length, kind_exponent = arrays["numbers"].tolist()
        network = Network(arrays["network"])
        return cls(arrays["product"], arrays["embedding"], network, int(n_products), int(length), kind_exponent)

    @cached_property
    def token_of(self) -> Array:
        """int32 [products]: each product's token, 0 where nothing was learned of it."""
        token = np.zeros(self.n_products, np.int32)
        token[self.product] = np.arange(1, len(self.product) + 1)
        return token

    def vector(self, past: Array) -> Array | None:
        """float32 [width]: what a past (products, oldest first) points to; None where nothing of it is known."""
        past = np.asarray(past)
        token = self.token_of[past[(past >= 0) & (past < self.n_products)]]
        token = token[token > 0][-self.length :]
        if len(token) == 0:
            return None
        found: Array = self.network(embedded=self.embedding[token][None], last=np.array([len(token) - 1]))[0]
        return found

    def scores(self, past: Array, products: Array) -> Array:
        """float32 [products]: how much the past speaks for each of these, relative to the best of them (1); 0: nothing known."""
        vector = self.vector(past)
        token = self.token_of[products]
        if vector is None or not (token > 0).any():
            return np.zeros(len(products), np.float32)
        score = np.where(token > 0, self.embedding[token] @ vector, -np.inf)
        result: Array = np.exp(score - score.max()).astype(np.float32)
        return result

    def best(self, past: Array, n: int, *, own: bool = False) -> tuple[Array, Array]:
        """(product int32, score float32) of the ``n`` most probable next ones; those of the past only with ``own``."""
        vector = self.vector(past)
        if vector is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        token = np.empty(0, np.int64) if own else self.token_of[past]
        product, score = self.named(vector[None], np.zeros(len(token), np.int64), token, n)
        kept = product[0] >= 0
        return product[0][kept], score[0][kept]

    def vectors(self, of: Sequences, rows: Array) -> Iterator[tuple[Array, Array]]:
        """(rows, float32 [rows, width]) in pieces, every row once and alike long ones together; the rows must not be empty."""
        ordered = rows[np.argsort(of.sizes[rows], kind="stable")]
        for low in range(0, len(ordered), ENCODED_AT_ONCE):
            chosen = ordered[low : low + ENCODED_AT_ONCE]
            token, last = newest(of, chosen, self.length)
            yield chosen, self.network(embedded=self.embedding[token], last=last)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` most probable next products of each question; nobody without a past that is known."""
        kinds = kind_weights(questions.settings, self.kind_exponent)
        of = sequences(questions.log, kinds, self.token_of)
        result = Lists(np.full((of.n_rows, n), -1, np.int32), np.zeros((of.n_rows, n), np.float32))
        rows = np.flatnonzero(of.sizes > 0)
        done, at_once = 0, max(1, SCORES_AT_ONCE // max(1, len(self.embedding)))
        for chosen, vectors in self.vectors(of, rows):
            for low in range(0, len(chosen), at_once):
                part = chosen[low : low + at_once]
                own_row, own = _own(questions, part, self.token_of) if questions.own < 0 else (NOBODY, NOBODY)
                result.product[part], result.score[part] = self.named(vectors[low : low + at_once], own_row, own, n)
            done += len(chosen)
            tell(done / len(rows))
        return result

    def named(self, vectors: Array, own_row: Array, own: Array, n: int) -> tuple[Array, Array]:
        """(product int32 [vectors, n], score float32): the best of each row, those ``own`` (tokens, of ``own_row``) left out."""
        score = vectors @ self.embedding.T  # (vectors, tokens)
        score[:, 0] = -np.inf
        top = score.max(axis=1, keepdims=True)
        whole = np.exp(score - top).sum(axis=1, keepdims=True)
        score[own_row, own] = -np.inf
        n_named = min(n, score.shape[1] - 1)
        token = np.argpartition(-score, n_named - 1, axis=1)[:, :n_named]
        found = np.take_along_axis(score, token, axis=1)
        order = np.lexsort((token, -found), axis=1)
        token, found = np.take_along_axis(token, order, axis=1), np.take_along_axis(found, order, axis=1)
        product, probability = np.full((len(vectors), n), -1, np.int32), np.zeros((len(vectors), n), np.float32)
        named = np.isfinite(found)
        product[:, :n_named] = np.where(named, self.product[np.maximum(token - 1, 0)], -1)
        probability[:, :n_named] = np.where(named, np.exp(found - top) / whole, 0.0)
        return product, probability


NOBODY = np.empty(0, np.int64)


def _own(questions: Questions, rows: Array, token_of: Array) -> tuple[Array, Array]:
    """(place in ``rows``, token) of every product in the pasts of ``rows``."""
    log = questions.log
    sizes = log.starts[rows + 1] - log.starts[rows]
    place = np.repeat(np.arange(len(rows)), sizes)
    ends = np.cumsum(sizes)
    source = np.arange(len(place)) - np.repeat(ends - sizes, sizes) + np.repeat(log.starts[rows], sizes)
    return place, token_of[log.product[source]].astype(np.int64)
