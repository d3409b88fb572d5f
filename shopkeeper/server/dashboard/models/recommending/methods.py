"""The methods of recommending side by side, what was tried to find their parameters, ratings and policies, for pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

NAIVES = {"new": "popularity", "all": "bought_again"}
BASELINES = tuple(NAIVES.values())
WITH_INTERVAL = ("ndcg", "recall", "hit_rate", "reciprocal_rank", "revenue_share", "novelty_bits", "diversity")
MEASURES = (*WITH_INTERVAL[:5], "coverage", *WITH_INTERVAL[5:])
K = 10


@dataclass(frozen=True)
class Measured:
    """A value with its interval; both ends are the value where there is none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class MethodRow:
    """One method of the comparison; ``measures`` has no entry for what was not measured, ``note`` says why it was left out."""

    method: str
    title: str
    is_best: bool
    is_naive: bool
    verdict: str
    measures: Mapping[str, Measured]
    validation_ndcg: float | None
    n_trials: int
    parameters: Mapping[str, Any]
    learn_seconds: float | None
    answer_ms: float | None
    model_mb: float | None
    learn_memory_mb: float | None
    note: str


@dataclass(frozen=True)
class Comparison:
    """The methods at one k, the best by NDCG first; ``tops`` is the largest value of each measure's axis.

    ``left_out`` are those that could not be tried.
    """

    rows: tuple[MethodRow, ...]
    left_out: tuple[MethodRow, ...]
    tops: Mapping[str, float]
    n_cases: int


@dataclass(frozen=True)
class Course:
    """A method's search: the best value so far after each trial, the parameters of the best, and their value."""

    method: str
    title: str
    best_so_far: tuple[float, ...]
    best: float
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Whisker:
    """A name with a value and its interval; ``chosen`` where it is the one that is used, ``more`` further numbers by name."""

    name: str
    measured: Measured
    chosen: bool = False
    group: str = ""
    more: Mapping[str, float | None] | None = None


@dataclass(frozen=True)
class InService:
    """What answers are made of: method, how good each tried one was on the validation period, and how the search went."""

    method: str
    version: str
    ndcg_of_methods: Mapping[str, float]
    ndcg_of_defaults: float | None
    ndcg_of_chosen: float | None
    n_trials: int
    n_cases: int
    sources: tuple[str, ...]
    order: str
    on_a_sample: bool


def rows_of(view: ShopView, table: str) -> tuple[dict[str, Any], ...]:
    """The rows of a result table; none before its task has run."""
    return tuple(view.sql(f'SELECT * FROM "{table}"').to_pylist())


def wanted(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Which kinds of right products were judged: new, all."""
    return tuple(kind for kind in NAIVES if any(row["wanted"] == kind for row in rows))


def ks(rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The lengths of lists that were judged, the shortest first."""
    return tuple(sorted({int(row["k"]) for row in rows}))


def compared(rows: Sequence[Mapping[str, Any]], kind: str, k: int) -> Comparison:
    """The methods for one kind of right products at one k."""
    of = [row for row in rows if row["wanted"] == kind and row["k"] == k]
    found = [_method(row, kind) for row in of]
    judged = [row for row in found if row.measures]
    judged.sort(key=lambda row: (-row.measures["ndcg"].value if "ndcg" in row.measures else 0.0, row.title))
    tops = {
        name: max((row.measures[name].high for row in judged if name in row.measures), default=0.0) for name in MEASURES
    }  # fmt: skip
    left_out = tuple(row for row in found if not row.measures)
    return Comparison(tuple(judged), left_out, tops, max((int(row["n_cases"] or 0) for row in of), default=0))


def _method(row: Mapping[str, Any], kind: str) -> MethodRow:
    measures = {}
    for name in MEASURES:
        value = row.get(name)
        if value is not None:
            low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
            measures[name] = Measured(value, value if low is None else low, value if high is None else high)
    return MethodRow(
        method=row["method"], title=row["title"], is_best=bool(row["is_best"]), is_naive=row["method"] == NAIVES[kind],
        verdict=row.get("verdict") or "", measures=measures, validation_ndcg=row.get("validation_ndcg"),
        n_trials=int(row.get("n_trials") or 0), parameters=_object(row.get("parameters")), learn_seconds=row.get("learn_seconds"),
        answer_ms=row.get("answer_ms"), model_mb=row.get("model_mb"), learn_memory_mb=row.get("learn_memory_mb"),
        note=row.get("note") or "",
    )  # fmt: skip


def _object(text: Any) -> Mapping[str, Any]:
    found = json.loads(text) if isinstance(text, str) else text
    return found if isinstance(found, Mapping) else {}


def courses(rows: Sequence[Mapping[str, Any]]) -> tuple[Course, ...]:
    """Each method's search in `recommend_trials`, the method that came furthest first."""
    by_method: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["method"], row["trial"])):
        by_method.setdefault(row["method"], []).append(row)
    found = []
    for method, trials in by_method.items():
        best, so_far = float("-inf"), []
        for trial in trials:
            best = max(best, float(trial["value"]))
            so_far.append(best)
        chosen = next((trial for trial in trials if trial["is_best"]), trials[-1])
        found.append(Course(method, trials[0]["title"], tuple(so_far), best, _object(chosen["parameters"])))
    return tuple(sorted(found, key=lambda course: (-course.best, course.title)))


