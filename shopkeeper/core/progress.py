"""How long work says where it is and learns that it should stop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from shopkeeper.core.errors import Cancelled


class Progress(Protocol):
    """Somebody who watches: a terminal bar, a job row, or nobody."""

    def step(self, share: float, doing: str) -> None:
        """Say that ``share`` (0-1) is done and what comes next; raises `Cancelled` when somebody stopped the work."""


class Silent:
    """Nobody watches and nobody stops."""

    def step(self, share: float, doing: str) -> None:
        """Do nothing."""


class Watched:
    """Calls ``tell(share, doing)`` and stops when ``should_stop()`` says so."""

    def __init__(self, tell: Callable[[float, str], None], should_stop: Callable[[], bool] = lambda: False) -> None:
        self._tell = tell
        self._should_stop = should_stop

    def step(self, share: float, doing: str) -> None:
        """Tell the watcher; raise `Cancelled` if the work should stop."""
        if self._should_stop():
            done = f"{share:.0%} done, {doing}"
            raise Cancelled("The work was stopped.", got=done, wanted="to finish", next="run it again to start over")
        self._tell(min(max(share, 0.0), 1.0), doing)


class Part:
    """A slice of somebody else's progress: its 0-1 is ``low``-``high`` of the whole."""

    def __init__(self, whole: Progress, low: float, high: float, prefix: str = "") -> None:
        self._whole = whole
        self._low = low
        self._high = high
        self._prefix = prefix

    def step(self, share: float, doing: str) -> None:
        """Pass on the share of the whole."""
        self._whole.step(self._low + (self._high - self._low) * share, self._prefix + doing)
