"""The ladder: the best that is known first, and always something: visit, customer, content, trending, newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.model import NOTHING, Past, RecommendModel
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.neighbor_scores import best, explain, first_allowed

N_REASONS = 3


@dataclass(frozen=True)
class Wanted:
    """What may be shown: the filters of a request, as codes and arrays."""

    n: int
    allowed: Array
    excluded: Array
    price_low: float
    price_high: float
    any_price: bool
    reasons: bool
    own: float = 0.0


Product = dict[str, Any]


def climb(model: RecommendModel, past: Past, wanted: Wanted, graph_rung: str) -> list[Product]:
    """At most ``wanted.n`` products, each with the rung it stands on and its reasons; fewer only where no more pass the filters.

    ``graph_rung`` names what the item graph's products stand on; those for which this visit speaks loudest stand on ``session``.
    """
    shown: list[Product] = []
    excluded = wanted.excluded
    for graph, rung in ((model.graph, graph_rung), (model.content, "content")):
        if len(past.source) and len(shown) < wanted.n:
            codes = _from_graph(model, graph, past, wanted, excluded, rung, shown)
            excluded = np.concatenate((excluded, codes)) if len(codes) else excluded
    for order, rung in ((model.trending, "trending"), (model.catalog.newest, "newest")):
        if len(shown) < wanted.n:
            codes = _from_order(model, order, wanted, excluded, rung, shown)
            excluded = np.concatenate((excluded, codes)) if len(codes) else excluded
    return shown


def _from_graph(
    model: RecommendModel, graph: Graph, past: Past, wanted: Wanted, excluded: Array, rung: str, shown: list[Product]
) -> Array:
    total, touched, keys = model.scratch.sized(model.catalog.capacity)
    n = wanted.n - len(shown)
    product, score = np.empty(n, np.int32), np.empty(n, np.float32)
    own = wanted.own if graph is model.graph else 0.0
    size = best(
        graph.starts, graph.neighbor, graph.weight, past.source, past.weight, past.claim, own, excluded,
        wanted.allowed, model.catalog.price, wanted.price_low, wanted.price_high, wanted.any_price,
        total, touched, keys, product, score,
    )  # fmt: skip
    product, score = product[:size], score[:size]
    if size == 0:
        return NOTHING
    reason, share = np.empty((size, N_REASONS), np.int32), np.empty((size, N_REASONS), np.float32)
    visit = np.empty(size, np.float32)
    explain(
        graph.starts, graph.neighbor, graph.weight, past.source, past.weight, past.n_visit, product, total, reason, share, visit
    )
    owned = set(past.source.tolist()) if own > 0.0 else set()
    describe = model.catalog.describe
    for code, points, because, parts, visited in zip(
        product.tolist(), score.tolist(), reason.tolist(), share.tolist(), visit.tolist(), strict=True
    ):
        about = describe(code)
        shown.append(
            {
                "product_id": about.product_id,
                "title": about.title,
                "price": about.price,
                "score": round(points, 9),
                "rung": "session" if rung == "customer" and visited > 0.5 * points else rung,
                "reasons": _reasons(model, code, points, because, parts, code in owned) if wanted.reasons else [],
            }
        )
    return product


def _reasons(
    model: RecommendModel, code: int, points: float, because: Iterable[int], parts: Iterable[float], is_own: bool
) -> list[Product]:
    """The customer's own products that speak for this one; rounding down keeps the sum of shares at most 1."""
    found: list[Product] = []
    left = 1.0
    for other, part in zip(because, parts, strict=True):
        if other < 0:
            break
        share = min(left, int(1000.0 * part / points) / 1000.0)
        left -= share
        about = model.catalog.describe(other)
        found.append({"product_id": about.product_id, "title": about.title, "share": round(share, 3)})
    if is_own and left > 0.001:
        about = model.catalog.describe(code)
        found = [{"product_id": about.product_id, "title": about.title, "share": round(left, 3)}, *found]
    return found


def _from_order(model: RecommendModel, order: Array, wanted: Wanted, excluded: Array, rung: str, shown: list[Product]) -> Array:
    total, _, _ = model.scratch.sized(model.catalog.capacity)
    product = np.empty(wanted.n - len(shown), np.int32)
    size = first_allowed(
        order,
        excluded,
        wanted.allowed,
        model.catalog.price,
        wanted.price_low,
        wanted.price_high,
        wanted.any_price,
        total,
        product,
    )
    for code in product[:size].tolist():
        about = model.catalog.describe(code)
        shown.append(
            {
                "product_id": about.product_id,
                "title": about.title,
                "price": about.price,
                "score": 0.0,
                "rung": rung,
                "reasons": [],
            }
        )
    return product[:size]
