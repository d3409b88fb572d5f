"""What a request comes to: the place's settings, what the request says otherwise, and the filters as masks and codes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.past import NOTHING, Past
from shopkeeper.capabilities.recommend.loaded.pool import Wanted
from shopkeeper.capabilities.recommend.steering.placements import Placement, placement_from
from shopkeeper.capabilities.recommend.steering.steered import Asked
from shopkeeper.numerics.compiling import Array

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.answers import Filters
    from shopkeeper.capabilities.recommend.loaded.model import RecommendModel

DEAREST = float(np.finfo(np.float32).max)  # prices are kept in single precision
ENOUGH = 100  # candidates that steering and the bandit choose among


@dataclass(frozen=True)
class Resolved:
    """A request with nothing left open: the place, how many products, and what may be shown."""

    place: Placement
    n: int
    now: int
    wanted: Wanted
    owned: str
    is_tried: bool


def resolved(model: RecommendModel, request: Filters, past: Past, now: int) -> Resolved:
    """The request as its place and the settings complete it. Raises `SettingError` for a placement that cannot be meant."""
    place = _place(model, request)
    filters = place.filters
    n = request.n if request.n is not None else place.n_products
    in_stock = filters.in_stock if request.in_stock is None else request.in_stock
    owned = _owned(request, place)
    hidden = past.seen if request.exclude_seen or filters.exclude_seen else past.bought if owned == "hide" else NOTHING
    mask = model.catalog.mask(bool(in_stock), request.category or filters.category, request.brand or filters.brand)
    if place.with_rules:
        mask = model.steering.allowed(mask, place.placement_id, now, out=model.scratch.mask(len(mask)))
    low = filters.price_low if request.price_low is None else request.price_low
    high = filters.price_high if request.price_high is None else request.price_high
    wanted = Wanted(
        n=n,
        allowed=mask,
        excluded=_with_products(model, hidden, (*request.exclude, *filters.exclude)),
        price_low=0.0 if low is None else min(low, DEAREST),
        price_high=float("inf") if high is None or high > DEAREST else high,
        any_price=low is None and high is None,
        reasons=request.reasons or request.explain,
        own=-1.0 if owned == "hide" or request.exclude_seen else model.parameters.own_weight or -1.0,
        mix=dict(place.mix),
    )
    return Resolved(place, n, now, wanted, owned, bool(request.as_placement))


def _place(model: RecommendModel, request: Filters) -> Placement:
    if not request.as_placement:
        return model.place(request.place)
    try:
        row: Any = json.loads(request.as_placement)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        return model.place(request.as_placement)  # the name of a place
    tried = placement_from({"placement_id": request.place.strip() or "tried", **row}, tuple(model.retrievers))
    return tried.with_settings(model.settings)


def _owned(request: Filters, place: Placement) -> str:
    if request.exclude_bought is None:
        return place.owned
    return "hide" if request.exclude_bought else "show"


def _with_products(model: RecommendModel, codes: Array, products: tuple[str, ...]) -> Array:
    if not products:
        return codes
    given = [code for code in map(model.catalog.find, products) if code >= 0]
    return np.concatenate((codes, np.array(given, np.int32)))


def asked(of: Resolved, past: Past, n: int) -> Asked:
    """What this answer asks of steering: ``n`` products in the new order."""
    place, wanted = of.place, of.wanted
    return Asked(
        n=n, now=of.now, place=place.placement_id, allowed=wanted.allowed, excluded=wanted.excluded,
        price_low=wanted.price_low, price_high=wanted.price_high, any_price=wanted.any_price, with_rules=place.with_rules,
        diversity=place.diversity or 0.0, exposure_cap=_or_one(place.exposure_cap),
        brand_exposure_cap=_or_one(place.brand_exposure_cap), price_affinity=place.price_affinity or 0.0,
        owned=of.owned, bought=past.bought, bought_days=past.bought_days,
    )  # fmt: skip


def _or_one(cap: float | None) -> float:
    return 1.0 if cap is None else cap


def n_candidates(model: RecommendModel, of: Resolved, past: Past) -> int:
    """How many candidates are gathered: more than are shown only where something may change their order."""
    place = of.place
    chooses = (
        (place.diversity or 0.0) > 0.0
        or (place.price_affinity or 0.0) > 0.0
        or (place.explore_share or 0.0) > 0.0
        or min(_or_one(place.exposure_cap), _or_one(place.brand_exposure_cap)) < 1.0
        or (of.owned == "learned" and len(past.bought) > 0)
        or (place.with_rules and model.steering.rulebook.held(place.placement_id, of.now).any)
    )
    return max(4 * of.n, ENOUGH) if chooses else of.n
