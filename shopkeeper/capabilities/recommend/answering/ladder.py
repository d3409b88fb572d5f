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
from shopkeeper.capabilities.recommend.loaded.retrieving import in_order, passing
from shopkeeper.numerics.compiling import Array

EACH = 100  # candidates that each retriever names where several are mixed


def gathered(model: RecommendModel, past: Past, wanted: Wanted, rung: int, n: int) -> Pool:
    """The ``n`` best candidates, rung after rung; each rung is climbed down to only where those above gave too few."""
    pool = _named(model, past, wanted, rung, n)
    price = model.catalog.price
    if len(pool) < n and len(past.source):
        pool = _appended(pool, *_alike(model, past, _without(wanted, pool.code), n - len(pool)))
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


def _alike(model: RecommendModel, past: Past, wanted: Wanted, n: int) -> tuple[Array, Array]:
    """(codes, scores) of products that read like those of the past: learned ones, and those that came after learning."""
    code, score = model.beside_content.best(past, wanted, model.catalog.price, n)
    if len(model.arrivals) == 0:
        return code, score
    found = dict(zip(code.tolist(), score.tolist(), strict=True))
    near = [model.arrivals.beside(past.source, past.weight)]
    near += [
        (codes, likeness * weight)
        for source, weight in zip(past.source.tolist(), past.weight.tolist(), strict=True)
        for codes, likeness in (model.arrivals.neighbors(source),)
        if len(codes)
    ]
    for codes, weights in near:
        kept = passing(codes, wanted, model.catalog.price)
        for other, weight in zip(codes[kept].tolist(), weights[kept].tolist(), strict=True):
            found[other] = found.get(other, 0.0) + weight
    best = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))[:n]
    return np.array([other for other, _ in best], np.int32), np.array([weight for _, weight in best], np.float32)


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
