"""What an answer says of each product: its title and price, the rung it stands on, and which own products speak for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopkeeper.capabilities.recommend.loaded.past import Past
from shopkeeper.capabilities.recommend.loaded.pool import CONTENT, CUSTOMER, RUNGS, SESSION, Pool, Product
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.growing.answering import explain_graph
from shopkeeper.numerics.growing.growing_graph import GrownRows

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.loaded.model import RecommendModel

N_REASONS = 3
GRAPH = "item_graph"  # the retriever whose reasons are told


def described(model: RecommendModel, past: Past, shown: Pool, *, own: bool, reasons: bool) -> list[Product]:
    """The products of ``shown`` as the answer tells them, each with at most `N_REASONS` reasons whose shares sum to at most 1.

    Products for which this visit speaks loudest stand on the rung ``session``. ``own``: products of the past may be among them.
    """
    entries = [_entry(model, code, score) for code, score in zip(shown.code.tolist(), shown.score.tolist(), strict=True)]
    rung = shown.rung.copy()
    for graph, is_there in ((model.graph, rung < CONTENT), (model.content, rung == CONTENT)):
        places = np.flatnonzero(is_there)
        if len(places):
            _speak(model, graph, past, shown, places, rung, entries, own=own, reasons=reasons)
    for entry, place in zip(entries, rung.tolist(), strict=True):
        entry["rung"] = RUNGS[place]
    return entries


def _entry(model: RecommendModel, code: int, score: float) -> Product:
    about = model.catalog.describe(code)
    return {
        "product_id": about.product_id, "title": about.title, "price": about.price, "score": score, "rung": "", "reasons": [],
    }  # fmt: skip


def _speak(
    model: RecommendModel, graph: GrownRows, past: Past, shown: Pool, places: Array, rung: Array, entries: list[Product],
    *, own: bool, reasons: bool,
) -> None:  # fmt: skip
    found = shown.code[places]
    size = len(found)
    total, _, _ = model.scratch.sized(model.catalog.capacity)
    reason, part = np.empty((size, N_REASONS), np.int32), np.empty((size, N_REASONS), np.float32)
    visit = np.empty(size, np.float32)
    explain_graph(graph, past.source, past.weight, past.n_visit, found, total, reason, part, visit)
    full = _full(shown, places, part, is_content=bool(rung[places[0]] == CONTENT))
    mostly_visit = (visit > 0.5 * full) & (rung[places] == CUSTOMER)
    rung[places[mostly_visit]] = SESSION
    if not reasons:
        return
    # Rounding down keeps the sum of a product's shares at most 1.
    thousandths = np.minimum(part * (1000.0 / full)[:, None], 1000.0).astype(np.int64).tolist()
    owned = frozenset(past.source.tolist()) if own else NOBODY
    for place, code, because, shares in zip(places.tolist(), found.tolist(), reason.tolist(), thousandths, strict=True):
        heard, parts = _kin(model, past, code) if because[0] < 0 and len(model.arrivals) else (because, shares)
        entries[place]["reasons"] = _reasons(model, code, heard, parts, code in owned)


def _kin(model: RecommendModel, past: Past, code: int) -> tuple[list[int], list[int]]:
    """(own products, thousandths) that a product which came after learning reads like, or that came and read like it."""
    likeness = dict(zip(*(part.tolist() for part in model.arrivals.neighbors(code)), strict=True))
    found: dict[int, float] = {}
    for source, weight in zip(past.source.tolist(), past.weight.tolist(), strict=True):
        other = dict(zip(*(part.tolist() for part in model.arrivals.neighbors(source)), strict=True))
        value = weight * max(likeness.get(source, 0.0), other.get(code, 0.0))
        if value > 0.0:
            found[source] = value
    best = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))[:N_REASONS]
    total = max(sum(found.values()), 1e-30)
    return [source for source, _ in best] + [-1], [int(1000 * value / total) for _, value in best] + [0]


def _full(shown: Pool, places: Array, part: Array, *, is_content: bool) -> Array:
    """What the item graph (or content) itself gave each product; where it named none, what the reasons found add up to."""
    given = np.zeros(len(places), np.float32)
    if is_content:
        given = shown.score[places]
    elif GRAPH in shown.names:
        given = shown.by[places, shown.names.index(GRAPH)]
    result: Array = np.maximum(given, part.sum(axis=1))
    return np.maximum(result, 1e-30)


NOBODY: frozenset[int] = frozenset()


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
