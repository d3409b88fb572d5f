"""Numbers that describe a candidate for a past at a moment: one kernel for learning and for a single answer.

Each number is one small formula below; `NUMBERS` names them in the order in which `describe` writes them, after those of the
retrievers. What is not known is NaN. A row is described from its own question's past and candidates and from what was known of
the products at ``tables``' moment: nothing else is given, so nothing later can be seen.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.candidates.gather import FUSED
from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.top_k import code_of, key_of, largest

# What is known of each product at a moment: the columns of the table `describe` reads.
PRODUCT_NUMBERS: dict[str, str] = {
    "popularity": "log(1 + customers who chose it)",
    "trend_1": "log of its share of what was chosen, halved every day, against the mean product's",
    "trend_7": "the same, halved every 7 days",
    "trend_30": "the same, halved every 30 days",
    "trend_90": "the same, halved every 90 days",
    "repeat_share": "share of its customers who chose it again on another day (drawn to the shop's share)",
    "price": "log of its price",
    "age_days": "days since it was first seen",
    "idle_days": "days since anybody touched it",
    "interval_days": "days that customers usually wait until they choose it again (drawn to its category's)",
    "category_interval_days": "days that customers usually wait until they choose from its category again",
}

# What `describe` writes after the retrievers' columns.
NUMBERS: dict[str, str] = {
    "named_by": "how many retrievers name it",
    "fused_rank": "sum over retrievers of 1 / (10 + rank)",
    **{name: PRODUCT_NUMBERS[name] for name in list(PRODUCT_NUMBERS)[:7]},
    "age": "log(1 + days since the product was first seen)",
    "idle": "log(1 + days since anybody touched it)",
    "price_ratio": "log of its price against what the customer usually chooses",
    "price_distance": "how many of the customer's usual steps its log price lies away",
    "category_share": "share of the past in its category",
    "brand_share": "share of the past of its brand",
    "times": "how often the customer touched it",
    "since": "log(1 + days since the customer touched it)",
    "steps_since": "log(1 + moments since the customer touched it)",
    "category_since": "log(1 + days since the customer touched its category)",
    "category_steps_since": "log(1 + moments since the customer touched its category)",
    "due": "log of days since the customer touched it against the days usually waited",
    "category_due": "the same for its category",
    "past_products": "log(1 + products in the past)",
    "past_idle": "log(1 + days since the customer did anything)",
}

SMALLEST_STEP = np.float32(0.15)  # customers who always paid the same are taken to accept about 15 percent more or less


@inlined
def _log_days(days):
    return np.float32(np.log1p(max(days, np.float32(0.0))))


@inlined
def _due(days, interval):
    """Above 0 where more days passed than are usually waited."""
    return np.float32(np.log((days + np.float32(1.0)) / (interval + np.float32(1.0))))


@inlined
def _usual_price(code, weight, number, price_column):
    """(mean, spread) of the log prices in the past, by weight; NaN where none is known."""
    total, first, second = 0.0, 0.0, 0.0
    for place in range(len(code)):
        what = code[place]
        price = number[what, price_column] if 0 <= what < len(number) else np.float32(np.nan)
        if not np.isnan(price):
            total += weight[place]
            first += weight[place] * price
            second += weight[place] * price * price
    if total <= 0.0:
        return np.float32(np.nan), np.float32(np.nan)
    mean = first / total
    return np.float32(mean), max(np.float32(np.sqrt(max(second / total - mean * mean, 0.0))), SMALLEST_STEP)


@inlined
def _write_ranks(score, first, end, column, width, keys, out):
    """Each candidate's score against the best and 1 / rank for one retriever; equal scores share a rank."""
    size = 0
    best = np.float32(0.0)
    for place in range(first, end):
        value = score[place, column]
        out[place, column] = np.float32(0.0)
        out[place, width + column] = np.float32(0.0)
        if value > 0.0:
            best = max(best, value)
            keys[size] = key_of(np.float32(value).view(np.uint32), place - first)
            size += 1
    size = largest(keys, size, size)
    rank, before = 0, np.float32(-1.0)
    for position in range(size):
        place = first + code_of(keys[position])
        value = score[place, column]
        if value != before:
            rank, before = position, value
        out[place, column] = value / best
        out[place, width + column] = np.float32(1.0) / np.float32(1 + rank)
        out[place, 2 * width] += np.float32(1.0)
        out[place, 2 * width + 1] += np.float32(1.0 / (FUSED + rank))


@inlined
def _write_product(what, number, days_later, out):
    """What is known of the product itself."""
    for column in range(7):
        out[column] = number[what, column]
    out[7] = _log_days(number[what, 7] + days_later)
    out[8] = _log_days(number[what, 8] + days_later)


