"""How sure an AUC is, and the difference of two on the same cases: cases drawn again (Efron 1979)."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel

DRAWS_AT_ONCE = 4_000_000


@kernel
def _of_samples(low, high, drawn, label, order, tie, out) -> None:
    """``out[s, m]`` = AUC of method m on the cases ``drawn[s]`` int32; for samples ``low`` to ``high``.

    ``order`` int32 [methods, cases] by rising score, ``tie`` bool: the same score as the case before in that order.
    """
    n_cases = len(label)
    count = np.zeros(n_cases, np.int32)
    for sample in range(low, high):
        count[:] = 0
        for draw in range(n_cases):
            count[drawn[sample, draw]] += 1
        for method in range(len(order)):
            below, within_no, within_yes, won, n_yes = 0.0, 0.0, 0.0, 0.0, 0.0
            for place in range(n_cases):
                if not tie[method, place]:
                    won += within_yes * (below + 0.5 * within_no)
                    below += within_no
                    within_no, within_yes = 0.0, 0.0
                case = order[method, place]
                if label[case]:
                    within_yes += count[case]
                    n_yes += count[case]
                else:
                    within_no += count[case]
            won += within_yes * (below + 0.5 * within_no)
            below += within_no
            out[sample, method] = won / (n_yes * below) if n_yes > 0.0 and below > 0.0 else np.nan


def resampled_auc(label: Array, scores: Array, *, seed: int, n_samples: int = 1000) -> Array:
    """float64 [samples, methods]: the AUC of every column of ``scores`` float [cases, methods] on cases drawn with replacement.

    Every method sees the same draws, so that the difference of two columns is a paired one. NaN where a draw has only yes or only
    no among ``label`` bool [cases].
    """
    label, scores = np.asarray(label, np.bool_), np.asarray(scores, np.float64)
    n_cases, n_methods = scores.shape
    found = np.full((n_samples, n_methods), np.nan)
    if n_cases == 0 or n_methods == 0:
        return found
    order = np.argsort(scores, axis=0, kind="stable").T.astype(np.int32)
    ordered = np.take_along_axis(scores.T, order, axis=1)
    tie = np.zeros(order.shape, np.bool_)
    tie[:, 1:] = ordered[:, 1:] == ordered[:, :-1]
    random = np.random.default_rng(seed)
    step = max(1, DRAWS_AT_ONCE // n_cases)
    for first in range(0, n_samples, step):
        n_rows = min(step, n_samples - first)
        drawn = random.integers(0, n_cases, (n_rows, n_cases), dtype=np.int32)
        part = found[first : first + n_rows]
        half = max(1, n_rows // 2)
        spans = [(low, min(n_rows, low + half)) for low in range(0, n_rows, half)]

        def run(low: int, high: int, drawn: Array = drawn, part: Array = part) -> None:
            _of_samples(low, high, drawn, label, order, tie, part)

        in_threads(run, spans)
    return found


def auc_interval(resampled: Array, confidence: float = 0.95) -> tuple[float, float]:
    """(low, high): the percentile interval of ``resampled`` float [samples]; NaN where none is known."""
    known = resampled[np.isfinite(resampled)]
    if len(known) == 0:
        return float("nan"), float("nan")
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail])
    return float(low), float(high)