def ratings(rows: Sequence[Mapping[str, Any]]) -> tuple[Whisker, ...]:
    """The methods of rating by RMSE, the smallest error first."""
    found = [
        Whisker(row["method"], _measured(row, "rmse", "rmse_low", "rmse_high"), bool(row.get("is_chosen")),
                more={"mae": row.get("mae"), "n_ratings": row.get("n_ratings"), "seconds": row.get("seconds")})
        for row in rows
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda row: (row.measured.value, row.name)))


def policies(rows: Sequence[Mapping[str, Any]]) -> tuple[Whisker, ...]:
    """What each policy would have earned by each estimator; what was earned first, then policies in order of their best guess."""
    order = {"logged": 0, "DR": 1, "SNIPS": 2, "IPS": 3, "DM": 4}
    guess = {row["policy"]: row["value"] for row in rows if row["estimator"] in ("logged", "DR")}
    found = sorted(
        rows,
        key=lambda row: (row["estimator"] != "logged", -guess.get(row["policy"], 0.0), row["policy"], order[row["estimator"]]),
    )
    return tuple(
        Whisker(row["estimator"], _measured(row, "value", "low", "high"), row["estimator"] == "logged", row["policy"],
                {"effective_n": row.get("effective_n")})
        for row in found
    )  # fmt: skip


def _measured(row: Mapping[str, Any], value: str, low: str, high: str) -> Measured:
    middle = float(row[value])
    ends = (row.get(low), row.get(high))
    return Measured(middle, *(middle if end is None else float(end) for end in ends))


def span(rows: Sequence[Whisker]) -> tuple[float, float]:
    """From where to where an axis goes that shows all of them, with a little room on both sides."""
    low, high = min(row.measured.low for row in rows), max(row.measured.high for row in rows)
    room = 0.04 * (high - low) or 0.05 * abs(high) or 0.05
    return low - room, high + room


def in_service(shop: Shop, task: str = "recommend.learn") -> InService | None:
    """What the model in service says of itself; None before anything was learned."""
    current = shop.store.models.current(task)
    return told(current.card, current.version) if current else None


def told(card: Mapping[str, Any], version: str) -> InService:
    """What a model's card says."""
    tuning, ranker = card.get("tuning") or {}, (card.get("serving") or {}).get("ranker") or {}
    reached = {_name(method): value for method, value in (tuning.get("ndcg_of_methods") or {}).items()}
    return InService(
        method=_name(card.get("method") or "item_graph"), version=version, ndcg_of_methods=reached,
        ndcg_of_defaults=tuning.get("ndcg_of_defaults"), ndcg_of_chosen=tuning.get("ndcg_of_chosen"),
        n_trials=int(tuning.get("n_trials") or 0), n_cases=int(tuning.get("n_cases") or 0),
        sources=tuple(name for name in ranker.get("sources", ()) if name != "own"), order=str(ranker.get("kind") or ""),
        on_a_sample=bool(tuning.get("on_a_sample")),
    )  # fmt: skip


def _name(method: Any) -> str:
    """Models of earlier versions have words where there are names now: "item graph"."""
    return str(method).replace(" ", "_")
