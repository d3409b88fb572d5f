"""What the simulated shop sold: orders, their lines with returns, counts of stock, and what customers thought of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.numerics.money import MINOR_UNITS
from shopkeeper.simulator.arrow import DAY, moments, numbered, shop_table, words
from shopkeeper.simulator.scene import Scene
from shopkeeper.simulator.visits import Visits, purchase_moments
from shopkeeper.simulator.words import CHANNELS, COUNTRIES, DEVICES, PAYMENT_METHODS

Array = np.ndarray[Any, Any]

SHIPPING, FREE_SHIPPING_FROM = 4.95, 60.0
"""What delivery costs the customer, in shop currency, and the order value from which it is free."""
MEAN_EXTRA_PIECES = 0.3
"""An order line has one piece and, on average, this many more (Poisson)."""
RETURN_DAYS = (3, 21)
"""Returns come so many days after the order; those after the end of the simulated time are not in the tables."""
DISCOUNT = 0.2
"""What a reduced product costs less, as a share of its price."""
COUNT_EVERY_DAYS = 7
"""Stock is counted this often, and once at the end."""

MEAN_RATING, QUALITY_SPREAD, RATING_NOISE = 3.5, 0.5, 0.6
"""A rating is the mean, the product's quality (normal), what the group means to the customer, and noise (normal)."""
LIKED_GROUP = (1.0, 0.5, -0.5)
"""Stars that a product of the favorite, the second and any other group gains, where choices follow taste wholly."""
REVIEW_DAYS = (2, 30)
"""Reviews come so many days after the order; those after the end of the simulated time are not in the tables."""


@dataclass(frozen=True)
class Trade:
    """The order lines as arrays in order of time: ``order`` is the visit in which it was placed; returns are negative.

    ``price`` is what a piece cost, ``discount`` what was taken off it.
    """

    order: Array
    product: Array
    quantity: Array
    at: Array
    price: Array
    discount: Array


def make_trade(scene: Scene, visits: Visits, random: np.random.Generator, reducing: np.random.Generator) -> Trade:
    """One line for each product bought in a visit, then the returns; the same product twice in a visit is one line."""
    bought = np.flatnonzero(visits.bought)
    pair = visits.visit[bought] * scene.catalog.n_products + visits.product[bought]
    lines, times = np.unique(pair, return_counts=True)
    order, product = lines // scene.catalog.n_products, lines % scene.catalog.n_products
    quantity = times + random.poisson(MEAN_EXTRA_PIECES, len(lines))
    at = purchase_moments(visits)[order]
    discount = _discounts(scene, product, at, reducing)
    back_at = at + (random.uniform(*RETURN_DAYS, len(lines)) * DAY).astype(np.int64)
    comes_back = (random.random(len(lines)) < scene.settings.return_share) & (back_at < scene.calendar.end)
    order, product = np.concatenate((order, order[comes_back])), np.concatenate((product, product[comes_back]))
    quantity, at = np.concatenate((quantity, -quantity[comes_back])), np.concatenate((at, back_at[comes_back]))
    discount = np.concatenate((discount, discount[comes_back]))
    by_time = np.lexsort((product, order, at))
    product, discount = product[by_time], discount[by_time]
    price = scene.catalog.price[product] - discount
    return Trade(order[by_time], product, quantity[by_time], at[by_time], price, discount)


