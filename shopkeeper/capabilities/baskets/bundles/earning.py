"""What a bundle would earn in a year: more sold to those who buy some of its products, less the discount to those who buy all.

For a set of products with prices P and costs C in total, M = P - C, offered at a discount d (a share of P):

- those who buy the whole set today, n orders a year, pay d P less each;
- of those who buy only a part of it today, some take the whole set: x n orders a year, where x is the *uplift*, an assumption.
  Each brings M - d P instead of m, the margin of the part that it would have bought.

    earned(d, x) = n (x (M - d P - m) - d P)

It pays where x is above the *break-even uplift* d P / (M - d P - m), or, for a given x, where d is below the *largest discount*
x (M - m) / (P (1 + x)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shopkeeper.capabilities.baskets.bundles.cliques import Clique, Postings
from shopkeeper.capabilities.baskets.bundles.terms import Terms
from shopkeeper.numerics.money import rounded

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Bundle:
    """A set of products, its terms, and what it would earn a year; money in the shop's currency, shares of 1."""

    clique: Clique
    orders_a_year: float
    price: float
    cost: float
    cost_assumed: bool
    discount_share: float
    bundle_price: float
    most_discount_share: float
    break_even_uplift: float
    uplift: float
    earned: float
    earned_low: float
    earned_high: float
    lost: float

    @property
    def margin(self) -> float:
        """What one set earns at full prices."""
        return self.price - self.cost

    @property
    def margin_today(self) -> float:
        """What the orders with the whole set earn a year."""
        return self.orders_a_year * self.margin


def priced(
    clique: Clique, terms: Terms, postings: Postings, *, years: float, discount_share: float, uplift: float
) -> Bundle | None:
    """The bundle at ``discount_share``, or at half the largest discount that pays where that is less; None where none pays.

    ``years`` is how long the baskets were counted; ``uplift`` the share of its orders that a bundle is assumed to win.
    """
    products = list(clique.products)
    price, cost = float(terms.price[products].sum()), float(terms.cost[products].sum())
    part = _margin_of_part(clique, terms, postings)
    gain = price - cost - part
    if not (price > 0.0 and gain > 0.0):
        return None
    most = uplift * gain / (price * (1.0 + uplift))
    wanted = math.floor(min(discount_share, most / 2.0) * 100.0 + 1e-9) / 100.0  # whole percents, as people write them
    bundle_price = rounded(price * (1.0 - wanted), terms.currency)
    less = price - bundle_price  # what the rounded price really gives away
    won = gain - less
    if won <= 0.0:
        return None
    orders = clique.n / years
    each = uplift * won - less
    low, high = _count_interval(clique.n)
    ends = sorted((low / years * each, high / years * each))
    return Bundle(
        clique, orders, rounded(price, terms.currency), rounded(cost, terms.currency), not terms.cost_known[products].all(),
        wanted, bundle_price, most, less / won, uplift, rounded(orders * each, terms.currency),
        rounded(ends[0], terms.currency), rounded(ends[1], terms.currency), rounded(orders * less, terms.currency),
    )  # fmt: skip


def _margin_of_part(clique: Clique, terms: Terms, postings: Postings) -> float:
    """The mean margin of those of its products that a basket with some, but not all, of them holds."""
    of_each = [postings.of(product) for product in clique.products]
    n_some = postings.n_with_any(of_each) - clique.n
    if n_some <= 0:
        return 0.0
    margin = [float(terms.price[product] - terms.cost[product]) for product in clique.products]
    return sum((len(baskets) - clique.n) * each for baskets, each in zip(of_each, margin, strict=True)) / n_some


def _count_interval(n: int) -> tuple[float, float]:
    """What the mean of a count may be (Poisson; Garwood 1936)."""
    from scipy.special import gammaincinv

    tail = (1.0 - CONFIDENCE) / 2.0
    return float(gammaincinv(n, tail)) if n else 0.0, float(gammaincinv(n + 1, 1.0 - tail))
