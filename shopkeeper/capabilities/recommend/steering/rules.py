"""A rule: what the shop's people want shown or hidden, checked; rows of `rules` become these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shopkeeper.capabilities.recommend.steering.schedule import ALWAYS, ANYTIME, NEVER, Schedule, hours_of_week
from shopkeeper.core.errors import BadRequest
from shopkeeper.core.schema import CAPPED_EACH, RULE_ACTIONS

BOOST, BURY = 2.0, 0.1


@dataclass(frozen=True)
class Rule:
    """One rule, about ``product_id``, or about products of ``category`` (and below) and ``brand``, where these are given.

    ``action`` is pin (to ``position``), boost or bury (multiply with ``strength``), block, or cap (at most ``n_most`` in a list,
    of ``each`` brand, product_type or item_group by itself where that is given). ``place`` "" is everywhere. ``category`` and
    ``brand`` are in small letters.
    """

    rule_id: str
    action: str
    place: str = ""
    product_id: str = ""
    category: str = ""
    brand: str = ""
    strength: float = 1.0
    position: int = 1
    n_most: int = 0
    each: str = ""
    schedule: Schedule = ANYTIME
    note: str = ""
    made_by: str = ""

    @property
    def order(self) -> tuple[Any, ...]:
        """Of rules that cannot both hold the first does: one for this place, then what began last, then by number."""
        return (self.place == "", -self.schedule.start_at, self.rule_id)


def rule_from(row: Mapping[str, Any]) -> Rule | None:
    """The rule in a row of `rules`; None for one that is switched off. Raises `BadRequest` for one that cannot be meant."""
    if row.get("enabled") is False:
        return None
    rule_id, action = str(row["rule_id"]), str(row.get("action") or "")
    _check(rule_id, action, row)
    return Rule(
        rule_id=rule_id,
        action=action,
        place=(row.get("place") or "").strip(),
        product_id=(row.get("product_id") or "").strip(),
        category=(row.get("product_type") or "").strip().casefold(),
        brand=(row.get("brand") or "").strip().casefold(),
        strength=_strength(rule_id, action, row.get("strength")),
        position=int(row.get("position") or 1),
        n_most=int(row.get("n_most") or 0),
        each=row.get("each") or "",
        schedule=Schedule(
            _micros(row.get("start_at"), ALWAYS), _micros(row.get("end_at"), NEVER), hours_of_week(row.get("recurs") or "")
        ),
        note=row.get("note") or "",
        made_by=row.get("made_by") or "",
    )


def _check(rule_id: str, action: str, row: Mapping[str, Any]) -> None:
    if action not in RULE_ACTIONS:
        raise _bad(rule_id, "has no action that is known", repr(action), "one of " + ", ".join(RULE_ACTIONS))
    targets = [name for name in ("product_id", "product_type", "brand") if (row.get(name) or "").strip()]
    if action == "cap":
        if row.get("n_most") is None:
            raise _bad(rule_id, "caps without a number", "no n_most", "n_most: how many such products a list may have")
        if (row.get("each") or "") not in ("", *CAPPED_EACH):
            raise _bad(rule_id, "counts by something unknown", repr(row["each"]), "each: " + ", ".join(CAPPED_EACH))
        if not targets and not row.get("each"):
            raise _bad(rule_id, "says nothing about what it caps", "no target", "product_type, brand or each")
    elif not targets:
        raise _bad(rule_id, "names no product", "no target", "product_id, product_type or brand")
    start, end = row.get("start_at"), row.get("end_at")
    if start is not None and end is not None and _micros(end, NEVER) <= _micros(start, ALWAYS):
        raise _bad(rule_id, "ends before it begins", f"{start} to {end}", "an end_at after start_at")


def _strength(rule_id: str, action: str, given: float | None) -> float:
    if action == "boost":
        strength = BOOST if given is None else float(given)
        if not 1.0 <= strength <= 1e6:
            raise _bad(rule_id, "boosts by less than 1", f"strength {given:g}", "1 to 1000000; `bury` lowers")
        return strength
    if action == "bury":
        strength = BURY if given is None else float(given)
        if not 0.0 <= strength <= 1.0:
            raise _bad(rule_id, "buries by more than 1", f"strength {given:g}", "0 to 1; `boost` raises")
        return strength
    return 1.0


def _bad(rule_id: str, what: str, got: str, wanted: str) -> BadRequest:
    return BadRequest(f"Rule {rule_id!r} {what}.", got=got, wanted=wanted, next=f"correct rule {rule_id!r}", rule_id=rule_id)


def _micros(moment: datetime | None, default: int) -> int:
    """Microseconds since 1970; a moment without a zone counts as UTC."""
    if moment is None:
        return default
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    span = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
