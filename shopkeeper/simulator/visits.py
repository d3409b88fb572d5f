"""What happens in the simulated shop: visits, views, carts and purchases, as arrays and as GA4 events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.simulator.arrow import DAY, SECOND, moments, numbered, shop_table, words
from shopkeeper.simulator.people import draw_shares
from shopkeeper.simulator.scene import Scene
from shopkeeper.simulator.words import CHANNEL_SHARES, CHANNELS, DEVICE_SHARES, DEVICES, GROUPS, N_KINDS

Array = np.ndarray[Any, Any]

STEP = 20 * SECOND
"""Time between two things done in a visit."""
EVENTS = ("view_item", "add_to_cart", "purchase", "search", "begin_checkout")
N_ATTEMPTS = 30
"""How often a choice that is not on sale yet, or out of season, is made anew before the view is given up."""


@dataclass(frozen=True)
class Visits:
    """The visits in order of time, and all that was viewed in them in order of visit.

    A visit: ``customer`` (who it is in truth), ``at`` (microseconds since 1970), ``anonymous``, ``channel``, ``device``,
    ``searched`` (it began with a search), ``checkout`` (it came as far as the checkout).
    A view: ``visit`` and ``product`` (both int64), ``step`` within the visit from 0, ``carted``, ``bought``. A complement
    taken along is a view of its own that was carted and bought.
    """

    customer: Array
    at: Array
    anonymous: Array
    channel: Array
    device: Array
    searched: Array
    checkout: Array
    visit: Array
    product: Array
    step: Array
    carted: Array
    bought: Array


def make_visits(scene: Scene, random: np.random.Generator, habits: np.random.Generator) -> Visits:
    """All visits of all customers and what was viewed, carted and bought in them."""
    settings = scene.settings
    customer, at = _when(scene, random)
    n = len(customer)
    day = (at - scene.calendar.start) // DAY
    n_views = 1 + random.poisson(settings.views_per_visit - 1, n)
    visit, product, step = _views(scene, customer, day, n_views, random)
    carted = random.random(len(visit)) < settings.cart_share
    bought = carted & (random.random(len(visit)) < settings.purchase_share)
    bought &= ~_left_for_another(visit, scene.catalog.kind[product], bought, settings.substitution, random)
    anonymous = random.random(n) < settings.anonymous_share
    channel = draw_shares(np.array(CHANNEL_SHARES), n, random)
    device = draw_shares(np.array(DEVICE_SHARES), n, random)
    views = _with_complements(scene, day, visit, product, step, carted, bought, random)
    filled, paid = (np.bincount(views["visit"][views[name]], minlength=n) > 0 for name in ("carted", "bought"))
    return Visits(
        customer=customer,
        at=at,
        anonymous=anonymous,
        channel=channel,
        device=device,
        searched=habits.random(n) < settings.search_share,
        checkout=paid | (filled & (habits.random(n) < settings.hesitation)),
        **views,
    )


def _when(scene: Scene, random: np.random.Generator) -> tuple[Array, Array]:
    """Customer and moment of each visit, in order of time: by the calendar's demand, while the customer is there."""
    people, calendar = scene.people, scene.calendar
    cumulated = np.concatenate(([0.0], np.cumsum(calendar.demand)))
    known_from = np.interp(np.clip(people.created_day, 0, len(calendar.demand)), np.arange(len(cumulated)), cumulated)
    left = 1.0 - known_from / cumulated[-1]
    customer = np.repeat(np.arange(people.n_customers), random.poisson(people.visits * left))
    point = known_from[customer] + random.random(len(customer)) * (cumulated[-1] - known_from[customer])
    day = np.interp(point, cumulated, np.arange(len(cumulated)))
    is_there = day < people.left_day[customer]
    customer, day = customer[is_there], day[is_there]
    at = calendar.start + (day * DAY).astype(np.int64)
    order = np.argsort(at, kind="stable")
    return customer[order], at[order]


def _views(scene: Scene, customer: Array, day: Array, n_views: Array, random: np.random.Generator) -> tuple[Array, Array, Array]:
    """Visit, product and step of each view: drawn by taste and season, or the sequel of the product viewed before."""
    catalog = scene.catalog
    previous = np.full(len(customer), -1)
    parts: list[tuple[Array, Array, Array]] = []
    for step in range(int(n_views.max(initial=0))):
        visit = np.flatnonzero(n_views > step)
        product = _choose(scene, customer[visit], day[visit], random)
        before = previous[visit]
        sequel = catalog.sequel[np.maximum(before, 0)]
        follows = (random.random(len(visit)) < scene.settings.order_effect) & (before >= 0)
        follows &= catalog.created_day[sequel] <= day[visit]
        product = np.where(follows, sequel, product)
        previous[visit] = product
        found = product >= 0
        parts.append((visit[found], product[found], np.full(int(found.sum()), step)))
    if not parts:
        return (np.zeros(0, np.int64),) * 3
    visit, product, steps = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((steps, visit))
    return visit[order], product[order], steps[order]