def _discounts(scene: Scene, product: Array, at: Array, random: np.random.Generator) -> Array:
    """What is taken off each line's piece: a fifth of the price in the weeks in which its product is reduced."""
    weeks = scene.settings.n_days // 7 + 2
    week = ((at - scene.calendar.start) // (7 * DAY)).clip(0, weeks - 1)
    seen, place = np.unique(week * scene.catalog.n_products + product, return_inverse=True)
    is_reduced = random.random(len(seen)) < scene.settings.discount_share
    reduction = np.round(scene.catalog.price * DISCOUNT, MINOR_UNITS.get(scene.settings.currency.upper(), 2))
    return np.where(is_reduced[place], reduction[product], 0.0)


def orders_table(scene: Scene, visits: Visits, trade: Trade) -> pa.Table:
    """One row an order, in order of time; ``value`` is what was ordered, before any return. A guest's has no customer."""
    sold = trade.quantity > 0
    number, line_order = np.unique(trade.order[sold], return_inverse=True)
    value = np.round(np.bincount(line_order, (trade.quantity * trade.price)[sold], len(number)), 6)
    by_time = np.argsort(purchase_moments(visits)[number], kind="stable")
    number, value = number[by_time], value[by_time]
    customer = np.where(visits.anonymous, -1, visits.customer)[number]
    return shop_table(
        "orders",
        {
            "order_id": numbered("o", number),
            "at": moments(purchase_moments(visits)[number]),
            "customer_id": numbered("c", customer),
            "session_id": numbered("s", number),
            "value": value,
            "shipping": np.where(value < FREE_SHIPPING_FROM, SHIPPING, 0.0),
            "payment_method": words(PAYMENT_METHODS, number % len(PAYMENT_METHODS)),
            "channel": words(CHANNELS, visits.channel[number]),
            "device": words(DEVICES, visits.device[number]),
            "country": words(COUNTRIES, scene.people.country[visits.customer[number]]),
        },
    )


def order_lines_table(visits: Visits, trade: Trade) -> pa.Table:
    """One row a line, in order of time; a return repeats its order's number with a negative quantity."""
    customer = np.where(visits.anonymous, -1, visits.customer)[trade.order]
    return shop_table(
        "order_lines",
        {
            "line_id": numbered("l", np.arange(len(trade.order))),
            "order_id": numbered("o", trade.order),
            "at": moments(trade.at),
            "customer_id": numbered("c", customer),
            "product_id": numbered("p", trade.product),
            "quantity": trade.quantity.astype(np.float64),
            "price": trade.price,
            "discount": trade.discount,
        },
    )


def stock_levels_table(scene: Scene, trade: Trade) -> pa.Table:
    """Weekly counts of each product: filled up to three average weeks' sales, less what was sold in the week.

    Stock never keeps anybody from buying; at the last count nothing is left of the products that are out of stock.
    """
    n_products, n_days = scene.catalog.n_products, scene.settings.n_days
    count_days = np.unique(np.append(np.arange(COUNT_EVERY_DAYS, n_days, COUNT_EVERY_DAYS), n_days))
    week = np.searchsorted(count_days, (trade.at - scene.calendar.start) / DAY, side="left").clip(0, len(count_days) - 1)
    sold = np.bincount(week * n_products + trade.product, trade.quantity, len(count_days) * n_products)
    sold = sold.reshape(len(count_days), n_products)
    left = np.maximum(np.ceil(3 * sold.mean(axis=0)) + 5 - sold, 0)
    left[-1, scene.catalog.out_of_stock] = 0
    is_there = scene.catalog.created_day[None, :] < count_days[:, None]
    row, product = np.nonzero(is_there)
    return shop_table(
        "stock_levels",
        {
            "stock_id": numbered("k", np.arange(len(row))),
            "product_id": numbered("p", product),
            "at": moments(scene.calendar.start + count_days[row] * DAY - 1),
            "quantity": left[row, product],
        },
    )


def reviews_table(scene: Scene, visits: Visits, trade: Trade, random: np.random.Generator) -> pa.Table:
    """Ratings of some of what known customers bought, in order of time: stars from 1 to 5, without words."""
    quality = random.normal(0.0, QUALITY_SPREAD, scene.catalog.n_products)
    n_lines = len(trade.order)
    at = trade.at + (random.uniform(*REVIEW_DAYS, n_lines) * DAY).astype(np.int64)
    stars = MEAN_RATING + quality[trade.product] + random.normal(0.0, RATING_NOISE, n_lines)
    customer, group = visits.customer[trade.order], scene.catalog.group[trade.product]
    is_favorite, is_second = scene.people.favorite[customer] == group, scene.people.second[customer] == group
    stars += scene.settings.taste * np.select([is_favorite, is_second], LIKED_GROUP[:2], LIKED_GROUP[2])
    rated = (random.random(n_lines) < scene.settings.review_share) & (trade.quantity > 0) & (at < scene.calendar.end)
    line = np.flatnonzero(rated & ~visits.anonymous[trade.order])
    line = line[np.argsort(at[line], kind="stable")]
    return shop_table(
        "reviews",
        {
            "review_id": numbered("v", np.arange(len(line))),
            "at": moments(at[line]),
            "product_id": numbered("p", trade.product[line]),
            "customer_id": numbered("c", customer[line]),
            "order_id": numbered("o", trade.order[line]),
            "rating": np.clip(np.round(stars[line]), 1.0, 5.0),
        },
    )
