"""Association rules as a table and as a network: what is in a basket tells what else is in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView

N_DRAWN = 36
"""Arrows in the network: more of them are a ball of wool."""
LEVELS = ("product", "category", "brand")


@dataclass(frozen=True)
class Part:
    """A product, category or brand in a rule."""

    key: str
    title: str


@dataclass(frozen=True)
class Rule:
    """Baskets with all of ``antecedent`` have all of ``consequent`` ``lift`` times as often as chance would say."""

    antecedent: tuple[Part, ...]
    consequent: tuple[Part, ...]
    n_baskets: int
    support: float
    confidence: float
    lift: float
    leverage: float
    conviction: float | None
    zhang: float
    p_corrected: float
    is_new: bool
    has_faded: bool


@dataclass(frozen=True)
class Node:
    """A product, category or brand of the network; ``size`` is 0 to 1 by how many baskets its rules speak of."""

    part: Part
    size: float
    n_rules: int


@dataclass(frozen=True)
class Edge:
    """An arrow of the network; ``strength`` is 0 to 1 by lift."""

    source: str
    target: str
    strength: float
    rule: Rule


def levels(view: ShopView) -> tuple[str, ...]:
    """The levels that have rules, products first."""
    found = set(view.sql("SELECT DISTINCT level FROM basket_rules")["level"].to_pylist())
    return tuple(level for level in LEVELS if level in found)


def rules(view: ShopView, level: str) -> tuple[Rule, ...]:
    """Every rule of that level, in the order of the table: the strongest first."""
    rows = view.sql("SELECT * FROM basket_rules WHERE level = $level", {"level": level}).to_pylist()
    sets = [(json.loads(row["antecedent"]), json.loads(row["consequent"])) for row in rows]
    titles = titles_of(view, {key for both in sets for keys in both for key in keys}) if level == "product" else {}
    return tuple(
        _rule(row, *(tuple(Part(key, titles.get(key, key)) for key in keys) for keys in both))
        for row, both in zip(rows, sets, strict=True)
    )


def _rule(row: dict[str, Any], antecedent: tuple[Part, ...], consequent: tuple[Part, ...]) -> Rule:
    return Rule(
        antecedent,
        consequent,
        row["n_baskets"],
        row["support"],
        row["confidence"],
        row["lift"],
        row["leverage"],
        row["conviction"],
        row["zhang"],
        row["p_corrected"],
        bool(row["is_new"]),
        bool(row["has_faded"]),
    )


def titles_of(view: ShopView, product_ids: set[str]) -> dict[str, str]:
    """What these products are called; one without a title is left out."""
    found = view.sql(
        "SELECT product_id, title FROM products WHERE title IS NOT NULL AND product_id IN (SELECT unnest($ids))",
        {"ids": sorted(product_ids)},
    )
    return dict(zip(found["product_id"].to_pylist(), found["title"].to_pylist(), strict=True))


def matching(found: Sequence[Rule], typed: str, *, only: str = "") -> tuple[Rule, ...]:
    """The rules in which every typed word occurs; ``only`` is ``new`` or ``faded``."""
    words = typed.lower().split()

    def fits(rule: Rule) -> bool:
        if (only == "new" and not rule.is_new) or (only == "faded" and not rule.has_faded):
            return False
        told = " ".join(f"{part.key} {part.title}" for part in (*rule.antecedent, *rule.consequent)).lower()
        return all(word in told for word in words)

    return tuple(rule for rule in found if fits(rule))


def network(found: Sequence[Rule]) -> tuple[tuple[Node, ...], tuple[Edge, ...]]:
    """The strongest rules as arrows between their parts; a pair of parts has one arrow, that of its strongest rule.

    Rules of one part come first: what they tell, larger ones tell again.
    """
    edges: dict[tuple[str, str], Rule] = {}
    for rule in sorted(found, key=lambda rule: len(rule.antecedent) + len(rule.consequent) > 2):
        for source in rule.antecedent:
            for target in rule.consequent:
                if len(edges) < N_DRAWN:
                    edges.setdefault((source.key, target.key), rule)
    parts = {part.key: part for rule in edges.values() for part in (*rule.antecedent, *rule.consequent)}
    baskets: dict[str, int] = dict.fromkeys(parts, 0)
    n_rules: dict[str, int] = dict.fromkeys(parts, 0)
    for pair, rule in edges.items():
        for key in pair:
            baskets[key] = max(baskets[key], rule.n_baskets)
            n_rules[key] += 1
    most = max(baskets.values(), default=0) or 1
    strongest = max((rule.lift for rule in edges.values()), default=0.0) or 1.0
    nodes = tuple(Node(part, baskets[key] / most, n_rules[key]) for key, part in sorted(parts.items()) if n_rules[key])
    drawn = tuple(Edge(*pair, rule.lift / strongest, rule) for pair, rule in edges.items())
    return nodes, drawn
