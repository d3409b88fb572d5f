"""Keeps what the pages' queries gave until the shop's data change: one open view of the shop, and answers by name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

T = TypeVar("T")

MAX_KEPT = 256


class Memory:
    """Thread-safe. A shop that takes thousands of events a second is looked at anew every ``fresh_seconds`` only."""

    def __init__(self, shop: Shop, *, fresh_seconds: float = 2.0) -> None:
        self._shop = shop
        self._fresh_seconds = fresh_seconds
        self._lock = threading.RLock()
        self._view: Any = None
        self._stamp: Hashable = None
        self._checked_at = float("-inf")
        self._kept: dict[Hashable, Any] = {}

    def get(self, key: Hashable, make: Callable[[ShopView], T]) -> T:
        """``make(view)`` on the newest view, or what it gave before on the same data."""
        with self._lock:
            view = self._newest_view()
            if key not in self._kept:
                if len(self._kept) >= MAX_KEPT:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = make(view)
            return cast(T, self._kept[key])

    def forget(self) -> None:
        """Look at the shop anew next time, whatever the clock says: after an import or a run."""
        with self._lock:
            self._checked_at = float("-inf")

    def close(self) -> None:
        """Close the open view."""
        with self._lock:
            self._kept.clear()
            if self._view is not None:
                self._view.close()
                self._view = None
            self._stamp = None

    def _newest_view(self) -> ShopView:
        now = time.monotonic()
        if self._view is None or now - self._checked_at >= self._fresh_seconds:
            self._checked_at = now
            stamp = self._stamp_now()
            if self._view is None or stamp != self._stamp:
                self.close()
                # Up to now, not up to the newest order: what was rejected or decided today is looked at here.
                self._view = self._shop.view(datetime.now(UTC))
                self._stamp = stamp
                self._checked_at = now
        return cast("ShopView", self._view)

    def _stamp_now(self) -> Hashable:
        positions = self._shop.store.snapshot().positions()
        newest = self._shop.runs(limit=1)
        return tuple(sorted(positions.items())), newest[0].run_id if newest else ""
