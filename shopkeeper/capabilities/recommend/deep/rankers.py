"""Networks that order candidates: learned from what was chosen among several, or from clicks one by one.

All share one interface with the other rankers: ``fit(examples, seed, tell)`` gives what scores candidates, saves and comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.deep.choices import Learning, Parameters
from shopkeeper.capabilities.recommend.deep.fields import Fields, Inputs, crossed, learn_fields
from shopkeeper.capabilities.recommend.deep.networks import Shape, scores
from shopkeeper.capabilities.recommend.deep.serving import Network, exported, in_whole_numbers, is_as_good, overlap, same_places
from shopkeeper.capabilities.recommend.deep.training import Tensor, Tensors, missing, steady
from shopkeeper.capabilities.recommend.ranking.examples import Examples
from shopkeeper.numerics.compiling import Array, Tell, chunks, quiet

DEFAULTS = Parameters()
WORTH_THREADS = 300_000  # candidates; below, several threads are no faster, and stand still wherever another process has a core
AT_ONCE = 16_384  # candidates that a network reads at the same time: their vectors take about 100 MB
CROSSES = ((0, 2), (0, 3))  # customer and category, customer and brand: what Wide & Deep remembers


@dataclass(frozen=True)
class LearnedRanker:
    """A network that scores candidates."""

    fields: Fields
    network: Network
    has_crosses: bool

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.network.content.nbytes + sum(array.nbytes for array in self.fields.arrays().values()))

    def score(self, features: Array, customer: Array, product: Array, category: Array, brand: Array) -> Array:
        """float32 [candidates]: the higher, the rather it is chosen; comparable within one question."""
        codes = _codes((customer, product, category, brand), self.has_crosses)
        parts = [
            self.score_inputs(self.fields.inputs(features[low:high], codes[low:high]))
            for low, high in chunks(len(features), AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.float32)

    def score_inputs(self, inputs: Inputs) -> Array:
        """float32 [candidates]: the score of what is ready to be read."""
        parts = [
            self.network(number=inputs.number[low:high], slot=inputs.slot[low:high])
            for low, high in chunks(len(inputs.slot), AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.float32)

    def arrays(self) -> dict[str, Array]:
        """What is saved."""
        return {**self.fields.arrays(), "network": self.network.content, "has_crosses": np.array([self.has_crosses])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> LearnedRanker:
        """What `arrays` gave, which may be mapped from disk."""
        return cls(Fields.from_arrays(arrays), Network(arrays["network"]), bool(arrays["has_crosses"][0]))


@dataclass(frozen=True)
class Ranker:
    """A kind of network by its field's name, see `networks.KINDS`."""

    name: str
    title: str
    parameters: Parameters = DEFAULTS

    def changed(self, **values: Any) -> Ranker:
        """The same with some parameters changed."""
        return replace(self, parameters=replace(self.parameters, **values))

    def against(self, examples: Examples) -> str:
        """Why it cannot be learned from this; the empty text where it can."""
        if not (examples.label > 0).any():
            return "no candidate was chosen: there is nothing to tell good from bad by"
        return missing()

    def fit(self, examples: Examples, seed: int, tell: Tell = quiet) -> LearnedRanker:
        """The network; with the same seed on the same machine the same one."""
        codes = _codes((examples.customer, examples.product, examples.category, examples.brand), self.name == "wide_deep")
        return self.fit_table(examples.features, codes, examples.group, examples.label, seed, tell)

    def fit_table(
        self, features: Array, codes: Array, group: Array, label: Array, seed: int, tell: Tell = quiet, n_crosses: int = -1
    ) -> LearnedRanker:
        """The same from any columns of codes int64 [rows, codes], the last ``n_crosses`` of which only the wide part reads."""
        has_crosses = self.name == "wide_deep"
        n_crosses = (len(CROSSES) if has_crosses else 0) if n_crosses < 0 else n_crosses
        fields = learn_fields(features, codes, seed)
        given = self.parameters
        n_codes = codes.shape[1] - n_crosses
        n_embedded = int(fields.starts[fields.n_numbers + n_codes])
        size = (fields.n_numbers, n_codes, n_crosses, fields.n_slots, n_embedded)
        shape = Shape(self.name, *size, given.width, given.hidden)
        group = group if given.by_question else np.arange(len(label) + 1)
        with steady(seed, len(label) if len(label) >= WORTH_THREADS else 1) as device:
            learning = Learning(given, shape, fields.inputs(features, codes), group, label, seed, device)
            found = learning.fit(tell).tensors
            content = _exported({name: tensor.cpu() for name, tensor in found.items()}, shape)
        exact = LearnedRanker(fields, Network(content), has_crosses)
        whole = LearnedRanker(fields, Network(in_whole_numbers(content)), has_crosses)
        return whole if _may_serve(exact, whole, learning) else exact


def _codes(columns: tuple[Array, ...], has_crosses: bool) -> Array:
    """int64 [rows, codes]: the columns side by side, and their crosses."""
    more = [crossed(columns[first], columns[second]) for first, second in CROSSES] if has_crosses else []
    return np.stack([*columns, *more], axis=1).astype(np.int64)


def _exported(tensors: Tensors, shape: Shape) -> Array:
    import torch

    n_fields = shape.n_numbers + shape.n_codes + shape.n_crosses
    example = {"number": torch.zeros(2, shape.n_numbers), "slot": torch.zeros(2, n_fields, dtype=torch.int64)}
    axes = {"number": ("candidates",), "slot": ("candidates",), "score": ("candidates",)}

    def forward(given: Tensors, number: Tensor, slot: Tensor) -> Tensor:
        return scores(given, shape, number, slot)

    return exported(forward, tensors, example, "score", axes)


def _may_serve(exact: LearnedRanker, whole: LearnedRanker, learning: Learning) -> bool:
    """Whether int8 weights put the same candidates in front, the right ones no further back, and the same ones when asked alone.

    What comes in is rounded by the largest number that comes in with it: a question among others may get another answer than
    the same question alone, and what is compared must be what is served.
    """
    if len(learning.judged) == 0:
        return False
    inputs = learning.inputs.rows(learning.rows_of(learning.judged))
    (first, before), (second, after) = (learning.in_front(ranker.score_inputs(inputs)) for ranker in (exact, whole))
    agree = is_as_good(overlap(first, second), before, after)
    if not agree or not learning.parameters.by_question:
        return agree
    pieces = np.split(np.arange(len(inputs.slot)), np.cumsum(np.diff(learning.group)[learning.judged])[:-1])
    alone = np.concatenate([whole.score_inputs(inputs.rows(piece)) for piece in pieces])
    third, by_themselves = learning.in_front(alone)
    return same_places(second, third) and is_as_good(overlap(first, third), before, by_themselves)


FM = Ranker("fm", "factorization machine")
WIDE_DEEP = Ranker("wide_deep", "Wide & Deep")
DEEPFM = Ranker("deepfm", "DeepFM")
NCF = Ranker("ncf", "neural collaborative filtering")
RANKERS: Mapping[str, Ranker] = {ranker.name: ranker for ranker in (FM, WIDE_DEEP, DEEPFM, NCF)}
