"""Keeps what the pages' queries gave until the shop's data change: one open view of the shop, and answers by name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

T = TypeVar("T")

MAX_KEPT = 256
RUNS = "runs"


class Memory:
    """Thread-safe. A shop that takes thousands of events a second is looked at anew every ``fresh_seconds`` only."""

    def __init__(self, shop: Shop, *, fresh_seconds: float = 2.0) -> None:
        self._shop = shop
        self._fresh_seconds = fresh_seconds
        self._lock = threading.RLock()
        self._view: Any = None
        self._of_view: Mapping[str, Hashable] = {}
        self._now: Mapping[str, Hashable] = {}
        self._checked_at = float("-inf")
        self._kept: dict[Hashable, tuple[Hashable, Any]] = {}

    def get(self, key: Hashable, make: Callable[[ShopView], T], of: tuple[str, ...] = ()) -> T:
        """``make(view)`` on the newest view, or what it gave before on the same rows of the tables ``of`` (default: all).

        ``of`` may also name ``runs``: what was run, and with it every result.
        """
        with self._lock:
            self._look()
            stamp = tuple(self._now.get(name) for name in of) if of else tuple(sorted(self._now.items()))
            kept = self._kept.get(key)
            if kept is None or kept[0] != stamp:
                self._kept.pop(key, None)
                if len(self._kept) >= MAX_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                kept = self._kept[key] = (stamp, make(self._newest_view()))
            return cast(T, kept[1])

    def forget(self) -> None:
        """Look at the shop anew next time, whatever the clock says: after an import or a run."""
        with self._lock:
            self._checked_at = float("-inf")

    def close(self) -> None:
        """Close the open view."""
        with self._lock:
            self._kept.clear()
            self._checked_at = float("-inf")
            self._close_view()

    def _close_view(self) -> None:
        if self._view is not None:
            self._view.close()
            self._view = None

    def _look(self) -> None:
        """See how far each table has come, unless that was seen a moment ago."""
        moment = time.monotonic()
        if moment - self._checked_at < self._fresh_seconds:
            return
        newest = self._shop.runs(limit=1)
        restored = tuple(str(self._shop.store.models.current(name)) for name in self._shop.registry.tasks)
        runs = (newest[0].run_id if newest else "", restored)
        self._now = {**self._shop.store.snapshot().positions(), RUNS: runs}
        self._checked_at = moment

    def _newest_view(self) -> ShopView:
        if self._view is None or self._of_view != self._now:
            self._close_view()
            # All that is known up to now, what was rejected a minute ago too; its moment is the shop's own newest one.
            self._view = self._shop.view()
            self._of_view = self._now
        return cast("ShopView", self._view)
