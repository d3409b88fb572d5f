"""Where the time is cut: history, then a validation period that chooses, then a test period that is looked at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, choose_rows

FOREVER = np.iinfo(np.int64).max
LARGE = 10  # times the interactions of a sample


@dataclass(frozen=True)
class Periods:
    """Where the time is cut, in microseconds: history < validation_at <= validation < test_at <= test <= end_at."""

    validation_at: int
    test_at: int
    end_at: int


def periods(log: Log, is_known: Array, settings: RecommendSettings) -> Periods | None:
    """The cuts such that the test period and the validation period before it each hold ``test_share`` of the interactions.

    None where the moments do not allow it (all at once).
    """
    known = np.repeat(is_known, np.diff(log.starts))
    at = log.at[known]
    if len(at) < 2:
        return None
    share = settings.test_share
    validation_at, test_at = (int(moment) for moment in np.quantile(at, [1.0 - 2.0 * share, 1.0 - share], method="nearest"))
    end_at = int(at.max())
    if not int(at.min()) < validation_at < test_at <= end_at:
        return None
    return Periods(validation_at, test_at, end_at)


def sample(log: Log, settings: RecommendSettings, seed: int) -> tuple[Log, Array]:
    """(log of a sample of customers with about ``tuning_interactions`` interactions, which rows they are); all if it is small.

    Of a shop with more than ten times as many the sample is half as large: each trial costs more there, for its products.
    """
    n_interactions, wanted = len(log.product), settings.tuning_interactions
    if n_interactions <= wanted:
        return log, np.arange(log.n_rows)
    if n_interactions > LARGE * wanted:
        wanted //= 2
    n_rows = max(1, int(log.n_rows * wanted / n_interactions))
    chosen = np.sort(np.random.default_rng(seed).choice(log.n_rows, n_rows, replace=False))
    return choose_rows(log, chosen), chosen
