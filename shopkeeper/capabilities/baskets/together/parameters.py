"""What is chosen on later baskets: how a pair's evidence becomes its place in a list."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Parameters:
    """How pairs are weighed.

    A basket counts ``(size - 1)^-size_exponent * 2^-(age / half_life_days)`` for each of its pairs; a pair's lift is shrunk by
    ``shrinkage`` expected baskets; it is worth ``(lift - 1) * popularity^popularity_exponent``, popularity halved every
    ``popularity_half_life_days``; what beats chance but not co-views is worth ``related_weight`` of that, and what may be chance
    ``unsure_weight``. In a cart a product speaks by its number of baskets to the ``source_exponent``. Whatever is popular is
    worth ``popular_weight * popularity^popularity_exponent`` besides.
    """

    size_exponent: float = 1.0
    half_life_days: float = 120.0
    shrinkage: float = 3.0
    popularity_exponent: float = 0.4
    popularity_half_life_days: float = 30.0
    related_weight: float = 0.3
    unsure_weight: float = 0.1
    popular_weight: float = 0.03
    source_exponent: float = 0.0

    def changed(self, name: str, value: float) -> Parameters:
        """The same with one value changed."""
        return dataclasses.replace(self, **{name: value})


# What each may be, in the order in which the search goes through them.
CHOICES: Mapping[str, tuple[float, ...]] = {
    "popular_weight": (0.0, 0.03, 0.3, 1.0),
    "popularity_exponent": (0.0, 0.25, 0.4, 0.6, 0.8, 1.0),
    "unsure_weight": (0.0, 0.1, 0.3, 1.0),
    "shrinkage": (0.3, 1.0, 3.0, 10.0),
    "half_life_days": (60.0, 120.0, 365.0),
    "size_exponent": (0.5, 1.0),
    "popularity_half_life_days": (14.0, 30.0, 90.0, 1e6),
    "source_exponent": (-0.5, -0.25, 0.0, 0.25, 0.5),
    "related_weight": (0.1, 0.3, 1.0),
}


def parameters_from(card: Mapping[str, Any]) -> Parameters:
    """The parameters that a model's card names; those that it does not know keep their defaults."""
    names = {field.name for field in dataclasses.fields(Parameters)}
    return Parameters(**{name: float(value) for name, value in card.get("parameters", {}).items() if name in names})
