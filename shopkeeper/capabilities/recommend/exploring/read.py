"""What was shown and what came of it, from `decisions` and `outcomes` (and `impressions`, where the shop sends them).

A decision's ``reason`` holds, where the list had slots for exploring (see `explorer.Explored.reason`):

    {"explore": {"method": "thompson", "share": 0.1, "probability": [0.91, 0.012, ...], "explored": [2],
                 "candidates": ["p7", "p3", ...], "strength": [100, 87, ...]}}

``probability`` one a slot, given the slots before it; ``explored`` the numbers of the slots, from 1, that the bandit chose;
``candidates`` what could have stood there, best first, each with its ``strength`` in percent of the best one's score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array

REWARDS = {
    "click": ("click", "select_item", "view_item", "add_to_cart", "purchase"),
    "add_to_cart": ("add_to_cart", "purchase"),
    "purchase": ("purchase",),
    "value": ("purchase",),
}
"""Which outcomes earn a reward: who buys has clicked too, even where the shop tells only the purchase."""

_DECISIONS = """
    WITH newest AS (
        SELECT decision_id, "at", place, chosen, probability, reason FROM decisions
        WHERE (answer LIKE 'recommend.%' OR json_extract(reason, '$.explore') IS NOT NULL)
            AND (NOT $explored OR coalesce(probability, 0) < 1)
        ORDER BY "at" DESC, decision_id DESC LIMIT $limit
    ), ours AS (
        SELECT decision_id, "at", coalesce(place, '') AS place, try_cast(chosen AS VARCHAR[]) AS chosen, probability,
            try_cast(json_extract(reason, '$.explore.probability') AS DOUBLE[]) AS probabilities,
            try_cast(json_extract(reason, '$.explore.explored') AS INTEGER[]) AS explored,
            coalesce(try_cast(json_extract(reason, '$.explore.candidates') AS VARCHAR[]), []) AS candidates,
            try_cast(json_extract(reason, '$.explore.strength') AS DOUBLE[]) AS strength,
            coalesce(try_cast(json_extract(reason, '$.explore.share') AS DOUBLE), 0.0) AS share
        FROM newest
    ), numbered AS (
        SELECT row_number() OVER (ORDER BY "at", decision_id) - 1 AS decision, *
        FROM ours WHERE len(chosen) > 0 AND (NOT $explored OR len(candidates) > 0)
    )
"""

_SLOTS = """
    , slots AS (
        SELECT decision, decision_id, len(chosen) AS n_slots, probability, probabilities, explored,
            unnest(chosen) AS product_id, unnest(range(len(chosen))) AS position
        FROM numbered
    ), earned AS (
        SELECT decision_id, product_id, CASE WHEN $value THEN coalesce(sum(value), 0) ELSE 1 END AS reward
        FROM outcomes WHERE list_contains($rewards, outcome) GROUP BY decision_id, product_id
    ), seen AS (
        SELECT slots.decision_id, max(slots.position) AS last FROM slots
        JOIN impressions ON impressions.decision_id = slots.decision_id AND impressions.product_id = slots.product_id
        GROUP BY slots.decision_id
    )
    SELECT slots.decision, slots.position, slots.product_id,
        coalesce(probabilities[position + 1], CASE WHEN n_slots = 1 THEN probability END, 1.0) AS probability,
        coalesce(list_contains(explored, position + 1), false) AS explored,
        greatest(coalesce(own.reward, 0) + coalesce(alone.reward, 0), 0) AS reward
    FROM slots
    LEFT JOIN earned own ON own.decision_id = slots.decision_id AND own.product_id = slots.product_id
    LEFT JOIN earned alone ON alone.decision_id = slots.decision_id AND alone.product_id IS NULL AND n_slots = 1
    LEFT JOIN seen ON seen.decision_id = slots.decision_id
    WHERE seen.last IS NULL OR slots.position <= seen.last
    ORDER BY decision, position
