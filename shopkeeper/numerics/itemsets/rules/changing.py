"""Which rules are new and which have faded: tests of what happened in the recent period against what happened before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.itemsets.rules.tails import binomial


@dataclass(frozen=True)
class Occurrences:
    """Baskets with each rule, int64 [rules], in the earlier and the recent period; what chance makes of them; the log p there."""

    n_early: Array
    n_recent: Array
    expected_early: Array
    expected_recent: Array
    log_p_early: Array
    log_p_recent: Array


def new_and_faded(found: Occurrences, limit: Array, recent_share: float, error_rate: float) -> tuple[Array, Array]:
    """(bool [rules] is new, bool [rules] has faded).

    New: beyond chance recently (log p at most ``limit`` float64 [rules]), not so before, and the change itself is beyond
    chance; faded: the other way round. Two one-sided tests of change, each given the total (Przyborowski & Wilenski 1940). How
    the baskets with the rule fall on the periods beside how chance's do, which is fair to products that are sold more in one of
    them. And, where one period shows nothing, not even p below ``error_rate`` if it was the only test, beside ``recent_share``,
    the share of all baskets that are recent. Corrected for all rules, both tests and both directions (Bonferroni).
    """
    n = found.n_early + found.n_recent
    both = found.expected_early + found.expected_recent
    share = np.divide(found.expected_recent, both, out=np.full(len(n), recent_share), where=both > 0)
    by_time = np.full(len(n), recent_share)
    allowed = np.log(error_rate) - np.log(max(4 * len(n), 1))
    early, recent = found.log_p_early <= limit, found.log_p_recent <= limit
    nothing_early, nothing_recent = (each > np.log(error_rate) for each in (found.log_p_early, found.log_p_recent))
    rose = (found.n_early > 0) & (binomial(found.n_recent, n, share) <= allowed)
    fell = (found.n_recent > 0) & (binomial(found.n_early, n, 1.0 - share) <= allowed)
    came = nothing_early & (binomial(found.n_recent, n, by_time) <= allowed)
    went = nothing_recent & (binomial(found.n_early, n, 1.0 - by_time) <= allowed)
    return recent & ~early & (rose | came), early & ~recent & (fell | went)
