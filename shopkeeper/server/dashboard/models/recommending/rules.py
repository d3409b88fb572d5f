"""The shop's rules as people edit them: what each does, whether it does so now, and what a form says as a row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from shopkeeper.capabilities.recommend.steering.rules import Rule, rule_from
from shopkeeper.core.errors import BadRequest
from shopkeeper.core.schema import RULES

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

State = Literal["problem", "active", "resting", "scheduled", "off", "ended"]
STATES: tuple[State, ...] = ("problem", "active", "resting", "scheduled", "off", "ended")
COUNTED = {"pin": ("position",), "boost": ("strength",), "bury": ("strength",), "cap": ("n_most", "each"), "block": ()}
BELOW = " > "
FORM_MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class RuleLine:
    """A rule in the table: its row, whether it holds now, and how many products of the shop it concerns.

    ``resting``: within its dates, outside its hours of the week. ``title`` is that of the one product it is about.
    """

    row: Mapping[str, Any]
    state: State
    n_products: int
    title: str = ""
    problem: Mapping[str, Any] | None = None

    @property
    def id(self) -> str:
        """The rule's number."""
        return str(self.row["rule_id"])


@dataclass(frozen=True)
class Products:
    """What rules can be about: how many products there are of each category and brand (small letters), and titles."""

    kinds: Mapping[tuple[str, str], int]
    titles: Mapping[str, str]

    def concerned(self, row: Mapping[str, Any]) -> int:
        """How many products the rule is about; a cap that names none is about all."""
        product, category, brand = (str(row.get(name) or "").strip() for name in ("product_id", "product_type", "brand"))
        if product:
            return int(product in self.titles)
        category, brand = category.casefold(), brand.casefold()
        return sum(n for (kind, of), n in self.kinds.items() if _below(kind, category) and (not brand or of == brand))


def _below(kind: str, category: str) -> bool:
    return not category or kind == category or kind.startswith(category + BELOW)


def rows_of(view: ShopView) -> tuple[dict[str, Any], ...]:
    """The rows of the table `rules`, by number."""
    return tuple(view.sql("SELECT * FROM rules ORDER BY rule_id").to_pylist()) if view.count("rules") else ()


def products_of(view: ShopView, rows: Iterable[Mapping[str, Any]]) -> Products:
    """What these rules are about."""
    kinds = view.sql(
        "SELECT lower(coalesce(product_type, '')) AS kind, lower(coalesce(brand, '')) AS brand, count(*) AS n FROM products "
        "GROUP BY ALL"
    ).to_pylist()
    named = sorted({str(row["product_id"]).strip() for row in rows if row.get("product_id")})
    titles = view.sql(
        "SELECT product_id, coalesce(title, product_id) AS title FROM products "
        "WHERE list_contains($named::VARCHAR[], product_id)",
        {"named": named},
    ).to_pylist()
    return Products({(row["kind"], row["brand"]): row["n"] for row in kinds}, {row["product_id"]: row["title"] for row in titles})


def lines(rows: Sequence[Mapping[str, Any]], products: Products, now: datetime) -> tuple[RuleLine, ...]:
    """The rules: those with a problem first, then those that hold now, the ended last; each group by number."""
    found = [_line(row, products, now) for row in rows]
    return tuple(sorted(found, key=lambda line: (STATES.index(line.state), line.id)))


def _line(row: Mapping[str, Any], products: Products, now: datetime) -> RuleLine:
    n_products = products.concerned(row)
    title = products.titles.get(str(row.get("product_id") or "").strip(), "")
    try:
        rule = rule_from({**row, "enabled": True})
    except BadRequest as error:
        state: State = "off" if row.get("enabled") is False else "problem"
        return RuleLine(row, state, n_products, title, error.as_problem())
    state = "off" if rule is None or row.get("enabled") is False else _state(rule, now)
    return RuleLine(row, state, n_products, title)


def _state(rule: Rule, now: datetime) -> State:
    moment = int(now.timestamp() * 1e6)
    schedule = rule.schedule
    if moment >= schedule.end_at:
        return "ended"
    if moment < schedule.start_at:
        return "scheduled"
    return "active" if schedule.holds(moment) else "resting"


