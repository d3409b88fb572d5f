"""All rules of the shop, ready to be asked: which hold at a place and a moment, as arrays.

Of rules that disagree about a product: block wins, then pin, then cap (pinned products count, and are never left out), then boost
and bury, which multiply. What holds is put together once for a place and a span of time in which no rule begins or ends.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.steering.categories import CategoryTree
from shopkeeper.capabilities.recommend.steering.rules import Rule, rule_from
from shopkeeper.core.errors import BadRequest
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.steering.matching import Factors

KEPT = 128  # places and spans of time
ANY = (-1, -1, -1)


@dataclass(frozen=True)
class Target:
    """What a rule is about as codes: ``product`` (-1: any), category ranks ``[low, high)`` (-1: any), ``brand`` (-1: any)."""

    product: int
    low: int
    high: int
    brand: int

    def concerns(self, codes: Array, ranks: Array, brands: Array) -> Array:
        """Bool: which of these products."""
        found: Array = np.ones(len(codes), np.bool_)
        if self.product >= 0:
            found &= codes == self.product
        if self.low >= 0:
            found &= (self.low <= ranks) & (ranks < self.high)
        if self.brand >= 0:
            found &= brands == self.brand
        return found


class Held:
    """The rules that hold at one place during ``[from_at, until_at)``."""

    def __init__(self, rules: Iterable[Rule], targets: Mapping[str, Target], tree: CategoryTree, span: tuple[int, int]) -> None:
        self.from_at, self.until_at = span
        self.rules = sorted((rule for rule in rules if rule.rule_id in targets), key=lambda rule: rule.order)
        self.targets = targets
        self.tree = tree
        by_action: dict[str, list[Rule]] = {}
        for rule in self.rules:
            by_action.setdefault(rule.action, []).append(rule)
        self.blocks = by_action.get("block", [])
        self.pins = sorted(by_action.get("pin", []), key=lambda rule: rule.position)
        self.caps = by_action.get("cap", [])
        self.moves = [rule for rule in self.rules if rule.action in ("boost", "bury")]
        self.factors = self._factors() if self.moves else None
        self._blocked: tuple[int, Array] | None = None
        named = [targets[rule.rule_id] for rule in self.rules]
        self._columns = tuple(
            np.array([getattr(target, name) for target in named], np.int32) for name in ("product", "low", "high", "brand")
        )

    @property
    def any(self) -> bool:
        """Whether any rule holds."""
        return bool(self.rules)

    def _factors(self) -> Factors:
        own: dict[int, float] = {}
        wide = []
        for rule in self.moves:
            target = self.targets[rule.rule_id]
            if target.product >= 0 and (target.low, target.high, target.brand) == ANY:
                own[target.product] = own.get(target.product, 1.0) * rule.strength
            elif target.product < 0:
                wide.append((target, rule.strength))
        codes = sorted(own)
        return Factors(
            np.array(codes, np.int32),
            np.array([own[code] for code in codes], np.float32),
            np.array([target.low for target, _ in wide], np.int32),
            np.array([target.high for target, _ in wide], np.int32),
            np.array([target.brand for target, _ in wide], np.int32),
            np.array([strength for _, strength in wide], np.float32),
            self.tree.rank,
        )

    def ranks(self, categories: Array) -> Array:
        """int32: the rank of each category code, -1 for those that are unknown or came after the tree."""
        known = (categories >= 0) & (categories < len(self.tree))
        return np.where(known, np.append(self.tree.rank, -1)[np.where(known, categories, -1)], -1)

    def concerned(self, codes: Array, catalog: Catalog) -> list[list[Rule]]:
        """The rules that concern each of these products (int32 codes), in their order."""
        category, brand = self.ranks(catalog.category[codes])[:, None], catalog.brand[codes][:, None]
        product, low, high, wanted = self._columns
        found = (product < 0) | (product == codes[:, None])
        found &= (low < 0) | ((low <= category) & (category < high))
        found &= (wanted < 0) | (wanted == brand)
        return [[self.rules[place] for place in np.flatnonzero(row).tolist()] for row in found]

    def blocked(self, catalog: Catalog) -> Array | None:
        """uint8 [capacity]: 0 for each product that is blocked, 1 for all others; None where nothing is."""
        if not self.blocks:
            return None
        kept = self._blocked
        if kept is None or kept[0] != catalog.capacity:
            kept = self._blocked = (catalog.capacity, self._mask(catalog))
        return kept[1]

    def look_again(self, codes: Array, catalog: Catalog) -> None:
        """Take what changed about these products: whether they are blocked."""
        kept = self._blocked
        if kept is None or kept[0] != catalog.capacity:
            return
        ranks, brands = self.ranks(catalog.category[codes]), catalog.brand[codes]
        stopped = np.zeros(len(codes), np.bool_)
        for rule in self.blocks:
            stopped |= self.targets[rule.rule_id].concerns(codes, ranks, brands)
        kept[1][codes] = ~stopped

    def _mask(self, catalog: Catalog) -> Array:
        passes = np.ones(catalog.capacity, np.uint8)
        of_category, of_brand = np.zeros(len(self.tree) + 1, np.bool_), np.zeros(len(catalog.brands) + 1, np.bool_)
        for rule in self.blocks:
            target = self.targets[rule.rule_id]
            if target.product >= 0:
                passes[target.product] = 0
            elif target.brand < 0:
                of_category[:-1] |= (target.low <= self.tree.rank) & (self.tree.rank < target.high)
            elif target.low < 0:
                of_brand[target.brand] = True
            else:
                passes[target.concerns(passes, self.ranks(catalog.category), catalog.brand)] = 0
        if of_category.any():
            passes[of_category[np.minimum(catalog.category, len(self.tree))]] = 0
        if of_brand.any():
            passes[of_brand[np.minimum(catalog.brand, len(of_brand) - 1)]] = 0
        return passes


class Rulebook:
    """Rules by number, and what holds when. Thread-safe; a rule that cannot be meant is kept in ``problems`` and does nothing."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], catalog: Catalog) -> None:
        self._catalog = catalog
        self._lock = threading.Lock()
        self._rules: dict[str, Rule] = {}
        self.problems: dict[str, BadRequest] = {}
        self._take(rows)
        self.compile()

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules that are switched on and can be meant, whatever their schedules say now."""
        return self._rules

    def change(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Take new and changed rows of `rules`."""
        with self._lock:
            self._take(rows)
        self.compile()

    def trying(self, rows: Iterable[Mapping[str, Any]]) -> Rulebook:
        """A rulebook of its own in which these rows of `rules` hold too, in the stead of those of the same number.

        Raises `BadRequest` for one that cannot be meant.
        """
        rows = tuple(rows)
        for row in rows:
            rule_from(row)
        tried = Rulebook((), self._catalog)
        tried._rules = dict(self._rules)
        tried.change(rows)
        return tried

    def _take(self, rows: Iterable[Mapping[str, Any]]) -> None:
        rules, problems = dict(self._rules), dict(self.problems)
        for row in rows:
            rule_id = str(row["rule_id"])
            rules.pop(rule_id, None)
            problems.pop(rule_id, None)
            try:
                rule = rule_from(row)
            except BadRequest as problem:
                problems[rule_id] = problem
            else:
                if rule is not None:
                    rules[rule_id] = rule
        self._rules, self.problems = rules, problems

    def compile(self) -> None:
        """Look up what the rules are about, anew: after rules, products, categories or brands came or changed."""
        with self._lock:
            tree = CategoryTree(self._catalog.categories)
            targets = {}
            for rule in self._rules.values():
                target = _target(rule, self._catalog, tree)
                if target is not None:
                    targets[rule.rule_id] = target
            self._waiting = len(targets) < len(self._rules)
            self._seen = self._vocabulary()
            self._places = frozenset(rule.place for rule in self._rules.values())
            self._held: dict[str, Held] = {}
            self._targets, self.tree = targets, tree

    def _vocabulary(self) -> tuple[int, int, int]:
        """Grows when something comes that a rule may be about; new products count only while a rule waits for one."""
        catalog = self._catalog
        return len(catalog.categories), len(catalog.brands), catalog.n_products if self._waiting else 0

    def look_again(self, codes: Array) -> None:
        """Take what changed about these products (int32 codes)."""
        if self._seen != self._vocabulary():
            self.compile()
        for held in tuple(self._held.values()):
            held.look_again(codes, self._catalog)

    def held(self, place: str, now: int) -> Held:
        """The rules that hold at ``place`` at ``now`` (microseconds)."""
        if self._waiting and self._seen != self._vocabulary():
            self.compile()
        key = place if place in self._places else ""
        found = self._held.get(key)
        if found is None or not found.from_at <= now < found.until_at:
            with self._lock:
                found = self._hold(key, now)
        return found

    def _hold(self, place: str, now: int) -> Held:
        here = [rule for rule in self._rules.values() if rule.place in ("", place)]
        until = min((rule.schedule.next_change(now) for rule in here), default=2**63 - 1)
        found = Held((rule for rule in here if rule.schedule.holds(now)), self._targets, self.tree, (now, until))
        if len(self._held) >= KEPT:
            self._held.pop(next(iter(self._held)))
        self._held[place] = found
        return found


def _target(rule: Rule, catalog: Catalog, tree: CategoryTree) -> Target | None:
    """The rule's codes; None while the shop has no product that it could be about."""
    if rule.product_id:
        code = catalog.find(rule.product_id)
        return Target(code, -1, -1, -1) if code >= 0 else None
    low, high = tree.span(rule.category) if rule.category else (-1, -1)
    brand = catalog.brands.get(rule.brand, -1) if rule.brand else -1
    if (rule.category and low == high) or (rule.brand and brand < 0):
        return None
    return Target(-1, low, high, brand)
