"""What a ranker learns from: questions, the candidates for each, what was known of them, and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class Examples:
    """Candidates of several questions: question q's are ``[group[q], group[q + 1])`` of the other arrays.

    ``features`` float32 [candidates, features] (NaN: unknown) are called ``names``. customer, product, category and brand
    int64 [candidates] are codes (-1: unknown), ``label`` float32 [candidates] is what choosing the candidate gained (0: it was
    not chosen), ``group`` int64 [questions + 1].
    """

    features: Array
    names: tuple[str, ...]
    customer: Array
    product: Array
    category: Array
    brand: Array
    group: Array
    label: Array

    def __len__(self) -> int:
        """How many questions."""
        return len(self.group) - 1

    def only(self, chosen: Array) -> Examples:
        """The questions where ``chosen`` bool [questions] holds, in the same order."""
        sizes = np.diff(self.group)
        kept = np.repeat(chosen, sizes)
        group = np.concatenate(([0], np.cumsum(sizes[chosen]))).astype(np.int64)
        customer, product, category, brand = (each[kept] for each in (self.customer, self.product, self.category, self.brand))
        return Examples(self.features[kept], self.names, customer, product, category, brand, group, self.label[kept])
