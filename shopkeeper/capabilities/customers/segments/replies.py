"""Members of a segment and those who are like them, as answers say them. What cannot be meant raises, as at every door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.capabilities.customers.segments.alike import is_log
from shopkeeper.capabilities.customers.segments.model import Members
from shopkeeper.capabilities.customers.segments.saved import find
from shopkeeper.core.errors import BadRequest
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.likeness.discriminant import contributions, discriminant, likeness

if TYPE_CHECKING:
    from shopkeeper.capabilities.customers.answers import Group, LookAlikes, SegmentMembers
    from shopkeeper.capabilities.customers.segments.model import SegmentsModel

SHOWN = ("value", "n_orders", "last_order_at", "stage")
FEWEST_SEEDS, N_REASONS = 3, 3


def members(model: SegmentsModel, request: SegmentMembers) -> dict[str, Any]:
    """One page of the members, in the order of their numbers, with how many there are and what they are worth."""
    body, found = _group(model, request)
    body |= _sums(model, found)
    places = model.reachable(found.places) if request.reachable_only else found.places
    first = int(np.searchsorted(places, model.profiles.after(request.after))) if request.after else 0
    page = places[first : first + request.n]
    body["customers"] = _rows(model, page)
    has_more = first + len(page) < len(places)
    body["next_after"] = model.profiles.keys.text(int(page[-1])) if has_more and len(page) else None
    return body


def look_alikes(model: SegmentsModel, request: LookAlikes) -> dict[str, Any]:
    """The customers most like the members, with a likeness from 0 to 1 and the features that make each alike."""
    if request.customers:
        places = [model.profiles.keys.find(customer_id) for customer_id in request.customers]
        known = np.unique(np.array([place for place in places if place >= 0], np.int32))
        body: dict[str, Any] = {"is_known": len(known) > 0, "as_of": model.as_of, "n_unknown": places.count(-1)}
        found = Members(known, "")
    else:
        body, found = _group(model, request)
    n = len(model.profiles)
    body["n_members"] = len(found.places)
    if not FEWEST_SEEDS <= len(found.places) < n:
        too_few = f"These are too few to compare with: {len(found.places)} customers; at least {FEWEST_SEEDS} are needed."
        said = "Nobody is outside." if len(found.places) >= n else too_few
        return body | {"notes": [*body.get("notes", ()), said], "apart_by": [], "customers": []}
    matrix = model.arrays["alike_matrix"]
    apart = discriminant(matrix, model.arrays["alike_covariance"], found.places)
    alike = likeness(matrix, apart)
    if request.exclude_members:
        alike[found.places] = -1.0
    best = _best(alike, model, request)
    typical = _typical(model, apart.inside), _typical(model, apart.outside)
    body["apart_by"] = [
        _feature(model, place, None, typical) for place in _strongest(apart.weights * (apart.inside - apart.middle))
    ]
    body["customers"] = [
        {"customer_id": model.profiles.keys.text(int(place)), "likeness": round(float(alike[place]), 4),
         "because": [_feature(model, one, int(place), typical) for one in _strongest(contributions(matrix[place], apart))]}
        for place in best
    ]  # fmt: skip
    return body


def _best(alike: Array, model: SegmentsModel, request: LookAlikes) -> Array:
    """The rows with most likeness, of equal ones those that come first."""
    allowed = np.flatnonzero(alike >= 0.0)
    if request.reachable_only:
        allowed = model.reachable(allowed)
    n = min(request.n, len(allowed))
    if n == 0:
        return np.empty(0, np.int64)
    scores = alike[allowed]
    edge = np.partition(scores, len(scores) - n)[len(scores) - n]
    near = allowed[scores >= edge]
    found: Array = near[np.lexsort((near, -alike[near]))][:n]
    return found


def _strongest(said: Array) -> list[int]:
    """The features that speak most for it."""
    return [int(place) for place in np.argsort(-said, kind="stable")[:N_REASONS] if said[place] > 1e-9]


def _typical(model: SegmentsModel, mean: Array) -> Array:
    """Standardized means in the features' own units; of counts, money and days the geometric mean."""
    raw = mean * model.arrays["alike_scale"] + model.arrays["alike_center"]
    logs = np.array([is_log(name) for name in model.alike_by])
    found: Array = np.where(logs, np.sign(raw) * np.expm1(np.abs(raw)), raw)
    return found


def _feature(model: SegmentsModel, which: int, place: int | None, typical: tuple[Array, Array]) -> dict[str, Any]:
    name = model.alike_by[which]
    inside, outside = (round(float(values[which]), 4) for values in typical)
    told: dict[str, Any] = {"feature": name, "meaning": COLUMN[name].meaning, "members": inside, "others": outside}
    if place is not None:
        told["customer"] = model.profiles.taken(name, np.array([place]))[0]
    return told


# -- what both have


def _group(model: SegmentsModel, request: Group) -> tuple[dict[str, Any], Members]:
    """(what is said of the segment or expression, its members). Raises `BadRequest`, `UnknownName` and as `model.evaluate`."""
    if bool(request.segment) == bool(request.expression):
        raise BadRequest(
            "Which customers?", got="a segment and an expression" if request.segment else "neither a segment nor an expression",
            wanted="one of them", next="for example expression: value_12m > 200 and not opted_out",
        )  # fmt: skip
    body: dict[str, Any] = {"is_known": True, "as_of": model.as_of}
    if request.segment:
        segment = find(model.book, request.segment)
        body |= {"segment_id": segment.segment_id, "title": segment.title, "description": segment.description}
        found = model.members(segment)
    else:
        found = model.evaluate(request.expression)
    return body | {"expression": found.canonical, "notes": list(found.notes)}, found


def _sums(model: SegmentsModel, found: Members) -> dict[str, Any]:
    value, value_share = model.worth(found.places)
    n = len(model.profiles)
    return {
        "n_customers": len(found.places), "n_reachable": len(model.reachable(found.places)), "value": value,
        "share": len(found.places) / n if n else 0.0, "value_share": value_share,
    }  # fmt: skip


def _rows(model: SegmentsModel, page: Array) -> list[dict[str, Any]]:
    columns = {name: model.profiles.taken(name, page) for name in SHOWN}
    return [
        {"customer_id": model.profiles.keys.text(int(place)), **{name: values[row] for name, values in columns.items()},
         "opted_out": model.is_opted_out(int(place))}
        for row, place in enumerate(page)
    ]  # fmt: skip