"""


@dataclass(frozen=True)
class Slates:
    """Decisions in the order of time, the slots of each, and what came of them.

    Of each slot: ``decision`` int64, ``position`` int64 from 0, ``product`` int64 (places in ``products``, -1: not there),
    ``standing`` int64 (its place among the decision's candidates, -1: none of them), ``probability`` float64 (given the slots
    before it), ``explored`` bool, ``reward`` float64. Decision d has the slots ``[slot_starts[d], slot_starts[d + 1])`` and the
    candidates ``[candidate_starts[d], candidate_starts[d + 1])``: ``candidate`` int64 codes, best first, and ``strength`` float64
    (0-1). ``place`` int64 [decisions] are places in ``places``, ``at`` int64 [decisions] microseconds, ``share`` float64
    [decisions] the share of slots that was left to the bandit.
    """

    decision: Array
    position: Array
    product: Array
    standing: Array
    probability: Array
    explored: Array
    reward: Array
    slot_starts: Array
    candidate_starts: Array
    candidate: Array
    strength: Array
    place: Array
    at: Array
    share: Array
    places: tuple[str, ...]
    products: PackedTexts

    @property
    def n_decisions(self) -> int:
        """How many decisions there are."""
        return len(self.at)

    def part(self, low: int, high: int) -> Slates:
        """The decisions ``[low, high)``, in the order of time."""
        first, last = int(self.slot_starts[low]), int(self.slot_starts[high])
        begin, end = int(self.candidate_starts[low]), int(self.candidate_starts[high])
        names = ("position", "product", "standing", "probability", "explored", "reward")
        return Slates(
            decision=self.decision[first:last] - low,
            **{name: getattr(self, name)[first:last] for name in names},
            slot_starts=self.slot_starts[low : high + 1] - first,
            candidate_starts=self.candidate_starts[low : high + 1] - begin,
            candidate=self.candidate[begin:end], strength=self.strength[begin:end],
            place=self.place[low:high], at=self.at[low:high], share=self.share[low:high],
            places=self.places, products=self.products,
        )  # fmt: skip


def read_slates(
    view: ShopView, *, reward: str, limit: int, products: PackedTexts | None = None, explored: bool = False
) -> Slates:
    """The newest ``limit`` decisions that showed products, with what they earned: ``reward`` is a key of `REWARDS`.

    ``explored``: only those that had slots for exploring. Products get their codes from ``products``, else from all that occur.
    Where the shop sends `impressions` of a decision, what stands below the last product that was seen is left out. An outcome
    without a product counts where only one was shown.
    """
    chosen = {"limit": limit, "explored": explored}
    heads = view.sql(
        _DECISIONS
        + 'SELECT decision, epoch_us("at") AS "at", place, candidates, strength, share FROM numbered ORDER BY decision',
        chosen,
    )
    slots = view.sql(_DECISIONS + _SLOTS, {**chosen, "value": reward == "value", "rewards": list(REWARDS[reward])})
    candidates = pc.list_flatten(heads["candidates"])
    if products is None:
        products = _all(slots["product_id"], candidates)
    starts = _starts(np.asarray(pc.list_value_length(heads["candidates"])).astype(np.int64))
    place, places = _places(heads["place"])
    product, candidate = products.codes_of(slots["product_id"]), products.codes_of(candidates)
    decision = np.asarray(slots["decision"]).astype(np.int64)
    return Slates(
        decision, np.asarray(slots["position"]).astype(np.int64), product,
        _standing(decision, product, starts, candidate),
        np.clip(np.asarray(slots["probability"]).astype(np.float64), 1e-9, 1.0),
        np.asarray(slots["explored"]).astype(np.bool_), np.asarray(slots["reward"]).astype(np.float64),
        _starts(np.bincount(decision, minlength=len(heads))), starts, candidate, _strengths(heads["strength"], starts),
        place, np.asarray(heads["at"]).astype(np.int64), np.clip(np.asarray(heads["share"]).astype(np.float64), 0.0, 1.0),
        places, products,
    )  # fmt: skip


def _starts(sizes: Array) -> Array:
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def _all(*columns: pa.ChunkedArray) -> PackedTexts:
    texts = pa.concat_arrays([chunk.cast(pa.large_string()) for column in columns for chunk in column.chunks] or [_NO_TEXTS])
    distinct = texts.unique()
    return PackedTexts.from_arrow(distinct.take(pc.sort_indices(distinct)))


_NO_TEXTS = pa.array([], pa.large_string())


def _places(column: pa.ChunkedArray) -> tuple[Array, tuple[str, ...]]:
    names = sorted(pc.unique(column).to_pylist())
    return np.asarray(pc.index_in(column, value_set=pa.array(names, pa.string()))).astype(np.int64), tuple(names)


def _strengths(column: pa.ChunkedArray, starts: Array) -> Array:
    """float64 [candidates], 0-1; 0 where a decision does not have as many as it has candidates."""
    sizes = np.diff(starts)
    found = np.zeros(int(starts[-1]))
    lengths = np.asarray(pc.fill_null(pc.list_value_length(column), -1)).astype(np.int64)
    values = np.asarray(pc.fill_null(pc.list_flatten(column), 0.0)).astype(np.float64)
    fits = lengths == sizes
    into = np.repeat(fits, sizes)
    found[into] = values[np.repeat(fits, np.maximum(lengths, 0))]
    return np.clip(found / 100.0, 0.0, 1.0)


def _standing(decision: Array, product: Array, starts: Array, candidate: Array) -> Array:
    """int64 [slots]: where each slot's product stands among its decision's candidates, -1 where it does not."""
    if len(candidate) == 0 or len(product) == 0:
        return np.full(len(product), -1, np.int64)
    of = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    width = int(max(candidate.max(), product.max())) + 2
    keys = of * width + candidate + 1
    order = np.argsort(keys, kind="stable")
    wanted = decision * width + product + 1
    place = np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)
    found = order[place]
    is_there = (keys[found] == wanted) & (product >= 0)
    return np.where(is_there, found - starts[decision], -1)


def read_popularity(view: ShopView, products: PackedTexts, before: int) -> Array:
    """float64 [products]: how many times each was bought, put in the cart or looked at before that moment (microseconds)."""
    found = view.sql(
        'SELECT product_id, count(*) AS n FROM interactions WHERE epoch_us("at") < $before GROUP BY product_id',
        {"before": before},
    )
    code = products.codes_of(found["product_id"])
    counts = np.zeros(len(products))
    known = code >= 0
    counts[code[known]] = np.asarray(found["n"]).astype(np.float64)[known]
    return counts
