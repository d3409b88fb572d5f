"""What a customer owns: hidden, shown, or offered again when it is due. NDCG@10 of all purchases, on real shops.

A part of `python -m benchmarks.recommend.run --only owned`: how loudly own products speak is chosen on the validation period
for each way by itself; the test period is looked at once. The item graph has its default parameters throughout.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from shopkeeper.capabilities.recommend.judging.exam import Exam, exam, gains
from shopkeeper.capabilities.recommend.judging.periods import periods
from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.method import Lists
from shopkeeper.capabilities.recommend.methods.popularity import BOUGHT_AGAIN
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.steering.buy_again import BuyAgain
from shopkeeper.capabilities.recommend.steering.categories import CategoryTree
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Array, quiet
from shopkeeper.numerics.sparse_rows import Log, build_log

PURCHASE = EVENT_KINDS.index("purchase")
OWN = (0.5, 1.0, 2.0, 5.0)
POOL, SHOWN = 200, 10


def coded(customer: Array, product: Array, kind: Array, at: Array) -> Log:
    """A log of these events with whole numbers for customers and products."""
    customers, customer = np.unique(customer, return_inverse=True)
    products, product = np.unique(product, return_inverse=True)
    return build_log(customer.astype(np.int32), product.astype(np.int32), kind, at, len(customers), len(products))


def online_retail(data: Path) -> Log:
    """UCI Online Retail: sold lines of known customers, products only (numbers that begin with five digits)."""
    table = pq.read_table(data / "online_retail" / "online_retail.parquet")
    number, quantity, price = (table[name].to_numpy() for name in ("CustomerID", "Quantity", "UnitPrice"))
    code = np.array(table["StockCode"].to_pylist())
    kept = np.isfinite(number) & (quantity > 0) & (price > 0) & np.array([one[:5].isdigit() for one in code])
    at = table["InvoiceDate"].to_numpy().astype("datetime64[us]").astype(np.int64)
    return coded(number[kept], code[kept], np.full(int(kept.sum()), PURCHASE, np.uint8), at[kept])


def tmall(data: Path) -> Log:
    """Tmall: wishes, carts and purchases."""
    table = pq.read_table(data / "tmall_behaviour" / "train.parquet")
    names, place = np.unique(np.array(table["event"].to_pylist()), return_inverse=True)
    kind = np.array([EVENT_KINDS.index(name) for name in names], np.uint8)[place]
    return coded(table["user"].to_numpy(), table["item"].to_numpy(), kind, table["unix_time"].to_numpy() * 1_000_000)


def ways(found: Exam) -> dict[str, dict[float, Array]]:
    """{way: {own weight: NDCG of each case}}."""
    log, cases = found.known.log, found.every
    category = np.full(log.n_products, -1, np.int32)
    arrays = BuyAgain.learn(log, category, CategoryTree({}), found.known.settings.buy_again_shrinkage)
    again = BuyAgain.from_arrays(arrays, np.zeros(1, np.int64))
    graph = ITEM_GRAPH.learn(found.known, ITEM_GRAPH.starts[0], quiet)
    scored: dict[str, dict[float, Array]] = {"hide": {}, "show": {}, "learned": {}}
    for own in OWN:
        questions = found.questions(cases, own)
        lists = graph.lists(questions, POOL)
        factor, hidden = np.ones_like(lists.score), np.ones_like(lists.score)
        for place, row in enumerate(cases.row):
            mine = slice(log.starts[row], log.starts[row + 1])
            bought = log.kind[mine] == PURCHASE
            product, at = log.product[mine][bought][::-1].copy(), log.at[mine][bought][::-1]
            days = ((found.known.now - at) / 86_400e6).astype(np.float32)
            factor[place] = again.factor(product, days, np.maximum(lists.product[place], 0), category)
            hidden[place] = ~np.isin(lists.product[place], product)
        for way, multiplier in (("hide", hidden), ("show", np.ones_like(factor)), ("learned", factor)):
            value = np.where((lists.product >= 0) & (multiplier > 0), lists.score * multiplier, -1.0)
            order = np.argsort(-value, axis=1, kind="stable")[:, :SHOWN]
            there = np.take_along_axis(value, order, axis=1) >= 0
            shown = np.where(there, np.take_along_axis(lists.product, order, axis=1), -1)
            scored[way][own] = gains(found.filled(Lists(shown, np.take_along_axis(lists.score, order, axis=1)), questions), cases)
    return scored


def compare(log: Log) -> dict[str, Any]:
    """Each way with the own weight that validation likes, on the test period; differences to ``learned`` with intervals."""
    settings = RecommendSettings()
    cut = periods(log, np.ones(log.n_rows, np.bool_), settings)
    assert cut is not None
    known = np.ones(log.n_rows, np.bool_)
    validation = ways(exam(log, known, cut.validation_at, cut.test_at, settings, 0))
    test = exam(log, known, cut.test_at, cut.end_at + 1, settings, 0)
    scored = ways(test)
    own = {way: max(OWN, key=lambda weight: validation[way][weight].mean()) for way in scored}
    learned = scored["learned"][own["learned"]]
    again = gains(
        BOUGHT_AGAIN.learn(test.known, BOUGHT_AGAIN.starts[0], quiet).lists(test.questions(test.every, 0.0), SHOWN).product,
        test.every,
    )
    found: dict[str, Any] = {"n_cases": len(test.every.row), "bought again": round(float(again.mean()), 4)}
    for way, by_weight in scored.items():
        values = by_weight[own[way]]
        found[way] = {
            "ndcg@10": round(float(values.mean()), 4), "own_weight": own[way],
            "validation": round(float(validation[way][own[way]].mean()), 4),
            "learned_better_by": [round(end, 4) for end in mean_interval(learned - values, seed=0)],
        }  # fmt: skip
    return found


def measured(data: Path) -> dict[str, Any]:
    """Both shops; one whose data are not here is named."""
    shops = {"online_retail": ("online_retail", online_retail), "tmall": ("tmall_behaviour", tmall)}
    return {
        name: compare(read(data)) if (data / folder).is_dir() else f"not here: {data / folder}"
        for name, (folder, read) in shops.items()
    }