def counts(found: Iterable[RuleLine]) -> dict[State, int]:
    """How many rules are in each state; states without any are left out."""
    states = [line.state for line in found]
    return {state: states.count(state) for state in STATES if state in states}


def row_of(form: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """The row of `rules` that the form says: only the columns that its action counts; a number of its own where it has none."""
    action = str(form.get("action") or "")
    counted = COUNTED.get(action, ())
    row: dict[str, Any] = dict.fromkeys(RULES.names)
    row |= {name: _value(form.get(name)) for name in row if name in form}
    for name in {column for columns in COUNTED.values() for column in columns} - set(counted):
        row[name] = None
    if row["product_id"]:
        row["product_type"] = row["brand"] = None
    row["enabled"] = form.get("enabled") is not False
    row["rule_id"] = row["rule_id"] or new_number(row, known)
    return row


def _value(given: Any) -> Any:
    return (given.strip() or None) if isinstance(given, str) else given


def new_number(row: Mapping[str, Any], known: Iterable[str]) -> str:
    """A number that no other rule has, which says what the rule does: ``pin-85123A``, ``pin-85123A-2``."""
    about = row.get("product_id") or row.get("brand") or str(row.get("product_type") or "").split(BELOW)[-1] or row.get("each")
    first = "-".join(filter(None, (str(row.get("action") or "rule"), re.sub(r"[^\w]+", "-", str(about or "")).strip("-"))))
    taken, number = set(known), 1
    while (name := first if number == 1 else f"{first}-{number}") in taken:
        number += 1
    return name


def checked(row: Mapping[str, Any]) -> None:
    """Raise `BadRequest`, in the words of the rules themselves, for a row that cannot be meant."""
    rule_from({**row, "enabled": True})


def as_if_now(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same rule without its schedule and switched on: to see what it will do when it holds."""
    return {**row, "enabled": True, "start_at": None, "end_at": None, "recurs": None}


def without(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same rule switched off: to see what the list is without it."""
    return {**row, "enabled": False}


def save(shop: Shop, row: Mapping[str, Any], made_by: str) -> None:
    """Check the row and keep it; it counts in the next answer. Raises `BadRequest`."""
    checked(row)
    _keep(shop, {**row, "made_by": made_by or row.get("made_by")})


def switch(shop: Shop, rule_id: str, made_by: str, *, is_on: bool) -> None:
    """Switch a rule on or off."""
    _keep(shop, {"rule_id": rule_id, "enabled": is_on, **({"made_by": made_by} if made_by else {})})


def _keep(shop: Shop, row: Mapping[str, Any]) -> None:
    if set(row) < set(RULES.names):  # a row must be whole to be taken, whatever of it changes
        kept = shop.sql("SELECT * FROM rules WHERE rule_id = $id", {"id": row["rule_id"]}).to_pylist()
        row = {**(kept[0] if kept else {}), **row}
    refused = shop.upsert("rules", [dict(row)]).rejected
    if refused:
        raise BadRequest(
            "The rule was not taken.",
            got=str(refused[0].message),
            wanted="a row as the data dictionary describes `rules`",
            next="correct it and save again",
        )


def as_typed(moment: datetime | None, time_zone: str) -> str:
    """The moment as a field of a form has it, in the shop's time zone; "" for none."""
    if moment is None:
        return ""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(time_zone)).strftime(FORM_MOMENT)


def as_meant(typed: str, time_zone: str) -> datetime | None:
    """The moment that was typed in the shop's time zone, in UTC; None for nothing. Raises `BadRequest`."""
    if not typed or not typed.strip():
        return None
    try:
        local = datetime.strptime(typed.strip(), FORM_MOMENT).replace(tzinfo=ZoneInfo(time_zone))
    except ValueError as error:
        raise BadRequest(
            "A moment cannot be read.", got=typed, wanted="day and time, such as 2026-11-27T09:00", next="correct it"
        ) from error
    return local.astimezone(UTC)
