"""Places where products are recommended, as data: what each shows, from which retrievers, filtered and steered how."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import BadRequest, SettingError, nearest
from shopkeeper.core.schema import OWNED_CHOICES
from shopkeeper.core.settings import Knob, check, knobs, setting

ANSWERS = ("recommend.for_customer", "recommend.for_session", "recommend.similar")
# What stands in a row of `placements` and means the setting of the same name where it is empty.
NUMBERS = ("diversity", "exposure_cap", "brand_exposure_cap", "explore_share", "price_affinity")


@dataclass(frozen=True)
class Shown:
    """What a placement may show: the filters of an answer's request."""

    in_stock: bool | None = setting(None, "only what can be bought")
    category: str = setting("", "only this category and those below it")
    brand: str = setting("", "only this brand")
    price_low: float | None = setting(None, "only from this price on", unit="shop currency", low=0)
    price_high: float | None = setting(None, "only up to this price", unit="shop currency", low=0)
    exclude: tuple[str, ...] = setting((), "numbers of products that must not be shown")
    exclude_seen: bool = setting(False, "leave out whatever the customer has bought, put in the cart or looked at")


@dataclass(frozen=True)
class Placement:
    """One place. ``mix`` {retriever: weight}, empty: as learned; numbers that are None are those of the settings."""

    placement_id: str
    title: str = ""
    answer: str = "recommend.for_customer"
    mix: Mapping[str, float] = dataclasses.field(default_factory=dict)
    filters: Shown = dataclasses.field(default_factory=Shown)
    with_rules: bool = True
    diversity: float | None = None
    exposure_cap: float | None = None
    brand_exposure_cap: float | None = None
    explore_share: float | None = None
    price_affinity: float | None = None
    n_products: int = 10
    owned: str = ""
    note: str = ""
    made_by: str = ""

    def as_row(self) -> dict[str, Any]:
        """The row of `placements` that says the same: what is left to the settings is None."""
        row = dataclasses.asdict(self)
        filters = {name: value for name, value in row["filters"].items() if value not in (None, "", (), False)}
        if self.filters.in_stock is not None:
            filters["in_stock"] = self.filters.in_stock
        row["mix"] = json.dumps(dict(self.mix)) if self.mix else None
        row["filters"] = json.dumps(filters) if filters else None
        return {name: None if value == "" else value for name, value in row.items()}

    def with_settings(self, settings: RecommendSettings) -> Placement:
        """The same with the settings in the place of what it leaves open; what has no setting becomes 0."""
        numbers: dict[str, Any] = {name: getattr(settings, name, 0.0) for name in NUMBERS if getattr(self, name) is None}
        in_stock = settings.in_stock_only if self.filters.in_stock is None else self.filters.in_stock
        filters = dataclasses.replace(self.filters, in_stock=in_stock)
        return dataclasses.replace(self, filters=filters, owned=self.owned or settings.owned, **numbers)

    def overridden(self, **given: Any) -> Placement:
        """The same with those of ``given`` (fields of the placement or of its filters) that are not None."""
        given = {name: value for name, value in given.items() if value is not None}
        of_filters = {field.name for field in dataclasses.fields(Shown)}
        filters = dataclasses.replace(self.filters, **{name: given.pop(name) for name in of_filters & given.keys()})
        return dataclasses.replace(self, filters=filters, **given)


BUILT_IN = (
    Placement("home", "Home page"),
    Placement("product_page", "Product page", answer="recommend.similar"),
    Placement("cart", "Cart", answer="recommend.for_session", n_products=6),
    Placement("email", "E-mail", n_products=6),
    Placement("search", "Search results"),
)
_ROW = {field.name for field in dataclasses.fields(Placement)}
_FILTERS = {knob.name: knob for knob in knobs(Shown)}
_NUMBER = Knob("", float, None, False, "a share", "", 0.0, 1.0, (), False)
_SIZE = Knob("n_products", int, 10, False, "how many products a list has", "products", 1.0, 200.0, (), False)


