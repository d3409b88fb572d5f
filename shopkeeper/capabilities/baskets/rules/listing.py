"""From baskets to the table of frequent itemsets."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.baskets.read import LEVELS, Level, ShopBaskets, read_baskets, read_level
from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.progress import Part
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array, Tell
from shopkeeper.numerics.itemsets.families import closed_and_maximal
from shopkeeper.numerics.itemsets.found import Itemsets
from shopkeeper.numerics.itemsets.mining import Limits, Mined, frequent_itemsets

FEWEST_BASKETS = 5
"""An itemset in fewer baskets is an anecdote, however small the shop."""

SCHEMA = pa.schema([
    ("level", pa.string()), ("items", pa.string()), ("n_items", pa.int64()), ("n_baskets", pa.int64()), ("support", pa.float64()),
    ("is_closed", pa.bool_()), ("is_maximal", pa.bool_()),
])  # fmt: skip


def list_itemsets(view: ShopView, settings: BasketsSettings) -> Result:
    """The result of `baskets.itemsets`."""
    view.progress.step(0.0, "reading baskets")
    shop = some_baskets(view)
    asked = least_baskets(len(shop.baskets), settings.min_support)
    tables, counts, raised, card = [], [], "", {}
    for number, level in enumerate(levels_of(view, shop)):
        part = Part(view.progress, 0.2 + 0.25 * number, 0.45 + 0.25 * number, f"{level.name}: ")
        mined = _mined(level, asked, settings, part)
        tables.append(_table(level, mined.itemsets))
        counts.append(level.name)
        if mined.min_count > asked:
            raised += raised_words(level.name, mined.min_count, len(level.baskets))
        card[level.name] = {
            "method": mined.method, "min_baskets": mined.min_count, "n_itemsets": len(mined.itemsets),
            "by_size": np.bincount(mined.itemsets.sizes).tolist(),
        }  # fmt: skip
    table = pa.concat_tables([SCHEMA.empty_table(), *tables])
    larger = int(np.sum(np.asarray(table["n_items"]) > 1))
    share = f" ({asked / len(shop.baskets):.2%})" if asked <= len(shop.baskets) else ""
    found = f"{larger:,} sets of two and more {_words(counts)} are in at least {asked:,} of them{share}."
    headline = f"In {len(shop.baskets):,} baskets {found}{raised}"
    return Result(table, card=card, headline=headline)


def some_baskets(view: ShopView) -> ShopBaskets:
    """The shop's baskets; `NotEnoughData` where there is none."""
    shop = read_baskets(view)
    if len(shop.baskets) == 0:
        raise NotEnoughData(
            "There are no baskets.",
            got="order lines without a positive quantity",
            wanted="at least one order with a product",
            next="import orders with their lines: `shopkeeper import orders.csv`",
        )
    return shop


def levels_of(view: ShopView, shop: ShopBaskets) -> list[Level]:
    """Products always; categories and brands where products have them."""
    found = [read_level(view, shop, name) for name in LEVELS]
    return [level for level in found if level.name == "product" or len(level.ids) > 1]


def least_baskets(n_baskets: int, min_support: float) -> int:
    """How many baskets an itemset is in at least."""
    return max(FEWEST_BASKETS, int(np.ceil(min_support * n_baskets)))


def limits_of(settings: BasketsSettings) -> Limits:
    """What a search may take: half of the memory is for its threads, the rest for what is found."""
    return Limits(settings.max_items, settings.itemsets_most, settings.itemset_memory_mb * 1_000_000 // 4)


def raised_words(level: str, min_count: int, n_baskets: int) -> str:
    """What to add to a headline where the support did not fit."""
    return (
        f" So many sets would not fit: for {level} the support was raised to {min_count:,} baskets ({min_count / n_baskets:.2%})."
    )


def rising(part: Part, until: float, doing: str) -> Tell:
    """Tells ``part`` how far a search is, up to ``until`` (0-1); one that begins again with a larger support says nothing new."""
    most = 0.0

    def tell(share: float) -> None:
        nonlocal most
        most = max(most, until * share)
        part.step(most, doing)

    return tell


def _mined(level: Level, asked: int, settings: BasketsSettings, part: Part) -> Mined:
    return frequent_itemsets(
        level.baskets, asked, parent=level.parent, method=settings.itemset_method, limits=limits_of(settings),
        tell=rising(part, 1.0, "searching itemsets"),
    )  # fmt: skip


def _table(level: Level, itemsets: Itemsets) -> pa.Table:
    closed, maximal = closed_and_maximal(itemsets)
    n = max(itemsets.n_baskets, 1)
    columns = (
        pa.array([level.name] * len(itemsets), pa.string()), as_lists(level, itemsets.item, itemsets.starts),
        pa.array(itemsets.sizes), pa.array(itemsets.count), pa.array(itemsets.count / n), pa.array(closed), pa.array(maximal),
    )  # fmt: skip
    return pa.table(columns, schema=SCHEMA)


def as_lists(level: Level, item: Array, starts: Array) -> pa.StringArray:
    """JSON lists of the items' names: list i has ``item[starts[i]:starts[i + 1]]``."""
    words = [json.dumps(word, ensure_ascii=False) for word in level.ids.to_pylist()]
    codes, cuts = item.tolist(), starts.tolist()
    lists = ["[" + ", ".join([words[code] for code in codes[low:high]]) + "]" for low, high in itertools.pairwise(cuts)]
    return pa.array(lists, pa.string())


def _words(names: list[str]) -> str:
    plural = {"product": "products", "category": "categories", "brand": "brands"}
    words = [plural[name] for name in names]
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]
