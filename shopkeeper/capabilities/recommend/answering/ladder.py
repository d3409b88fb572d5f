"""The ladder: the best that is known first, and always something: visit, customer, content, trending, newest."""

from __future__ import annotations

import numpy as np

from shopkeeper.capabilities.recommend.loaded.model import RecommendModel
from shopkeeper.capabilities.recommend.loaded.past import NOTHING, Past
from shopkeeper.capabilities.recommend.loaded.pool import (
    CONTENT,
    NEWEST,
    TRENDING,
    Pool,
    Wanted,
    blended,
    united,
)
from shopkeeper.capabilities.recommend.loaded.retrieving import in_order
from shopkeeper.numerics.compiling import Array

EACH = 100  # candidates that each retriever names where several are mixed


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
    if model.order is not None and not wanted.mix:
        return model.order.pool(model.retrievers, past, wanted, model.catalog.price, rung, n, model.now)
    weights = wanted.mix or model.mix
    names = tuple(name for name in model.retrievers if weights.get(name, 0.0) > 0.0)
    each = n if len(names) == 1 else max(n, EACH)
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
