"""What one answer asks of steering, and what comes out: the new order with what moved what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.steering.rulebook import Held
from shopkeeper.capabilities.recommend.steering.rules import Rule
from shopkeeper.numerics.compiling import Array

NOTHING = np.empty(0, np.int32)
NO_DAYS = np.empty(0, np.float32)
Pins = dict[int, tuple[int, Rule]]  # {position from 0: (candidate, rule)}


@dataclass(frozen=True)
class Asked:
    """What one answer asks of steering.

    ``now`` in microseconds. ``allowed`` uint8 [capacity] (None: all), ``excluded`` int32 and the price band are the request's
    filters, as in the ladder; pins keep them. ``bought`` int32 with ``bought_days`` float32 since, the newest first, are the
    customer's purchases. ``owned`` is hide, learned or show; see `RecommendSettings` for the other knobs.
    """

    n: int
    now: int
    place: str = ""
    allowed: Array | None = None
    excluded: Array = field(default_factory=lambda: NOTHING)
    price_low: float = 0.0
    price_high: float = float("inf")
    any_price: bool = True
    with_rules: bool = True
    diversity: float = 0.0
    exposure_cap: float = 1.0
    brand_exposure_cap: float = 1.0
    price_affinity: float = 0.0
    owned: str = "show"
    bought: Array = field(default_factory=lambda: NOTHING)
    bought_days: Array = field(default_factory=lambda: NO_DAYS)

    @property
    def hides(self) -> bool:
        """Whether bought products must go."""
        return self.owned == "hide" and len(self.bought) > 0

    @property
    def learns(self) -> bool:
        """Whether bought products count as they are due."""
        return self.owned == "learned" and len(self.bought) > 0


@dataclass
class Steered:
    """The new order. Arrays of one length, at most ``n``.

    ``codes`` int32, ``scores`` float32 and ``rungs`` uint8 as in the pool (0 and the rung `RULE` for what only a pin brought in);
    ``origin`` int32: the place in the pool, from 0, or -1. ``moved`` {code: [{rule_id, action, from, to}]} has the rules that
    concern what is shown, ``left_out`` the same for what the rules kept from the list (``to`` None); places from 1.
    ``factors`` {owned, price, rules: float32} where they were applied; ``likeness`` float32 to what was chosen before, where
    variety was asked for; ``late`` uint8 where something was shown too often.
    """

    codes: Array
    scores: Array
    rungs: Array
    origin: Array
    moved: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    left_out: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    factors: dict[str, Array] = field(default_factory=dict)
    likeness: Array | None = None
    late: Array | None = None


def note(
    steered: Steered, codes: Array, chosen: Array, pins: Pins, groups: tuple[Array, Array], n: int, held: Held, catalog: Catalog
) -> None:
    """Write down which rules concern what is shown, and which kept others of the pool's first ``n`` from it.

    ``codes`` int32 are the candidates and ``chosen`` the places of those shown; ``groups`` as `choose` takes them.
    """
    by_pin = dict(pins.values())
    factor = steered.factors.get("rules")
    moved = np.zeros(len(chosen), np.bool_) if factor is None else factor != 1.0
    is_missing = np.ones(len(codes), np.bool_)
    is_missing[chosen] = False
    missing = np.flatnonzero(is_missing[:n])
    concerned = dict(zip(codes[missing].tolist(), held.concerned(codes[missing], catalog), strict=True))
    concerned.update(zip(steered.codes[moved].tolist(), held.concerned(steered.codes[moved], catalog), strict=True))
    for place, (candidate, origin) in enumerate(zip(chosen.tolist(), steered.origin.tolist(), strict=True)):
        code = int(codes[candidate])
        rules = [by_pin[candidate]] if candidate in by_pin else []
        rules = rules + [rule for rule in concerned.get(code, ()) if rule.action in ("boost", "bury")]
        if rules:
            steered.moved[code] = [_entry(rule, origin + 1 or None, place + 1) for rule in rules]
    for candidate in missing.tolist():
        code = int(codes[candidate])
        rules = [rule for rule in concerned[code] if rule.action == "block"] or _full(candidate, chosen, groups, held)
        rules = rules or [rule for rule in concerned[code] if rule.action == "bury"]
        if rules:
            steered.left_out[code] = [_entry(rule, candidate + 1, None) for rule in rules]


def _full(candidate: int, chosen: Array, groups: tuple[Array, Array], held: Held) -> list[Rule]:
    """The caps of which the list already has as many as it may."""
    group, most = groups
    return [
        rule for column, rule in enumerate(held.caps)
        if group[candidate, column] >= 0 and (group[chosen, column] == group[candidate, column]).sum() >= most[column]
    ]  # fmt: skip


def _entry(rule: Rule, before: int | None, after: int | None) -> dict[str, Any]:
    return {"rule_id": rule.rule_id, "action": rule.action, "from": before, "to": after}
