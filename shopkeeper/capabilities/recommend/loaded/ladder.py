"""The ladder: the best that is known first, and always something: visit, customer, content, trending, newest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.model import RecommendModel
from shopkeeper.capabilities.recommend.loaded.past import NOTHING, Past
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.growing.answering import best_of_graph, explain_graph, first_allowed
from shopkeeper.numerics.growing.growing_graph import GrownRows

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
    for order, rung in ((model.trending_now, "trending"), (model.trending, "trending"), (model.catalog.newest, "newest")):
        if len(shown) < wanted.n:
            codes = _from_order(model, order, wanted, excluded, rung, shown)
            excluded = np.concatenate((excluded, codes)) if len(codes) else excluded
    return shown


def _from_graph(
    model: RecommendModel, graph: GrownRows, past: Past, wanted: Wanted, excluded: Array, rung: str, shown: list[Product]
) -> Array:
    total, touched, keys = model.scratch.sized(model.catalog.capacity)
    n = wanted.n - len(shown)
    product, score = np.empty(n, np.int32), np.empty(n, np.float32)
    own = wanted.own if graph is model.graph else 0.0
    size = best_of_graph(
        graph, past.source, past.weight, past.claim, own, excluded,
        wanted.allowed, model.catalog.price, wanted.price_low, wanted.price_high, wanted.any_price,
        total, touched, keys, product, score,
    )  # fmt: skip
    product, score = product[:size], score[:size]
    if size == 0:
        return NOTHING
    reason, part = np.empty((size, N_REASONS), np.int32), np.empty((size, N_REASONS), np.float32)
    visit = np.empty(size, np.float32)
    explain_graph(graph, past.source, past.weight, past.n_visit, product, total, reason, part, visit)
    # Rounding down keeps the sum of a product's shares at most 1.
    thousandths = np.minimum(part * (1000.0 / score)[:, None], 1000.0).astype(np.int64).tolist()
    owned = frozenset(past.source.tolist()) if own > 0.0 else NOBODY
    by_visit = (visit > 0.5 * score).tolist() if rung == "customer" else [False] * size
    for code, points, because, shares, is_visit in zip(
        product.tolist(), score.tolist(), reason.tolist(), thousandths, by_visit, strict=True
    ):
        entry = _entry(model, code, points, "session" if is_visit else rung)
        if wanted.reasons:
            entry["reasons"] = _reasons(model, code, because, shares, code in owned)
        shown.append(entry)
    return product


NOBODY: frozenset[int] = frozenset()


def warm(model: RecommendModel) -> None:
    """Climb once for nobody in particular, so that the first visitor does not wait for kernels to be compiled or read."""
    code = np.zeros(1, np.int32)
    one = np.ones(1, np.float32)
    allowed = model.catalog.mask(False, "", "")
    climb(model, Past(code, one, one, 0, NOTHING, NOTHING), Wanted(1, allowed, NOTHING, 0.0, 1.0, True, True, 1.0), "product")
    climb(model, Past(NOTHING, one[:0], one[:0], 0, NOTHING, NOTHING), Wanted(1, allowed, code, 0.0, 1.0, False, True), "product")


def _entry(model: RecommendModel, code: int, score: float, rung: str) -> Product:
    about = model.catalog.describe(code)
    return {
        "product_id": about.product_id, "title": about.title, "price": about.price, "score": score, "rung": rung, "reasons": [],
    }  # fmt: skip


def _reasons(model: RecommendModel, code: int, because: list[int], thousandths: list[int], is_own: bool) -> list[Product]:
    """The customer's own products that speak for this one; a product bought before speaks for itself with what is left."""
    describe = model.catalog.describe
    found = []
    for other, share in zip(because, thousandths, strict=True):
        if other < 0:
            break
        about = describe(other)
        found.append({"product_id": about.product_id, "title": about.title, "share": share / 1000})
    left = 1000 - sum(thousandths)
    if is_own and left > 0:
        about = describe(code)
        found.insert(0, {"product_id": about.product_id, "title": about.title, "share": left / 1000})
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
    shown.extend(_entry(model, code, 0.0, rung) for code in product[:size].tolist())
    return product[:size]
