"""Rules that chance does not explain: every rule in the itemsets, its test, and the correction for all that were tried."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.itemsets.rules.correcting import corrected
from shopkeeper.numerics.itemsets.rules.seeing import Seen, Wanted, look
from shopkeeper.numerics.itemsets.rules.testing import Evidence, rule_tests


@dataclass(frozen=True)
class Rules:
    """The rules that were kept, those with most baskets beyond chance first; one consequent each.

    ``whole`` int64 [rules] is a place among ``seen.itemsets``, ``position`` int64 [rules] the consequent's in that set.
    ``expected`` float64 [rules] are the baskets that chance makes; ``p_corrected`` float64 [rules]; ``limit`` float64 [rules]
    is what ``log_p`` float64 [rules] must not exceed if a rule is tested alone.
    """

    seen: Seen
    whole: Array
    position: Array
    expected: Array
    log_p: Array
    p_corrected: Array
    limit: Array

    def __len__(self) -> int:
        """How many rules."""
        return len(self.whole)

    def some(self, kept: Array) -> Rules:
        """Those at these places, in their order."""
        names = ("whole", "position", "expected", "log_p", "p_corrected", "limit")
        return replace(self, **{name: getattr(self, name)[kept] for name in names})

    @property
    def antecedent(self) -> Array:
        """int64 [rules]: places among the itemsets."""
        found: Array = self.seen.part[self.seen.itemsets.starts[self.whole] + self.position]
        return found

    @property
    def consequent(self) -> Array:
        """int32 [rules]: items."""
        found: Array = self.seen.itemsets.item[self.seen.itemsets.starts[self.whole] + self.position]
        return found

    @property
    def n_consequent(self) -> Array:
        """int64 [rules, periods]: the baskets with the consequent."""
        itemsets = self.seen.itemsets
        first, last = itemsets.block(1)
        at = np.zeros(int(itemsets.item.max(initial=0)) + 1, np.int64)
        at[itemsets.item[first:last]] = np.arange(first, last)
        found: Array = self.seen.n_with[at[self.consequent]]
        return found


def find_rules(
    baskets: Baskets,
    direct: Baskets,
    parent: Array,
    period: Array,
    n_periods: int,
    wanted: Wanted,
    tell: Tell = quiet,
) -> Rules:
    """The rules of ``baskets``, which have the items that ``direct`` names and all above them by ``parent`` int32 [items].

    ``period`` int [baskets] below ``n_periods``, the last one is the recent one: rules that are frequent there alone are looked
    at too.
    """
    seen = look(
        baskets, direct, np.asarray(parent, np.int32), np.asarray(period), n_periods, wanted, lambda share: tell(0.4 * share)
    )
    whole, position, size = _candidates(seen, wanted)
    n_families = max(1, int((seen.n_tried > 0).sum())) * wanted.n_families
    limit = np.log(wanted.error_rate) - np.log(np.maximum(seen.n_tried, 1)) - np.log(n_families)

    tested = rule_tests(
        seen.itemsets, seen.part, whole, position, seen.count, seen.itemsets.count, seen.chances, periods=(0, n_periods),
        least_lift=wanted.min_lift, worst_log_p=limit, productive=wanted.productive, tell=lambda share: tell(0.4 + 0.6 * share),
    )  # fmt: skip
    p_corrected = np.minimum(corrected(tested.log_p, size, seen.n_tried) * wanted.n_families, 1.0)
    beyond = np.round(seen.itemsets.count[whole] - tested.expected, 6)
    kept = np.flatnonzero(p_corrected <= wanted.error_rate)
    kept = kept[np.lexsort((position[kept], whole[kept], -beyond[kept]))]
    return Rules(
        seen, whole[kept], position[kept], tested.expected[kept], tested.log_p[kept], p_corrected[kept], limit[size[kept]]
    )


def evidence_in(rules: Rules, first: int, last: int) -> Evidence:
    """The tests of the rules in the periods ``first`` to ``last`` (not included) alone, each rule as a whole."""
    seen = rules.seen
    return rule_tests(
        seen.itemsets, seen.part, rules.whole, rules.position, seen.count, seen.n_with[:, first:last].sum(axis=1), seen.chances,
        periods=(first, last), productive=False,
    )  # fmt: skip


def _candidates(seen: Seen, wanted: Wanted) -> tuple[Array, Array, Array]:
    """(set, consequent's position in it, antecedent's size) of every rule that is confident enough."""
    sizes = seen.itemsets.sizes
    n_rules = np.where(sizes > 1, sizes, 0)
    whole = np.repeat(np.arange(len(sizes)), n_rules)
    position = np.arange(len(whole)) - np.repeat(np.cumsum(n_rules) - n_rules, n_rules)
    antecedent = seen.part[seen.itemsets.starts[whole] + position]
    confident = seen.itemsets.count[whole] >= wanted.min_confidence * seen.itemsets.count[antecedent]
    return whole[confident], position[confident], sizes[whole[confident]] - 1
