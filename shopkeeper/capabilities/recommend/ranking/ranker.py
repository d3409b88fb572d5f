"""A learned order of candidates: a mix of what retrievers say, trees on top of it, or a network; saved and served as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.ranking.blend import Blend
from shopkeeper.capabilities.recommend.ranking.features import FeatureTables, features_of
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.trees.ensemble import Trees, evaluate, no_trees


@dataclass(frozen=True)
class LearnedRanker:
    """How candidates are ordered: the mix, plus trees, or a network instead of both.

    ``sources`` name the columns of the retrievers' scores; ``kind`` says which order was chosen, and ``reached`` the NDCG@10 of
    each order on the ``n_judged`` questions that it was chosen by.
    """

    sources: tuple[str, ...]
    kind: str
    blend: Blend
    trees: Trees = field(default_factory=no_trees)
    network: Any = None
    reached: Mapping[str, float] = field(default_factory=dict)
    n_judged: int = 0

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return sum(int(array.nbytes) for array in self.arrays().values())

    def scores(self, features: Array, codes: tuple[Array, Array, Array, Array] | None = None) -> Array:
        """float32 [candidates]: higher is better, comparable within a question.

        ``features`` float32 [candidates, features]; ``codes`` (customer, product, category, brand int64 [candidates], -1:
        unknown) are read by networks only.
        """
        if self.network is not None and codes is not None:
            found: Array = self.network.score(features, *codes)
            return found
        result: Array = self.blend.scores(features)
        if len(self.trees):
            result = result + evaluate(self.trees, features)
        return result.astype(np.float32)

    def rank(
        self, tables: FeatureTables, past: tuple[Array, Array, Array, Array, Array], candidate: Array, score: Array, now: int,
        customer: int = -1,
    ) -> Array:  # fmt: skip
        """float32 [candidates]: the scores of one question's candidates; see `features_of` for what goes in.

        ``score`` float32 [candidates, sources], 0 where a retriever does not name it; ``customer`` is its code, -1 if new.
        """
        features = features_of(tables, past, candidate, score, now)
        if self.network is None:
            return self.scores(features)
        came_later = candidate >= len(tables.category)
        place = np.where(came_later, -1, candidate)
        category, brand = (np.where(came_later, -1, of[place]).astype(np.int64) for of in (tables.category, tables.brand))
        return self.scores(features, (np.full(len(candidate), customer), place.astype(np.int64), category, brand))

    def arrays(self, prefix: str = "ranker_") -> dict[str, Array]:
        """What is saved beside `card`: arrays by name, with ``prefix`` before each."""
        found = {prefix + "blend": self.blend.weight, **self.trees.arrays(prefix + "trees_")}
        if self.network is not None:
            found.update({f"{prefix}network_{name}": array for name, array in self.network.arrays().items()})
        return found

    def card(self) -> dict[str, Any]:
        """What is saved beside `arrays`, as plain values."""
        return {"sources": list(self.sources), "kind": self.kind, "reached": dict(self.reached), "n_judged": self.n_judged}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], card: Mapping[str, Any], prefix: str = "ranker_") -> LearnedRanker:
        """The ranker that `arrays` and `card` gave, over the same memory."""
        trees = Trees.from_arrays(arrays, prefix + "trees_")
        network, start = None, prefix + "network_"
        parts = {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}
        if parts:
            from shopkeeper.capabilities.recommend.deep.rankers import LearnedRanker as LearnedNetwork

            network = LearnedNetwork.from_arrays(parts)
        return cls(tuple(card["sources"]), card["kind"], Blend(arrays[prefix + "blend"]), trees, network, dict(card["reached"]))
