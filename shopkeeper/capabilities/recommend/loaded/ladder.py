"""The ladder: the best that is known first, and always something: visit, customer, content, trending, newest."""

from __future__ import annotations

import numpy as np

from shopkeeper.capabilities.recommend.loaded.describing import described
from shopkeeper.capabilities.recommend.loaded.model import RecommendModel
from shopkeeper.capabilities.recommend.loaded.past import NOTHING, Past, alone, nobody
from shopkeeper.capabilities.recommend.loaded.pool import (
    CONTENT,
    NEWEST,
    PRODUCT,
    TRENDING,
    Pool,
    Product,
    Wanted,
    blended,
    united,
)
from shopkeeper.capabilities.recommend.loaded.retrieving import in_order
from shopkeeper.numerics.compiling import Array


def climb(model: RecommendModel, past: Past, wanted: Wanted, rung: int) -> list[Product]:
    """At most ``wanted.n`` products, each with the rung it stands on and its reasons; fewer only where no more pass the filters.

    ``rung`` is what products of the learned retrievers stand on; those for which this visit speaks loudest stand on ``session``.
    """
    pool = gathered(model, past, wanted, rung, wanted.n)
    return described(model, past, pool, own=wanted.own > 0.0, reasons=wanted.reasons)


def gathered(model: RecommendModel, past: Past, wanted: Wanted, rung: int, n: int) -> Pool:
    """The ``n`` best candidates, rung after rung; each rung is climbed down to only where those above gave too few."""
    pool = _named(model, past, wanted, rung, n)
    price = model.catalog.price
    if len(pool) < n and len(past.source):
        code, score = model.beside_content.best(past, _without(wanted, pool.code), price, n - len(pool))
        pool = _appended(pool, code, score)
    for order, place in ((model.trending_now, TRENDING), (model.trending, TRENDING), (model.catalog.newest, NEWEST)):
        if len(pool) < n:
            pool = pool.with_more(in_order(order, pool.code, wanted, price, model.scratch, n - len(pool)), place)
    return pool


def _named(model: RecommendModel, past: Past, wanted: Wanted, rung: int, n: int) -> Pool:
    """What the learned retrievers name, in the learned order."""
    weights = wanted.mix or model.mix
    names = tuple(name for name in model.retrievers if weights.get(name, 0.0) > 0.0)
    each = n if len(names) == 1 else max(n, model.each)
    found = [model.retrievers[name].best(past, wanted, model.catalog.price, each) for name in names]
    if not found:
        return Pool(NOTHING, np.empty(0, np.float32), np.empty(0, np.uint8), np.empty((0, 0), np.float32))
    code, by = united(found, names)
    score = by[:, 0] if len(names) == 1 else blended(by, np.array([weights[name] for name in names]))
    order = np.lexsort((code, -score))[:n]
    return Pool(code[order], score[order], np.full(len(order), rung, np.uint8), by[order], names)


def _without(wanted: Wanted, shown: Array) -> Wanted:
    if len(shown) == 0:
        return wanted
    excluded = np.concatenate((wanted.excluded, shown))
    return Wanted(
        wanted.n, wanted.allowed, excluded, wanted.price_low, wanted.price_high, wanted.any_price, wanted.reasons, mix=wanted.mix
    )


def _appended(pool: Pool, code: Array, score: Array) -> Pool:
    n_before = len(pool)
    pool = pool.with_more(code, CONTENT)
    pool.score[n_before:] = score
    return pool


def warm(model: RecommendModel) -> None:
    """Climb once for nobody in particular, so that the first visitor does not wait for kernels to be compiled or read."""
    code = np.zeros(1, np.int32)
    allowed = model.catalog.mask(False, "", "")
    climb(model, alone(code), Wanted(1, allowed, NOTHING, 0.0, 1.0, True, True, 1.0), PRODUCT)
    climb(model, nobody(), Wanted(1, allowed, code, 0.0, 1.0, False, True), PRODUCT)
