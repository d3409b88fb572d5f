"""The shop's placements as people edit them: which there are, what a form says as a row, and what is wrong with it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from shopkeeper.capabilities.recommend.steering.placements import BUILT_IN, NUMBERS, Placement, placement_from
from shopkeeper.core.errors import BadRequest
from shopkeeper.core.schema import PLACEMENTS

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

TASK = "recommend.learn"
OURS = {place.placement_id: place for place in BUILT_IN}
ALWAYS_LEARNED = ("item_graph", "content")
MAY_BE_LEARNED = ("ease", "als", "session_neighbors", "popularity", "trending")
TOLD = ("made_by", "note")  # columns that change nothing of what is shown


@dataclass(frozen=True)
class Place:
    """A placement as it holds, and where it comes from: as built in, a built-in one that was changed, or the shop's own.

    ``problem`` is why the row in the table does not count, in four parts; the place then is as it would be without it.
    """

    placement: Placement
    state: Literal["default", "changed", "own"]
    problem: Mapping[str, Any] | None = None
    made_by: str = ""

    @property
    def id(self) -> str:
        """Its name, as requests have it."""
        return self.placement.placement_id


def places(rows: Sequence[Mapping[str, Any]], retrievers: Sequence[str]) -> tuple[Place, ...]:
    """The built-in places in their order, then the shop's own by name; ``rows`` are those of the table `placements`."""
    kept = {str(row["placement_id"]): row for row in rows if not is_empty(row)}
    names = [*OURS, *sorted(name for name in kept if name not in OURS)]
    return tuple(_place(name, kept.get(name), retrievers) for name in names)


def is_empty(row: Mapping[str, Any]) -> bool:
    """Whether the row says nothing: the placement was reset, or is not wanted any more."""
    return all(value is None or value == "" for name, value in row.items() if name not in ("placement_id", *TOLD))


def _place(name: str, row: Mapping[str, Any] | None, retrievers: Sequence[str]) -> Place:
    usual = OURS.get(name, Placement(name))
    if row is None:
        return Place(usual, "default")
    made_by = str(row.get("made_by") or "")
    try:
        found = placement_from(row, retrievers)
    except BadRequest as error:
        return Place(usual, "changed" if name in OURS else "own", error.as_problem(), made_by)
    if name not in OURS:
        return Place(found, "own", made_by=made_by)
    return Place(found, "changed" if _differs(found, usual) else "default", made_by=made_by)


def _differs(found: Placement, usual: Placement) -> bool:
    return dataclasses.replace(found, made_by="", note="") != dataclasses.replace(usual, made_by="", note="")


def rows_of(view: ShopView) -> tuple[dict[str, Any], ...]:
    """The rows of the table `placements`."""
    return tuple(view.sql("SELECT * FROM placements").to_pylist()) if view.count("placements") else ()


def retrievers(card: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that a mix may have, with a model of this card in service."""
    sources = set(((card.get("serving") or {}).get("ranker") or {}).get("sources", ())) | {card.get("method")}
    return (*ALWAYS_LEARNED, *(name for name in MAY_BE_LEARNED if name in sources))


def retrievers_in_service(shop: Shop) -> tuple[str, ...]:
    """The names that a mix may have now; those that are always learned before anything was."""
    current = shop.store.models.current(TASK)
    return retrievers(current.card if current else {})


def row_of(placement: Placement, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The row of `placements` that says what the form does: ``changes`` are columns, and filters by their own names."""
    row = placement.as_row()
    filters: dict[str, Any] = json.loads(row["filters"]) if row["filters"] else {}
    for name, value in changes.items():
        if name.startswith("filter_"):
            filters[name.removeprefix("filter_")] = value
        else:
            row[name] = value
    if "mix" in changes:
        mix = {name: weight for name, weight in (changes["mix"] or {}).items() if weight}
        row["mix"] = json.dumps(mix if mix or not changes["mix"] else changes["mix"]) if changes["mix"] else None
    filters = {name: value for name, value in filters.items() if value not in (None, "", [], ()) and not _is_off(name, value)}
    row["filters"] = json.dumps(filters) if filters else None
    return {name: None if value == "" else value for name, value in row.items()}


def _is_off(name: str, value: Any) -> bool:
    return value is False and name == "exclude_seen"


def checked(row: Mapping[str, Any], retrievers: Sequence[str]) -> Placement:
    """The placement in the row. Raises `BadRequest` in the words of the placements themselves."""
    return placement_from({name: value for name, value in row.items() if name in PLACEMENTS.names}, retrievers)


def save(shop: Shop, row: Mapping[str, Any], retrievers: Sequence[str], made_by: str) -> None:
    """Check the row and keep it; it counts in the next answer. Raises `BadRequest`."""
    place = checked(row, retrievers)
    _keep(shop, {**row, "placement_id": place.placement_id, "made_by": made_by or None})


def reset(shop: Shop, placement_id: str, made_by: str) -> None:
    """Make a built-in place what it was, or let one of the shop's own be forgotten: its row says nothing any more."""
    empty = dict.fromkeys(PLACEMENTS.names)
    _keep(shop, {**empty, "placement_id": placement_id, "made_by": made_by or None})


def _keep(shop: Shop, row: Mapping[str, Any]) -> None:
    refused = shop.upsert("placements", [dict(row)]).rejected
    if refused:
        raise BadRequest(
            "The placement was not taken.",
            got=str(refused[0].message),
            wanted="a row as the data dictionary describes `placements`",
            next="correct it and save again",
        )


def left_to_settings(shop: Shop) -> dict[str, Any]:
    """What a placement has where it leaves a number, the stock or what was bought before to the shop's settings."""
    settings = shop.settings("recommend").values
    found = {name: getattr(settings, name) for name in NUMBERS}
    return {**found, "in_stock": settings.in_stock_only, "owned": settings.owned}