@inlined
def _touches(what, category, brand, past, kinds, total, found):
    """Where the past touches the candidate, its category and its brand; into ``found`` float32 [7]."""
    code, weight, step, age, count = past
    category_of, brand_of = kinds
    in_category, of_brand = 0.0, 0.0
    times, own_age, own_step = 0.0, np.inf, np.inf
    near_age, near_step = np.inf, np.inf
    for place in range(len(code)):
        other = code[place]
        if not 0 <= other < len(category_of):  # it came after the tables were made
            continue
        if other == what:
            times += count[place]
            own_age, own_step = min(own_age, age[place]), min(own_step, step[place])
        if category >= 0 and category_of[other] == category:
            in_category += weight[place]
            near_age, near_step = min(near_age, age[place]), min(near_step, step[place])
        if brand >= 0 and brand_of[other] == brand:
            of_brand += weight[place]
    found[0] = in_category / total if category >= 0 and total > 0.0 else np.nan
    found[1] = of_brand / total if brand >= 0 and total > 0.0 else np.nan
    found[2], found[3], found[4], found[5], found[6] = times, own_age, own_step, near_age, near_step


@inlined
def _write_past(what, number, found, price, past_products, past_idle, out):
    """How the candidate stands to the past; ``out`` begins at `price_ratio`."""
    unknown = np.float32(np.nan)
    usual, spread = price
    out[0] = number[what, 6] - usual
    out[1] = out[0] / spread
    out[2], out[3], out[4] = found[0], found[1], found[2]
    was, near = found[2] > 0.0, found[6] < np.inf
    out[5] = _log_days(found[3]) if was else unknown
    out[6] = np.float32(np.log1p(found[4])) if was else unknown
    out[7] = _log_days(found[5]) if near else unknown
    out[8] = np.float32(np.log1p(found[6])) if near else unknown
    out[9] = _due(found[3], number[what, 9]) if was else unknown
    out[10] = _due(found[5], number[what, 10]) if near else unknown
    out[11], out[12] = past_products, past_idle


@kernel
def describe_rows(low, high, group, candidate, score, past_starts, past, number, kinds, days_later, longest, out) -> None:
    """Write the numbers of the questions ``low`` to ``high`` to ``out`` float32 [candidates, 2 * retrievers + NUMBERS].

    Question q's candidates are ``[group[q], group[q + 1])`` of ``candidate`` and ``score``, its past
    ``[past_starts[q], past_starts[q + 1])`` of the arrays of ``past``; see `describe`.
    """
    width = score.shape[1]
    product_at, past_at = 2 * width + 2, 2 * width + 11
    keys = np.empty(longest, np.uint64)
    found = np.empty(7, np.float32)
    category_of, brand_of = kinds
    for question in range(low, high):
        first, end = group[question], group[question + 1]
        out[first:end, 2 * width : 2 * width + 2] = 0.0
        for column in range(width):
            _write_ranks(score, first, end, column, width, keys, out)
        begin, stop = past_starts[question], past_starts[question + 1]
        here = (
            past[0][begin:stop], past[1][begin:stop], past[2][begin:stop], past[3][begin:stop], past[4][begin:stop],
        )  # fmt: skip
        price = _usual_price(here[0], here[1], number, 6)
        total = here[1].sum()
        past_products = np.float32(np.log1p(np.float32(stop - begin)))
        past_idle = _log_days(here[3].min()) if stop > begin else np.float32(np.nan)
        for place in range(first, end):
            what = candidate[place]
            if not 0 <= what < len(number):
                out[place, product_at:] = np.nan
                continue
            _touches(what, category_of[what], brand_of[what], here, kinds, total, found)
            _write_product(what, number, days_later, out[place, product_at:past_at])
            _write_past(what, number, found, price, past_products, past_idle, out[place, past_at:])


def describe(
    group: Array, candidate: Array, score: Array, past_starts: Array, past: tuple[Array, Array, Array, Array, Array],
    number: Array, kinds: tuple[Array, Array], days_later: float = 0.0,
) -> Array:  # fmt: skip
    """float32 [candidates, 2 * retrievers + NUMBERS]: scores and ranks by retriever, then `NUMBERS`.

    ``group`` int64 [questions + 1], ``candidate`` int32 [candidates], ``score`` float32 [candidates, retrievers] (0: not
    named), ``past_starts`` int64 [questions + 1]. ``past`` is (code int32, weight float32, step int32: moments back from the
    newest, age float32: days before now, count int32). ``number`` float32 [products, PRODUCT_NUMBERS], ``kinds`` (category
    int32, brand int32 [products], -1: unknown). ``days_later``: how long after the moment of ``number`` now is.
    """
    out = np.empty((len(candidate), 2 * score.shape[1] + len(NUMBERS)), np.float32)
    sizes = np.diff(group)
    longest = int(sizes.max(initial=0))
    in_threads(
        lambda low, high: describe_rows(
            low, high, group, candidate, score, past_starts, past, number, kinds, np.float32(days_later), longest, out
        ),
        ranges(sizes, min(4 * n_threads(), 1 + len(candidate) // 4096)),
    )  # fmt: skip
    return out
