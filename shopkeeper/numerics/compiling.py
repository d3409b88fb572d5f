"""How formulas are compiled and shared among threads: one decorator, one loop, the same answer with any number of threads.

Kernels release the interpreter's lock and are run by plain threads, each on ranges of rows. numba's own `prange` is not used:
its default threading layer kills the process when two requests of a server enter it at once, and it compiles three times slower.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

F = TypeVar("F", bound=Callable[..., Any])

Integers = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[Any]
Tell = Callable[[float], None]  # is told the share (0-1) that is done; may raise to stop the work


def quiet(share: float) -> None:
    """Tell nobody."""


def kernel(function: F) -> F:
    """``function`` compiled; kept on disk beside the source, else in the user's cache, else not at all."""
    try:
        compiled = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:  # numba found no folder that it may write to: it compiles anew in every process
        compiled = numba.njit(nogil=True)(function)
    return cast(F, compiled)


def inlined(function: F) -> F:
    """``function`` compiled for use inside kernels only."""
    return cast(F, numba.njit(nogil=True)(function))


# Sums may be taken in another order and multiplied in one step with them, so that they use the processor's wide registers.
# NaN and infinity keep their meaning, a division by zero gives them; the same code on the same machine gives the same result.
REORDERED = {"reassoc", "contract", "nsz"}


def summing_kernel(function: F) -> F:
    """As `kernel`, for sums of floats that may be taken in any order."""
    try:
        compiled = numba.njit(nogil=True, cache=True, fastmath=REORDERED, error_model="numpy")(function)
    except RuntimeError:  # as in `kernel`
        compiled = numba.njit(nogil=True, fastmath=REORDERED, error_model="numpy")(function)
    return cast(F, compiled)


def summing(function: F) -> F:
    """As `inlined`, for sums of floats that may be taken in any order."""
    return cast(F, numba.njit(nogil=True, fastmath=REORDERED, error_model="numpy")(function))


def n_threads() -> int:
    """How many threads long work may use: the processor cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def ranges(work: Integers, n_ranges: int) -> list[tuple[int, int]]:
    """``[0, len(work))`` cut into at most ``n_ranges`` consecutive ranges of about the same total ``work``."""
    if len(work) == 0:
        return []
    done = np.cumsum(work.astype(np.float64) + 1.0)
    cuts = np.searchsorted(done, np.linspace(0.0, done[-1], n_ranges + 1)[1:-1], side="left") + 1
    edges = np.unique(np.concatenate(([0], cuts, [len(work)])))
    return [(int(low), int(high)) for low, high in itertools.pairwise(edges)]


def in_threads(call: Callable[[int, int], Any], spans: list[tuple[int, int]], tell: Tell = quiet) -> None:
    """``call(low, high)`` for every span, in parallel; ``tell(share done)`` is called in this thread and may raise to stop."""
    if len(spans) <= 1:
        for low, high in spans:
            call(low, high)
        return
    with ThreadPoolExecutor(min(n_threads(), len(spans))) as pool:
        futures = [pool.submit(call, low, high) for low, high in spans]
        try:
            for number, future in enumerate(futures):
                future.result()
                tell((number + 1) / len(futures))
        finally:
            for future in futures:
                future.cancel()


def chunks(n_rows: int, size: int) -> Iterator[tuple[int, int]]:
    """``[0, n_rows)`` in consecutive pieces of ``size`` rows."""
    for low in range(0, n_rows, size):
        yield low, min(n_rows, low + size)