def placement_from(row: Mapping[str, Any], retrievers: Collection[str] = ()) -> Placement:
    """The placement in a row of `placements`; what the row leaves empty is as in the built-in place of that name.

    ``retrievers`` are the names that a mix may have (none given: any). Raises `BadRequest` for what cannot be meant.
    """
    placement_id = str(row.get("placement_id") or "").strip()
    if not placement_id:
        raise _bad("", "A placement has no name.", "an empty placement_id", "a name such as home or product_page")
    strange = [name for name in row if name not in _ROW]
    if strange:
        raise _unknown(placement_id, "column", strange[0], _ROW)
    given = {name: value for name, value in row.items() if value is not None and value != ""}
    known = next((place for place in BUILT_IN if place.placement_id == placement_id), Placement(placement_id))
    values: dict[str, Any] = {**given, "placement_id": placement_id}
    if "answer" in given and given["answer"] not in ANSWERS:
        raise _unknown(placement_id, "answer", str(given["answer"]), ANSWERS)
    if "owned" in given and given["owned"] not in OWNED_CHOICES:
        raise _unknown(placement_id, "choice of owned", str(given["owned"]), OWNED_CHOICES)
    for name in NUMBERS:
        if name in given:
            values[name] = check(_NUMBER, given[name], f"placement {placement_id!r}: {name}")
    if "n_products" in given:
        values["n_products"] = check(_SIZE, given["n_products"], f"placement {placement_id!r}: n_products")
    if "mix" in given:
        values["mix"] = _mix(placement_id, _object(placement_id, "mix", given["mix"]), retrievers)
    if "filters" in given:
        values["filters"] = _filters(placement_id, _object(placement_id, "filters", given["filters"]))
    return dataclasses.replace(known, **values)


def _object(placement_id: str, name: str, given: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        found = None
    if not isinstance(found, Mapping):
        raise _bad(placement_id, f"{name} of placement {placement_id!r} cannot be read.", repr(given)[:80], "a JSON object")
    return found


def _mix(placement_id: str, given: Mapping[str, Any], retrievers: Collection[str]) -> dict[str, float]:
    for name, weight in given.items():
        if retrievers and name not in retrievers:
            raise _unknown(placement_id, "retriever", name, retrievers)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0.0 <= weight <= 1e6:
            what = f"The weight of {name!r} in placement {placement_id!r} cannot be used."
            raise _bad(placement_id, what, repr(weight), "a number from 0 on")
    if given and not any(given.values()):
        raise _bad(placement_id, f"Nothing counts in the mix of placement {placement_id!r}.", "only zeros", "one weight above 0")
    return {name: float(weight) for name, weight in given.items()}


def _filters(placement_id: str, given: Mapping[str, Any]) -> Shown:
    values = {}
    for name, value in given.items():
        if name not in _FILTERS:
            raise _unknown(placement_id, "filter", name, _FILTERS)
        values[name] = check(_FILTERS[name], value, f"placement {placement_id!r}: filter {name}")
    found = Shown(**values)
    if found.price_low is not None and found.price_high is not None and found.price_low > found.price_high:
        got = f"{found.price_low:g} to {found.price_high:g}"
        raise _bad(placement_id, f"The prices of placement {placement_id!r} leave nothing.", got, "price_low up to price_high")
    return found


def _bad(placement_id: str, what: str, got: str, wanted: str) -> BadRequest:
    return SettingError(what, got=got, wanted=wanted, next="correct the placement and save it again", placement_id=placement_id)


def _unknown(placement_id: str, kind: str, name: str, known: Collection[str]) -> BadRequest:
    close = nearest(name, known)
    wanted = f"did you mean {close!r}?" if close else "one of " + ", ".join(sorted(known))
    return _bad(placement_id, f"Placement {placement_id!r} names a {kind} that there is not.", repr(name), wanted)


class Placements:
    """Every place by name: the built-in ones and what `placements` says. Thread-safe.

    A row that cannot be meant is kept in ``problems``, and the place stays as it was.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]] = (), retrievers: Collection[str] = ()) -> None:
        self._lock = threading.Lock()
        self._retrievers = tuple(retrievers)
        self._places = {place.placement_id: place for place in BUILT_IN}
        self.problems: dict[str, BadRequest] = {}
        self.change(rows)

    def change(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take new and changed rows of `placements`."""
        with self._lock:
            places, problems = dict(self._places), dict(self.problems)
            for row in rows:
                name = str(row.get("placement_id") or "").strip()
                problems.pop(name, None)
                try:
                    places[name] = placement_from(row, self._retrievers)
                except BadRequest as problem:
                    problems[name] = problem
            self._places, self.problems = places, problems

    def get(self, place: str) -> Placement:
        """The placement of that name; one that leaves everything to the settings for a name that nobody described."""
        found = self._places.get(place)
        return Placement(place) if found is None else found

    def every(self) -> tuple[Placement, ...]:
        """All that are described, in order of their names."""
        return tuple(self._places[name] for name in sorted(self._places))
