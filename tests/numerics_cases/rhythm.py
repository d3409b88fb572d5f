"""Times between orders, how long they last, and stages."""

from typing import Any

import numpy as np
from numerics_cases.case import Case, Inputs, together

DAY = 86_400_000_000
NOW = 500 * DAY


def a_history(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.rhythm.histories import OrderDays

    customer = np.sort(random.integers(0, max(1, n // 4), n))
    pair = np.unique(customer * 600 + random.integers(0, 600, n))
    starts = np.concatenate(([0], np.cumsum(np.bincount(pair // 600)))) if n else np.zeros(1)
    day = (pair % 600).astype(np.int32)
    return OrderDays(starts.astype(np.int64), day, day * np.int64(DAY) + DAY // 2)


def some_gaps(random: np.random.Generator, n: int) -> Inputs:
    return {"n": random.integers(0, 5, n).astype(float), "mean": random.normal(3.0, 1.0, n), "squares": random.random(n)}


def some_lengths(random: np.random.Generator, n: int) -> Inputs:
    return {"length": np.round(random.exponential(30.0, n)), "ended": random.random(n) < 0.6}


def a_curve(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.rhythm.lengths import lengths

    return lengths(**some_lengths(random, n))


def a_prior() -> Any:
    from shopkeeper.numerics.rhythm.gaps import GapPrior

    return GapPrior(3.0, 1.5, 3.0, 2.0)


def some_borders() -> Any:
    from shopkeeper.numerics.rhythm.stages import Borders

    return Borders(np.log([30.0, 60.0, 120.0]), np.array([0.0, 1.0, 2.0]))


def a_rhythm(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.rhythm.stages import learn_rhythm

    return learn_rhythm(a_history(random, n), NOW)


def told(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.rhythm.stages import borders, stages

    history, rhythm = a_history(random, n), a_rhythm(random, n)
    found = stages(history, rhythm.prior, borders(rhythm, (0.5, 0.8), (0.8, 0.95)), NOW, 3)
    return {"rhythm": rhythm, "found": found}


CASES = {
    "rhythm.gaps.fit_gap_prior": Case(some_gaps, together("n", "mean", "squares")),
    "rhythm.gaps.next_gap": Case(
        lambda random, n: {"prior": a_prior(), **some_gaps(random, n)},
        together("n", "mean", "squares"),
        lambda result, inputs: tuple(np.sort(part) for part in result),
    ),
    "rhythm.lengths.lengths": Case(some_lengths, together("length", "ended")),
    "rhythm.lengths.length_at": Case(lambda random, n: {"curve": a_curve(random, n), "share": 0.8}),
    "rhythm.lengths.longer_share": Case(
        lambda random, n: {"curve": a_curve(random, 40), "length": random.random(n) * 90.0},
        together("length"),
        lambda result, inputs: np.sort(result),
    ),
    "rhythm.histories.gaps": Case(lambda random, n: {"history": a_history(random, n), "moment": NOW}),
    "rhythm.stages.learn_rhythm": Case(lambda random, n: {"history": a_history(random, n), "moment": NOW}),
    "rhythm.stages.borders": Case(
        lambda random, n: {"rhythm": a_rhythm(random, n), "second": (0.5, 0.8), "later": (0.8, 0.95)}
    ),
    "rhythm.stages.fixed_borders": Case(lambda random, n: {"usual": 45.0, "at_risk": 90.0, "lapsed": 180.0}),
    "rhythm.stages.stages": Case(
        lambda random, n: {
            "history": a_history(random, n), "prior": a_prior(), "limits": some_borders(), "moment": NOW, "loyal_orders": 3,
        }
    ),
    "rhythm.stages.still_to_come": Case(told),
}  # fmt: skip
