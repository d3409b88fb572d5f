"""The table of recommendations: each known customer's list as an answer would give it, with what speaks for each product."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.recommend.learning.model import Model
from shopkeeper.capabilities.recommend.methods.item_graph import recency_table, shares
from shopkeeper.capabilities.recommend.methods.method import questions_for
from shopkeeper.capabilities.recommend.ranking.hybrid import LearnedHybrid
from shopkeeper.capabilities.recommend.read import Interactions, read_titles
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.progress import Part
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array, Tell
from shopkeeper.numerics.growing.explaining import explain_lists
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.recency import ranked
from shopkeeper.numerics.sparse_rows import Rows

N_REASONS = 3


def recommendations(model: Model, data: Interactions, settings: RecommendSettings, view: ShopView) -> pa.Table:
    """The `recommendations` table: the best new products of each known customer (the most recent ones, if they are many)."""
    chosen = _listed_customers(model.rows, data, settings)
    part = Part(view.progress, 0.9, 0.98)
    product, score, reason, share = _lists(model, chosen, settings, lambda done: part.step(done, "listing recommendations"))
    there = product.ravel() >= 0
    code = product.ravel()[there]
    points = score.ravel()[there].astype(np.float64)
    reasons = reason.reshape(-1, N_REASONS)[there]
    part_of = share.reshape(-1, N_REASONS)[there]
    ids = data.products.as_arrow().cast(pa.string())
    rank = np.tile(np.arange(1, settings.listed + 1), len(chosen))[there]
    customers = data.customers.as_arrow().cast(pa.string())
    return pa.table({
        "customer_id": customers.take(pa.array(np.repeat(chosen, settings.listed)[there])),
        "rank": pa.array(rank, pa.int64()),
        "product_id": ids.take(pa.array(code)),
        "title": read_titles(view, data.products).take(pa.array(code)),
        "score": pa.array(points, pa.float64()),
        "rung": pa.array(np.array(["trending", "customer"])[(reasons[:, 0] >= 0).astype(int)], pa.string()),
        "reason_product_ids": _json_lists(_quoted(ids), reasons),
        "reason_shares": _json_lists(_percents(), np.where(reasons >= 0, np.floor(part_of * 1000).astype(np.int64), -1)),
    })  # fmt: skip


def _lists(model: Model, chosen: Array, settings: RecommendSettings, tell: Tell) -> tuple[Array, Array, Array, Array]:
    """(product, score >= 0, reasons, their shares) of each chosen customer's list."""
    own_shares = shares(model.rows, model.source_factor, recency_table(model.parameters))
    product, score, reason, added = best_of_rows(
        model.rows, own_shares, model.graph, chosen=chosen, n=settings.listed, history=settings.history,
        fallback=ranked(model.trend), n_reasons=N_REASONS, tell=tell,
    )  # fmt: skip
    full = score
    if model.other is not None:
        listed = model.other.lists(questions_for(model.known, chosen), settings.listed, tell)
        # A learned order scores in log odds: told as shares of the best one's odds. Where too few were named, the graph's follow.
        is_order = isinstance(model.other, LearnedHybrid)
        points = np.exp(np.minimum(listed.score - listed.score[:, :1], 0.0)) if is_order else np.maximum(listed.score, 0.0)
        points = np.where(listed.product >= 0, points, 0.0)
        product, score = _followed(listed.product, points.astype(np.float32), product)
        reason, added, full = explain_lists(
            model.rows, own_shares, model.graph, chosen=chosen, listed=product, history=settings.history, n_reasons=N_REASONS
        )
    return product, score, reason, np.minimum(added / np.maximum(full, 1e-30)[:, :, None], 1.0)


def _followed(product: Array, score: Array, more: Array) -> tuple[Array, Array]:
    """The lists, each filled from its row of ``more`` where it is too short."""
    more = np.where((product[:, :, None] == more[:, None, :]).any(axis=1), -1, more)
    both = np.concatenate((product, more), axis=1)
    points = np.concatenate((score, np.zeros_like(score)), axis=1)
    order = np.argsort(both < 0, axis=1, kind="stable")[:, : product.shape[1]]
    return np.take_along_axis(both, order, axis=1), np.take_along_axis(points, order, axis=1)


def _listed_customers(rows: Rows, data: Interactions, settings: RecommendSettings) -> Array:
    eligible = np.flatnonzero(data.is_known & (rows.sizes > 0))
    if len(eligible) <= settings.listed_customers:
        return eligible
    newest = np.zeros(rows.n_rows, np.int64)
    np.maximum.at(newest, data.customer, data.at)
    order = np.lexsort((eligible, -newest[eligible]))
    return np.sort(eligible[order[: settings.listed_customers]])


def _quoted(ids: pa.Array) -> pa.Array:
    return pa.array([json.dumps(text, ensure_ascii=False) for text in ids.to_pylist()], pa.string())


def _percents() -> pa.Array:
    return pa.array([json.dumps(value / 1000) for value in range(1001)], pa.string())


def _json_lists(words: pa.Array, codes: Array) -> pa.Array:
    """JSON lists of ``words`` by ``codes`` int [rows, n]; -1 ends a list."""
    nothing = pa.array([""], pa.string())
    first = pa.concat_arrays([words, nothing])
    later = pa.concat_arrays([pc.binary_join_element_wise(", ", words, ""), nothing])
    places = np.where(codes < 0, len(words), codes)
    parts = [(later if column else first).take(pa.array(places[:, column])) for column in range(codes.shape[1])]
    return pc.binary_join_element_wise("[", *parts, "]", "")
