"""Kernels over cases, in threads: sums that are the same for any number of threads, and one number a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from shopkeeper.numerics.compiling import Array, chunks, in_threads

CHUNK = 8192  # cases summed together: sums of chunks are added in order, whoever worked them out


def summed(kernel: Callable[..., Any], columns: tuple[Array, ...], parameters: Array) -> tuple[float, Array]:
    """(log-likelihood, float64 [parameters] derivatives): what ``kernel`` adds up for each chunk of cases, added in order."""
    values = [float(value) for value in parameters]
    spans = list(chunks(len(columns[0]), CHUNK))
    parts = np.zeros((len(spans), 1 + len(values)))
    in_threads(lambda low, high: kernel(low, high, *columns, *values, parts[low // CHUNK]), spans)
    total = parts.sum(axis=0)
    return float(total[0]), total[1:]


def filled(kernel: Callable[..., Any], columns: tuple[Array, ...], parameters: Array) -> Array:
    """float64 [cases]: what ``kernel`` writes for each case."""
    values = [float(value) for value in parameters]
    out = np.empty(len(columns[0]))
    in_threads(lambda low, high: kernel(low, high, *columns, *values, out), list(chunks(len(out), CHUNK)))
    return out