def _choose(scene: Scene, customer: Array, day: Array, random: np.random.Generator) -> Array:
    """A product on sale on that day for each customer, -1 where none was found; season by rejection, which keeps shares exact."""
    settings, catalog = scene.settings, scene.catalog
    chosen = np.full(len(customer), -1)
    waiting = np.arange(len(customer))
    for _ in range(N_ATTEMPTS):
        if not len(waiting):
            break
        group = scene.people.draw_groups(customer[waiting], catalog, settings.taste, random)
        product = catalog.draw(group, random)
        takes = random.random(len(waiting)) * (1 + settings.season) < scene.calendar.of_group(group, day[waiting])
        takes &= catalog.created_day[product] <= day[waiting]
        chosen[waiting[takes]] = product[takes]
        waiting = waiting[~takes]
    return chosen


def _left_for_another(visit: Array, kind: Array, bought: Array, share: float, random: np.random.Generator) -> Array:
    """Which purchases do not happen because another product of the same kind was bought earlier in the visit."""
    wanted = np.flatnonzero(bought)
    pair = visit[wanted] * (int(kind.max(initial=0)) + 1) + kind[wanted]
    _, first = np.unique(pair, return_index=True)
    is_later = np.ones(len(wanted), bool)
    is_later[first] = False
    left = np.zeros(len(visit), bool)
    left[wanted] = is_later & (random.random(len(wanted)) < share)
    return left


def _with_complements(
    scene: Scene,
    day: Array,
    visit: Array,
    product: Array,
    step: Array,
    carted: Array,
    bought: Array,
    random: np.random.Generator,
) -> dict[str, Array]:
    """The same views with the complements that were taken along appended to each visit."""
    other = scene.catalog.complement[product]
    takes = np.flatnonzero(bought & (other >= 0) & (random.random(len(visit)) < scene.settings.complements))
    takes = takes[scene.catalog.created_day[other[takes]] <= day[visit[takes]]]
    yes = np.ones(len(takes), bool)
    # Complements come after everything that was viewed for its own sake.
    later = step[takes] + int(step.max(initial=0)) + 1
    columns = {
        "visit": np.concatenate((visit, visit[takes])),
        "product": np.concatenate((product, other[takes])),
        "carted": np.concatenate((carted, yes)),
        "bought": np.concatenate((bought, yes)),
    }
    order = np.lexsort((np.concatenate((step, later)), columns["visit"]))
    columns = {name: column[order] for name, column in columns.items()}
    first_row = np.searchsorted(columns["visit"], columns["visit"])
    return {**columns, "step": np.arange(len(order)) - first_row}


def purchase_moments(visits: Visits) -> Array:
    """When each visit's order is placed (microseconds since 1970): after its last view and cart."""
    n_steps = np.bincount(visits.visit, minlength=len(visits.at))
    return visits.at + (2 * n_steps + 1) * STEP


def events_table(scene: Scene, visits: Visits) -> pa.Table:
    """The funnel search, view_item, add_to_cart, begin_checkout, purchase in order of time.

    An anonymous visit has no customer; search and checkout have no product.
    """
    rows = (np.arange(len(visits.visit)), np.flatnonzero(visits.carted), np.flatnonzero(visits.bought), _first_views(visits))
    row, kind = np.concatenate(rows), np.repeat(np.arange(4), [len(part) for part in rows])
    leave = np.flatnonzero(visits.checkout)
    visit = np.concatenate((visits.visit[row], leave))
    product = np.concatenate((visits.product[row], np.full(len(leave), -1)))
    step = np.concatenate((visits.step[row], np.zeros(len(leave), np.int64)))
    kind = np.concatenate((kind, np.full(len(leave), 4)))
    placed = purchase_moments(visits)[visit]
    began = visits.at[visit] + 2 * step * STEP
    at = np.choose(kind, (began, began + STEP, placed, began - STEP // 2, placed - STEP // 2))
    order = np.lexsort((product, kind, visit, at))
    visit, product, kind, at = visit[order], product[order], kind[order], at[order]
    is_search, is_purchase = pa.array(kind == 3), kind == 2
    typed = pc.utf8_lower(words([name for _, names in GROUPS for name in names], _shown(scene, product)))
    nothing = pa.scalar(None, pa.float64())
    return shop_table(
        "events",
        {
            "event_id": numbered("e", np.arange(len(at))),
            "at": moments(at),
            "event": words(EVENTS, kind),
            "customer_id": numbered("c", np.where(visits.anonymous, -1, visits.customer)[visit]),
            "session_id": numbered("s", visit),
            "product_id": numbered("p", np.where(kind == 3, -1, product)),
            "order_id": numbered("o", np.where(is_purchase, visit, -1)),
            "quantity": pc.if_else(pa.array(is_purchase), 1.0, nothing),
            "value": pc.if_else(pa.array(is_purchase), pa.array(scene.catalog.price[product]), nothing),
            "search_term": pc.if_else(is_search, typed, pa.scalar(None, pa.string())),
            "channel": words(CHANNELS, visits.channel[visit]),
            "device": words(DEVICES, visits.device[visit]),
        },
    )


def _first_views(visits: Visits) -> Array:
    """The rows of the first views of the visits that began with a search: what was found is what was searched for."""
    _, first = np.unique(visits.visit, return_index=True)
    return first[visits.searched[visits.visit[first]]]


def _shown(scene: Scene, product: Array) -> Array:
    """The place of each product's kind among all kinds of the vocabulary, as the shop shows it."""
    return scene.catalog.shown_kind[product] % (len(GROUPS) * N_KINDS)
