"""What has changed in the newest days: which rules are new, which have faded, and their lift there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.baskets.rules.periods import Periods
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.itemsets.rules.changing import Occurrences, new_and_faded
from shopkeeper.numerics.itemsets.rules.finding import Rules, evidence_in


@dataclass(frozen=True)
class Changes:
    """``is_new`` and ``has_faded`` bool [rules], ``recent_lift`` float64 [rules], NaN where one side was not sold."""

    is_new: Array
    has_faded: Array
    recent_lift: Array

    def some(self, kept: Array) -> Changes:
        """Those at these places."""
        return Changes(self.is_new[kept], self.has_faded[kept], self.recent_lift[kept])


def changes(rules: Rules, over_time: Periods, error_share: float) -> Changes:
    """What has changed of each rule; nothing where there is no time before the newest days."""
    if not over_time.has_recent or len(rules) == 0:
        return Changes(np.zeros(len(rules), bool), np.zeros(len(rules), bool), np.full(len(rules), np.nan))
    n, last = over_time.n, over_time.n - 1
    seen = rules.seen
    early, recent = evidence_in(rules, 0, last), evidence_in(rules, last, n)
    n_with = seen.n_with[rules.whole]
    n_early = n_with[:, :last].sum(axis=1)
    found = Occurrences(n_early, n_with[:, last], early.expected, recent.expected, early.log_p, recent.log_p)
    is_new, has_faded = new_and_faded(found, rules.limit, over_time.recent_share, error_share)
    n_recent = int((over_time.period == last).sum())
    n_left, n_right = seen.n_with[rules.antecedent, last], rules.n_consequent[:, last]
    lift = np.full(len(rules), np.nan)
    sold = (n_left > 0) & (n_right > 0)
    lift[sold] = n_with[sold, last] * n_recent / (n_left[sold] * n_right[sold].astype(np.float64))
    return Changes(is_new, has_faded, lift)
