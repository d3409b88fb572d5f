"""From baskets to the table of rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.baskets.read import Level, ShopBaskets
from shopkeeper.capabilities.baskets.rules.changes import Changes, changes
from shopkeeper.capabilities.baskets.rules.judge import judge_rules
from shopkeeper.capabilities.baskets.rules.listing import (
    FEWEST_BASKETS,
    as_lists,
    least_baskets,
    levels_of,
    limits_of,
    raised_words,
    rising,
    some_baskets,
)
from shopkeeper.capabilities.baskets.rules.periods import Periods, periods
from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.core.progress import Part
from shopkeeper.core.results import Result, Score
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.itemsets.rules.finding import Rules, find_rules
from shopkeeper.numerics.itemsets.rules.measures import measures
from shopkeeper.numerics.itemsets.rules.seeing import Wanted
from shopkeeper.numerics.itemsets.rules.tails import fisher

SMALLEST_P = 1e-300
SCHEMA = pa.schema([
    ("level", pa.string()), ("antecedent", pa.string()), ("consequent", pa.string()), ("n_baskets", pa.int64()),
    ("support", pa.float64()), ("confidence", pa.float64()), ("lift", pa.float64()), ("leverage", pa.float64()),
    ("conviction", pa.float64()), ("zhang", pa.float64()), ("n_expected", pa.float64()), ("size_lift", pa.float64()),
    ("p_value", pa.float64()), ("p_corrected", pa.float64()), ("p_fisher", pa.float64()), ("is_new", pa.bool_()),
    ("has_faded", pa.bool_()), ("first_at", pa.timestamp("us")), ("recent_lift", pa.float64()),
])  # fmt: skip


def tell_rules(view: ShopView, settings: BasketsSettings) -> Result:
    """The result of `baskets.rules`."""
    view.progress.step(0.0, "reading baskets")
    shop = some_baskets(view)
    levels = levels_of(view, shop)
    over_time = periods(shop.at, settings.recent_days)
    tables, scores, card, told = [], list[Score](), dict[str, Any](), []
    for number, level in enumerate(levels):
        part = Part(view.progress, 0.1 + 0.9 * number / len(levels), 0.1 + 0.9 * (number + 1) / len(levels), f"{level.name}: ")
        rules = _found(level, over_time, settings, len(levels), part)
        change = changes(rules, over_time, settings.rule_error_share)
        kept = _listed(change, settings.rules_most)
        best = rules.some(kept)
        tables.append(_table(level, shop, best, change.some(kept)))
        scores.extend(_scores(level, shop, settings, len(levels), view.seed))
        card[level.name] = _card(rules, best)
        told.append(_words(level, rules, best, settings))
    table = pa.concat_tables([SCHEMA.empty_table(), *tables])
    card["recent_days"] = round(over_time.recent_days, 1)
    return Result(table, tuple(scores), card=card, headline=_headline(table, told, over_time))


def _found(level: Level, over_time: Periods, settings: BasketsSettings, n_levels: int, part: Part) -> Rules:
    return find_rules(
        level.baskets, level.direct, level.parent, over_time.period, over_time.n, _wanted(settings, n_levels),
        rising(part, 0.6, "testing rules"),
    )  # fmt: skip


def _wanted(settings: BasketsSettings, n_levels: int) -> Wanted:
    return Wanted(
        settings.min_support, FEWEST_BASKETS, settings.min_confidence, settings.min_lift, settings.rule_error_share,
        not settings.keep_redundant, settings.itemset_method, limits_of(settings), n_levels,
    )  # fmt: skip


def _listed(change: Changes, most: int) -> Array:
    """The places of the rules that are listed: the best ones, a fifth of the room kept for what has changed."""
    changed = np.flatnonzero(change.is_new | change.has_faded)[: max(1, most // 5)]
    others = np.setdiff1d(np.arange(len(change.is_new)), changed)
    return np.sort(np.concatenate((changed, others[: max(0, most - len(changed))]))).astype(np.int64)


def _table(level: Level, shop: ShopBaskets, rules: Rules, change: Changes) -> pa.Table:
    seen, n = rules.seen, len(level.baskets)
    n_both, n_left = seen.itemsets.count[rules.whole], seen.itemsets.count[rules.antecedent]
    n_right = rules.n_consequent.sum(axis=1)
    found = measures(n_both, n_left, n_right, n)
    item = seen.itemsets.item
    sizes = seen.itemsets.sizes[rules.antecedent]
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    items = [item[seen.itemsets.starts[each] : seen.itemsets.starts[each + 1]] for each in rules.antecedent]
    of_antecedents = as_lists(level, np.concatenate([item[:0], *items]), starts)
    first_at = shop.at[seen.first[rules.whole]]
    columns = (
        pa.array([level.name] * len(rules), pa.string()), of_antecedents,
        as_lists(level, rules.consequent, np.arange(len(rules) + 1)), pa.array(n_both), pa.array(found.support),
        pa.array(found.confidence), pa.array(found.lift), pa.array(found.leverage), _numbers(found.conviction),
        pa.array(found.zhang), pa.array(rules.expected), _numbers(n_both / np.maximum(rules.expected, 1e-300)),
        _p(rules.log_p), pa.array(np.maximum(rules.p_corrected, SMALLEST_P)), _p(fisher(n_both, n_left, n_right, n)),
        pa.array(change.is_new), pa.array(change.has_faded), pa.array(first_at).cast(pa.timestamp("us")),
        _numbers(change.recent_lift),
    )  # fmt: skip
    return pa.table(columns, schema=SCHEMA)


def _numbers(values: Array) -> pa.DoubleArray:
    """Numbers, empty where there is no finite one."""
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _p(log_p: Array) -> pa.DoubleArray:
    """Chances, never smaller than what a number can hold well."""
    return pa.array(np.maximum(np.exp(np.maximum(log_p, -700.0)), SMALLEST_P))


def _scores(level: Level, shop: ShopBaskets, settings: BasketsSettings, n_levels: int, seed: int) -> tuple[Score, ...]:
    """How the rules of the earlier baskets hold in the newest ones."""
    n = len(level.baskets)
    cut = n - round(settings.rules_test_share * n)
    if level.name != "product" or min(cut, n - cut) < 2 * FEWEST_BASKETS:
        return ()
    earlier, direct = level.baskets.between(0, cut), level.direct.between(0, cut)
    over_time = periods(shop.at[:cut], settings.recent_days)
    rules = find_rules(earlier, direct, level.parent, over_time.period, over_time.n, _wanted(settings, n_levels))
    return judge_rules(
        rules.some(np.arange(min(len(rules), settings.rules_most))),
        level.baskets.between(cut, n),
        earlier.counts,
        level.parent,
        seed,
    )


def _card(rules: Rules, best: Rules) -> dict[str, Any]:
    return {
        "n_itemsets": len(rules.seen.itemsets), "n_tried": int(rules.seen.n_tried.sum()), "n_rules": len(rules),
        "n_listed": len(best), "min_baskets": rules.seen.min_count,
        "correction": "Holm within antecedents of one size, Bonferroni between sizes and levels",
        "null": "items as frequent and baskets as large as they are, in each period",
    }  # fmt: skip


def _words(level: Level, rules: Rules, best: Rules, settings: BasketsSettings) -> str:
    plural = {"product": "products", "category": "categories", "brand": "brands"}[level.name]
    listed = "" if len(best) == len(rules) else f", of which the best {len(best):,} are listed"
    asked = least_baskets(len(level.baskets), settings.min_support)
    raised = raised_words(level.name, rules.seen.min_count, len(level.baskets)) if rules.seen.min_count > asked else ""
    return f"{len(rules):,} rules between {plural} of {int(rules.seen.n_tried.sum()):,} tried{listed}{raised}"


def _headline(table: pa.Table, told: list[str], over_time: Periods) -> str:
    n_new, n_faded = (int(np.sum(np.asarray(table[name]))) for name in ("is_new", "has_faded"))
    changed = (
        f"; {n_new:,} are new in the last {over_time.recent_days:.0f} days and {n_faded:,} have faded" if table.num_rows else ""
    )
    return f"Chance does not explain {'; '.join(told)}{changed}."
