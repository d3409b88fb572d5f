"""The stage of an answer that puts the pool in the order that the shop wants: one entry for everything that steers.

In this order: what must not be shown leaves (blocked, owned where it is hidden); scores are multiplied (owned and not due, price
level, boost and bury); pins take their positions; the others follow by score and, where asked for, variety, as long as caps
allow; what was shown too often comes last. Where nothing is asked for, the pool's first products are the list.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.loaded.pool import RULE
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.steering import buy_again, price_level
from shopkeeper.capabilities.recommend.steering.buy_again import BuyAgain
from shopkeeper.capabilities.recommend.steering.categories import CategoryTree
from shopkeeper.capabilities.recommend.steering.exposure import ExposureCounter
from shopkeeper.capabilities.recommend.steering.placements import Placements
from shopkeeper.capabilities.recommend.steering.price_level import PriceLevel
from shopkeeper.capabilities.recommend.steering.rulebook import Held, Rulebook
from shopkeeper.capabilities.recommend.steering.rules import Rule
from shopkeeper.capabilities.recommend.steering.steered import NO_DAYS, NOTHING, Asked, Pins, Steered, note
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.coding import PackedTexts, pack
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log
from shopkeeper.numerics.steering.matching import among, multiplied
from shopkeeper.numerics.steering.selection import NOT_ALIKE, Likeness, choose, relevance

NO_GRAPH = Graph(np.zeros(1, np.int64), NOTHING, NO_DAYS)
ARRAYS = ("steering_paths", "steering_path_offsets", *buy_again.ARRAYS, *price_level.ARRAYS)


def learn_steering(
    log: Log, price: Array, category: Array, categories: Mapping[str, int], settings: RecommendSettings
) -> dict[str, Array]:
    """The arrays that steering learns: when things are bought again, and how dear customers buy.

    ``price`` float32 and ``category`` int32 by the log's products, ``categories`` {path in small letters: code}, as the catalog
    has them.
    """
    paths = pack(categories)
    tree = CategoryTree({paths.text(place): place for place in range(len(paths))})
    place_of = np.array([paths.find(path) for path in categories] + [-1], np.int32)
    kind = place_of[category[: log.n_products]]
    return {
        "steering_paths": paths.data,
        "steering_path_offsets": paths.offsets,
        **BuyAgain.learn(log, kind, tree, settings.buy_again_shrinkage),
        **PriceLevel.learn(log, price[: log.n_products], kind, tree),
    }


class Steering:
    """What steers a shop's answers. Thread-safe; `observe` makes changes count in the next answer."""

    def __init__(
        self, arrays: Mapping[str, Array], settings: RecommendSettings, rulebook: Rulebook, placements: Placements,
        catalog: Catalog, likeness: Graph = NO_GRAPH,
    ) -> None:  # fmt: skip
        self.settings, self.rulebook, self.placements, self.catalog = settings, rulebook, placements, catalog
        self.exposure = ExposureCounter(settings.exposure_window)
        self._likeness = likeness
        self._arrays = {name: arrays[name] for name in ARRAYS if name in arrays}
        self._adapt()

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, Array], settings: RecommendSettings, rules: Iterable[Mapping[str, Any]],
        placements: Iterable[Mapping[str, Any]], catalog: Catalog, *, likeness: Graph = NO_GRAPH, retrievers: Sequence[str] = (),
    ) -> Steering:  # fmt: skip
        """Steering from saved arrays (see `learn_steering`; without them nothing is known of what is due and dear).

        ``rules`` and ``placements`` are rows of these tables; ``likeness`` is a graph with weights from 0 to 1, such as that of
        texts; ``retrievers`` are the names that a placement's mix may have (none: any).
        """
        return cls(arrays, settings, Rulebook(rules, catalog), Placements(placements, retrievers), catalog, likeness)

    def _adapt(self) -> None:
        """Fit what was learned by category to the catalog's categories as they are now."""
        self._tree = self.rulebook.tree
        self.buy_again: BuyAgain | None = None
        self.price_level: PriceLevel | None = None
        if len(self._arrays) == len(ARRAYS):
            paths = PackedTexts(self._arrays["steering_paths"], self._arrays["steering_path_offsets"])
            rows = self._tree.rows_in(paths)
            self.buy_again = BuyAgain.from_arrays(self._arrays, rows)
            self.price_level = PriceLevel.from_arrays(self._arrays, rows)

    def observe(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take rows that arrived after learning: rules, placements, products (after the catalog took them)."""
        if table == "rules":
            self.rulebook.change(rows)
        elif table == "placements":
            self.placements.change(rows)
        elif table == "products":
            codes = np.array([self.catalog.find(str(row["product_id"])) for row in rows], np.int32)
            self.rulebook.look_again(codes[codes >= 0])
        if self._tree is not self.rulebook.tree:
            self._adapt()

    def trying(self, rows: Iterable[Mapping[str, Any]]) -> Steering:
        """The same with these rows of `rules` tried; nothing of it stays. Raises `BadRequest` for one that cannot be meant."""
        tried = copy.copy(self)
        tried.rulebook = self.rulebook.trying(rows)
        if tried.rulebook.tree is not self._tree:
            tried._adapt()
        return tried

    def allowed(self, mask: Array, place: str, now: int, *, out: Array | None = None) -> Array:
        """``mask`` uint8 [capacity] less what is blocked at the place: for retrievers and fallbacks.

        ``mask`` itself where nothing is blocked; else in ``out`` uint8, if given, or a new array.
        """
        blocked = self.rulebook.held(place, now).blocked(self.catalog)
        if blocked is None:
            return mask
        found = np.empty_like(mask) if out is None else out[: len(mask)]
        size = min(len(mask), len(blocked))
        np.bitwise_and(mask[:size], blocked[:size], out=found[:size])
        found[size:] = mask[size:]
        return found

    def shown(self, place: str, codes: Array) -> None:
        """Count what an answer showed, where any cap on exposure is set for the place."""
        placement = self.placements.get(place)
        caps = (placement.exposure_cap, placement.brand_exposure_cap)
        knobs = (self.settings.exposure_cap, self.settings.brand_exposure_cap)
        if min(knob if cap is None else cap for cap, knob in zip(caps, knobs, strict=True)) < 1.0:
            self.exposure.add(place, codes, self.catalog.brand[codes])

    # -- one answer

    def steer(self, codes: Array, scores: Array, rungs: Array, asked: Asked) -> Steered:
        """The pool (codes int32, scores float32, rungs uint8, best first) in its new order, with what moved what."""
        held = self.rulebook.held(asked.place, asked.now) if asked.with_rules else None
        if held is not None and not held.any:
            held = None
        capped = asked.exposure_cap < 1.0 or asked.brand_exposure_cap < 1.0
        if held is None and not (capped or asked.hides or asked.learns or asked.diversity > 0 or asked.price_affinity > 0):
            n = min(asked.n, len(codes))
            return Steered(codes[:n], scores[:n], rungs[:n], np.arange(n, dtype=np.int32))
        return self._steer(codes, scores, rungs, asked, held)

    def _steer(self, codes: Array, scores: Array, rungs: Array, asked: Asked, held: Held | None) -> Steered:
        usable = self._usable(codes, asked, held)
        factors = self._factors(codes, asked, held)
        value = relevance(scores)
        for factor in factors.values():
            value = value * factor
        pins, extra = self._pins(codes, value, usable, asked, held) if held is not None and held.pins else ({}, [])
        if extra:
            more = len(extra)
            codes = np.concatenate((codes, np.array(extra, np.int32)))
            scores, value = (np.concatenate((each, np.zeros(more, np.float32))) for each in (scores, value))
            rungs = np.concatenate((rungs, np.full(more, RULE, np.uint8)))
            usable = np.concatenate((usable, np.zeros(more, np.bool_)))
            factors = {name: np.concatenate((each, np.ones(more, np.float32))) for name, each in factors.items()}
        pinned = np.full(asked.n, -1, np.int32)
        for position, (candidate, _) in pins.items():
            pinned[position] = candidate
        late = self._late(codes, asked)
        group, most = self._groups(codes, held)
        chosen, like = choose(
            value, usable=usable, late=late, pinned=pinned, group=group, most=most, diversity=asked.diversity,
            likeness=self._alike(codes) if asked.diversity > 0 else NOT_ALIKE,
        )  # fmt: skip
        origin = np.where(chosen < len(codes) - len(extra), chosen, -1).astype(np.int32)
        steered = Steered(codes[chosen], scores[chosen], rungs[chosen], origin)
        steered.factors = {name: each[chosen] for name, each in factors.items()}
        steered.likeness = like if asked.diversity > 0 else None
        steered.late = late[chosen] if late.any() else None
        if held is not None:
            note(steered, codes, chosen, pins, (group, most), asked.n, held, self.catalog)
        return steered

    def _usable(self, codes: Array, asked: Asked, held: Held | None) -> Array:
        usable: Array = np.ones(len(codes), np.bool_)
        if asked.hides:
            usable &= ~among(codes, asked.bought)
        blocked = held.blocked(self.catalog) if held is not None else None
        if blocked is not None:
            usable &= blocked[np.minimum(codes, len(blocked) - 1)] > 0
        return usable

    def _factors(self, codes: Array, asked: Asked, held: Held | None) -> dict[str, Array]:
        catalog, factors = self.catalog, {}
        if asked.learns and self.buy_again is not None:
            factors["owned"] = self.buy_again.factor(asked.bought, asked.bought_days, codes, catalog.category)
        if asked.price_affinity > 0 and self.price_level is not None:
            factors["price"] = self.price_level.factor(
                asked.bought, codes, catalog.price, catalog.category, asked.price_affinity
            )  # fmt: skip
        if held is not None and held.factors is not None:
            factors["rules"] = multiplied(codes, catalog.category, catalog.brand, held.factors)
        return factors

    def _late(self, codes: Array, asked: Asked) -> Array:
        if asked.exposure_cap >= 1.0 and asked.brand_exposure_cap >= 1.0:
            return np.zeros(len(codes), np.uint8)
        return self.exposure.over(
            asked.place, codes, self.catalog.brand[codes], asked.exposure_cap, asked.brand_exposure_cap
        )  # fmt: skip

    def _alike(self, codes: Array) -> Likeness:
        category, graph = self.catalog.category[codes], self._likeness
        level = self._tree.level[np.where(category < len(self._tree), category, -1)]
        return Likeness(
            level, self.catalog.brand[codes], self.catalog.item_group[codes], codes, graph.starts, graph.neighbor, graph.weight
        )

    def _groups(self, codes: Array, held: Held | None) -> tuple[Array, Array]:
        """(group int32 [candidates, caps], most int32 [caps]) of the caps that hold."""
        caps = held.caps if held is not None else []
        group = np.full((len(codes), len(caps)), -1, np.int32)
        if held is None or not caps:
            return group, np.empty(0, np.int32)
        catalog = self.catalog
        category, brand = catalog.category[codes], catalog.brand[codes]
        ranks = held.ranks(category)
        each = {"": np.zeros(len(codes), np.int32), "brand": brand, "product_type": category,
                "item_group": catalog.item_group[codes]}  # fmt: skip
        for column, rule in enumerate(caps):
            concerned = held.targets[rule.rule_id].concerns(codes, ranks, brand)
            group[concerned, column] = each[rule.each][concerned]
        return group, np.array([rule.n_most for rule in caps], np.int32)

    def _pins(self, codes: Array, value: Array, usable: Array, asked: Asked, held: Held) -> tuple[Pins, list[int]]:
        """(what is pinned where, codes of those that are not in the pool and follow it as candidates)."""
        pins: Pins = {}
        extra: list[int] = []
        used: set[int] = set()
        for rule in held.pins:
            position = next((place for place in range(rule.position - 1, asked.n) if place not in pins), -1)
            if position < 0:
                continue
            target = held.targets[rule.rule_id]
            found = np.flatnonzero(usable & self._concerns(held, rule, codes))
            found = np.array([place for place in found.tolist() if place not in used], np.int64)
            if len(found):
                candidate = int(found[np.argmax(value[found])])
            elif target.product >= 0 and target.product not in codes and self._passes(target.product, asked, held):
                if target.product in extra:
                    continue
                candidate = len(codes) + len(extra)
                extra.append(target.product)
            else:
                continue
            used.add(candidate)
            pins[position] = (candidate, rule)
        return pins, extra

    def _concerns(self, held: Held, rule: Rule, codes: Array) -> Array:
        ranks = held.ranks(self.catalog.category[codes])
        return held.targets[rule.rule_id].concerns(codes, ranks, self.catalog.brand[codes])

    def _passes(self, code: int, asked: Asked, held: Held) -> bool:
        """Whether a pinned product that is not in the pool may be shown: it keeps the request's filters and is not blocked."""
        blocked = held.blocked(self.catalog)
        if asked.allowed is not None and (code >= len(asked.allowed) or not asked.allowed[code]):
            return False
        if blocked is not None and code < len(blocked) and not blocked[code]:
            return False
        if code in asked.excluded or (asked.hides and code in asked.bought):
            return False
        return asked.any_price or asked.price_low <= float(self.catalog.price[code]) <= asked.price_high
