"""Locks between processes: a file that one of them holds. Freed by the kernel when the holder dies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shopkeeper.core.errors import StoreBusy

try:
    import fcntl
except ImportError:  # Windows has no flock: there SQLite's own lock does the waiting
    fcntl = None  # type: ignore[assignment]


@contextmanager
def locked(path: Path, *, seconds: float | None = None) -> Iterator[None]:
    """Hold the lock file while the block runs.

    ``seconds`` None waits in the kernel's queue; a number waits at most so long, then raises `StoreBusy`.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if fcntl is not None:
            if seconds is None:
                fcntl.flock(handle, fcntl.LOCK_EX)
            else:
                _wait(handle, path, seconds)
        yield
    finally:
        os.close(handle)


@contextmanager
def locked_now(path: Path) -> Iterator[bool]:
    """Hold the lock file while the block runs if nobody else does; says whether it is held."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        held = True
        if fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held = False
        yield held
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    pause = 0.0001
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise StoreBusy(
                    "Another process is writing to this shop and does not finish.",
                    got=f"{path.name} held by somebody else for {seconds:g} s",
                    wanted="a turn to write",
                    next="look for a hanging shopkeeper process, or raise store.busy_seconds",
                ) from None
        time.sleep(pause)
        pause = min(pause * 2, 0.001)
