"""The comparison as a table: one row for each kind of wanted products, k and method."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shopkeeper.capabilities.recommend.judging.comparison import KS, MEASURES, WANTED, Judged, Measure, best_of, covered
from shopkeeper.core.columns import Column

Found = Mapping[str, Mapping[tuple[str, int, str], Measure]]
"""The measures for each word of WANTED, by (method, k, measure)."""


def rows_of(judged: Sequence[Judged], found: Found, n_cases: Mapping[str, int], n_products: int) -> list[dict[str, Any]]:
    """The rows of `recommend_methods`: those wanted, then by k, then in the order of the methods."""
    return [
        row
        for wanted in WANTED
        if n_cases.get(wanted)
        for row in _rows(judged, found[wanted], wanted, n_cases[wanted], n_products)
    ]


def _rows(
    judged: Sequence[Judged], measures: Mapping[tuple[str, int, str], Measure], wanted: str, n_cases: int, n_products: int
) -> Iterator[dict[str, Any]]:
    best = best_of(judged, wanted)
    cover = {each.name: covered(each, wanted, n_products) for each in judged}
    for k in KS:
        for each in judged:
            row = {"wanted": wanted, "k": k, **_facts(each, wanted), "n_cases": n_cases, "is_best": each.name == best}
            for name in MEASURES:
                row |= _measured(name, measures.get((each.name, k, name)))
            first = measures.get((each.name, k, MEASURES[0]))
            if first is not None:
                row |= {
                    "ndcg_difference": first.difference, "ndcg_difference_low": first.difference_interval.low,
                    "ndcg_difference_high": first.difference_interval.high, "verdict": first.verdict,
                }  # fmt: skip
            row["coverage"] = cover[each.name].get(k)
            yield row


def _measured(name: str, measure: Measure | None) -> dict[str, float | None]:
    if measure is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: measure.value, f"{name}_low": measure.interval.low, f"{name}_high": measure.interval.high}


def _facts(each: Judged, wanted: str) -> dict[str, Any]:
    chosen = each.chosen
    was_judged = bool(each.listed)
    return {
        "method": each.name,
        "title": chosen.method.title,
        "validation_ndcg": _known(chosen.value if wanted == "new" else chosen.value_of_all),
        "n_trials": chosen.n_trials,
        "parameters": json.dumps(dataclasses.asdict(chosen.parameters), sort_keys=True) if was_judged else None,
        "own_weight": (-1.0 if wanted == "new" else chosen.own) if was_judged else None,
        "learn_seconds": _known(each.learn_seconds),
        "answer_ms": _known(each.answer_ms),
        "order_p99_ms": _known(each.order_p99_ms),
        "model_mb": each.n_bytes / 1e6 if was_judged else None,
        "learn_memory_mb": each.peak_bytes / 1e6 if each.peak_bytes else None,
        "note": chosen.note or None,
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def as_table(rows: list[dict[str, Any]], columns: Sequence[Column]) -> Any:
    """The rows as an Arrow table with these columns; what a row lacks is empty."""
    import pyarrow as pa

    kinds = {"text": pa.string(), "json": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
    return pa.Table.from_pylist(rows, schema=pa.schema([(column.name, kinds[column.type]) for column in columns]))
