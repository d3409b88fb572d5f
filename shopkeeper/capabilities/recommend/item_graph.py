"""The item graph: what was learned of who has what together, and how a customer's history speaks through it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.co_occurrence import Graph, product_graph
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.sparse_rows import Log, Rows, merge, only_first

WINDOW = 64  # distances in moments beyond this count as this


@dataclass(frozen=True)
class Parameters:
    """What is tuned on the validation period."""

    customer_exponent: float = 0.5
    source_exponent: float = 0.5
    target_exponent: float = 0.5
    shrinkage: float = 10.0
    trend_exponent: float = 0.25
    backward_weight: float = 0.5
    step_decay: float = 0.25
    recency_decay: float = 0.5
    half_life_days: float = 365.0
    kind_exponent: float = 1.0
    popularity_half_life_days: float = 30.0
    own_weight: float = 1.0

    def changed(self, name: str, value: float) -> Parameters:
        """The same with one value changed."""
        return dataclasses.replace(self, **{name: value})


# Where the search begins: a mixture, a shop with seasons, a shop where order matters, and the cosine.
STARTS = (
    Parameters(),
    Parameters(
        customer_exponent=1.0, source_exponent=0.25, target_exponent=1.0, shrinkage=20.0, trend_exponent=0.5,
        step_decay=0.25, recency_decay=0.25, half_life_days=1e6,
    ),
    Parameters(
        customer_exponent=0.0, target_exponent=0.125, shrinkage=5.0, trend_exponent=0.0, backward_weight=0.25,
        step_decay=0.5, recency_decay=1.5, half_life_days=1e6,
    ),
    Parameters(
        customer_exponent=0.0, target_exponent=0.5, shrinkage=0.0, trend_exponent=0.0, backward_weight=1.0,
        step_decay=0.0, recency_decay=0.0, half_life_days=1e6,
    ),
)  # fmt: skip

# What each parameter may be, in the order in which the search goes through them.
CHOICES: Mapping[str, tuple[float, ...]] = {
    "trend_exponent": (0.0, 0.125, 0.25, 0.5, 0.75, 1.0),
    "target_exponent": (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5),
    "recency_decay": (0.0, 0.25, 0.5, 1.0, 1.5, 2.0),
    "customer_exponent": (0.0, 0.25, 0.5, 1.0, 1.5),
    "backward_weight": (0.0, 0.25, 0.5, 1.0),
    "source_exponent": (0.0, 0.25, 0.5, 0.75, 1.0),
    "shrinkage": (0.0, 5.0, 10.0, 20.0, 50.0),
    "step_decay": (0.0, 0.25, 0.5, 1.0),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
}


def parameters_from(card: Mapping[str, Any]) -> Parameters:
    """The parameters that a model's card names; those that it does not know keep their defaults."""
    names = {field.name for field in dataclasses.fields(Parameters)}
    given = {name: float(value) for name, value in card.get("parameters", {}).items() if name in names}
    return Parameters(**given)


def kind_weights(settings: RecommendSettings, exponent: float) -> Array:
    """float64 [kinds + 1]: the weight of each kind of event, 0 for those that say nothing about liking."""
    weights = dict.fromkeys(EVENT_KINDS, 0.0)
    weights["purchase"] = settings.weight_purchase
    weights["add_to_cart"] = weights["begin_checkout"] = settings.weight_add_to_cart
    weights["add_to_wishlist"] = weights["share"] = settings.weight_add_to_wishlist
    weights["view_item"] = weights["select_item"] = settings.weight_view_item
    return np.array([weight**exponent if weight > 0 else 0.0 for weight in weights.values()] + [0.0])


def customer_rows(log: Log, parameters: Parameters, settings: RecommendSettings, now: int) -> Rows:
    """Each customer's products, newest first, weighted by kind and age."""
    return merge(log, kind_weights(settings, parameters.kind_exponent), now, parameters.half_life_days)


def learn_graph(
    rows: Rows,
    parameters: Parameters,
    settings: RecommendSettings,
    trend: Array,
    tell: Tell = quiet,
) -> Graph:
    """The neighbors of every product. ``trend`` float [products] is how much each was bought of late, see `trending`."""
    rows = only_first(rows, settings.history_limit)
    distance = np.maximum(np.arange(WINDOW), 1.0) ** -parameters.step_decay
    return product_graph(
        rows,
        row_factor=np.maximum(rows.sizes, 1.0) ** -parameters.customer_exponent,
        target_factor=target_factor(rows, parameters, trend),
        forward=distance,
        backward=parameters.backward_weight * distance,
        k=settings.neighbors,
        tell=tell,
    )


def target_factor(rows: Rows, parameters: Parameters, trend: Array) -> Array:
    """Float [products]: what divides away a product's popularity and multiplies in how much it is bought now."""
    degree = np.bincount(rows.product, minlength=rows.n_products) + parameters.shrinkage
    factor: Array = np.maximum(degree, 1.0) ** -parameters.target_exponent
    if parameters.trend_exponent > 0.0 and trend.max(initial=0.0) > 0.0:
        # A floor of one thousandth of the mean keeps products that nobody bought of late reachable.
        factor = factor * (trend / trend.mean() + 1e-3) ** parameters.trend_exponent
    return factor


def source_factor(rows: Rows, parameters: Parameters) -> Array:
    """float32 [products]: how loudly a product speaks for others; the source's exponent."""
    degree = np.bincount(rows.product, minlength=rows.n_products)
    result: Array = (np.maximum(degree, 1.0) ** -parameters.source_exponent).astype(np.float32)
    return result


def recency_table(parameters: Parameters, length: int = 4096) -> Array:
    """float32 [length]: the weight of a product whose newest event lies that many moments back."""
    result: Array = ((1.0 + np.arange(length)) ** -parameters.recency_decay).astype(np.float32)
    return result


def claims(count: Array, step: Array) -> Array:
    """float32 [entries]: how much a customer's own product asks to be shown again: how often it was chosen, then how lately."""
    result: Array = (count + 1.0 / (2.0 + step)).astype(np.float32)
    return result


def shares(rows: Rows, factor: Array, recency: Array) -> Array:
    """float32 [entries]: how much each of a customer's products speaks for others."""
    result: Array = rows.weight * factor[rows.product] * recency[np.minimum(rows.step, len(recency) - 1)]
    return result
