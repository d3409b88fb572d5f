"""The periods that rules are tested in: the newest days, and the time before them in parts of about that length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

DAY = 86_400_000_000
MOST_EARLIER = 3
"""Parts of the earlier time: two products of one season are then no surprise, and there is enough in each to count."""


@dataclass(frozen=True)
class Periods:
    """``period`` int32 [baskets] below ``n``, the last one is the recent one; ``recent_days`` is how long that is."""

    period: Array
    n: int
    recent_days: float

    @property
    def has_recent(self) -> bool:
        """Whether there is a time before the newest days."""
        return self.n > 1

    @property
    def recent_share(self) -> float:
        """The share of the baskets that are recent."""
        return float(np.mean(self.period == self.n - 1)) if len(self.period) else 0.0


def periods(at: Array, recent_days: int) -> Periods:
    """The periods of baskets at ``at`` int64 [baskets] (microseconds, increasing): ``recent_days``, at most half of the time."""
    if len(at) == 0 or at[-1] == at[0]:
        return Periods(np.zeros(len(at), np.int32), 1, 0.0)
    recent = min(recent_days * DAY, (int(at[-1]) - int(at[0])) // 2)
    border = int(at[-1]) - recent
    earlier = border - int(at[0])
    n_earlier = int(min(MOST_EARLIER, max(1, round(earlier / max(recent, 1)))))
    place = np.minimum((at - at[0]) * n_earlier // max(earlier, 1), n_earlier - 1)
    period = np.where(at > border, n_earlier, place).astype(np.int32)
    return Periods(period, n_earlier + 1, recent / DAY)
