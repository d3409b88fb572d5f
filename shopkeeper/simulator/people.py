"""The simulated customers: when they came, how often they visit and which groups they like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.simulator.arrow import DAY, moments, numbered, shop_table, words
from shopkeeper.simulator.catalog import Catalog
from shopkeeper.simulator.settings import SimulatorSettings
from shopkeeper.simulator.words import COUNTRIES, COUNTRY_SHARES, LANGUAGES

Array = np.ndarray[Any, Any]

FAVORITE_SHARE = 0.85
"""Of the choices that follow taste, this share goes to the favorite group and the rest to the second one."""


@dataclass(frozen=True)
class People:
    """The customers, one array element each, numbered 0 to n_customers - 1.

    ``favorite`` and ``second`` are groups; ``visits`` is the mean number of visits over the whole simulated time;
    ``created_day`` (float) counts days from the start, negative for those known before; after ``left_day`` a customer never
    comes again (infinite for those who stay).
    """

    favorite: Array
    second: Array
    visits: Array
    created_day: Array
    left_day: Array
    country: Array
    accepts_marketing: Array

    @property
    def n_customers(self) -> int:
        """How many customers there are."""
        return len(self.favorite)

    def draw_groups(self, customers: Array, catalog: Catalog, taste: float, random: np.random.Generator) -> Array:
        """One group for each given customer: by taste with probability ``taste``, else by overall popularity."""
        by_popularity = draw_shares(catalog.group_share, len(customers), random)
        likes_second = random.random(len(customers)) >= FAVORITE_SHARE
        by_taste = np.where(likes_second, self.second[customers], self.favorite[customers])
        return np.where(random.random(len(customers)) < taste, by_taste, by_popularity)


def draw_shares(shares: Array, n: int, random: np.random.Generator) -> Array:
    """``n`` numbers (int64) drawn with the given shares, which sum to 1."""
    return np.minimum(np.searchsorted(np.cumsum(shares), random.random(n), side="right"), len(shares) - 1)


def make_people(
    settings: SimulatorSettings, catalog: Catalog, random: np.random.Generator, leaving: np.random.Generator
) -> People:
    """The customers of a world. Favorites are drawn by popularity, so that taste changes who buys, not what is bought overall.

    Visits per customer are Gamma(2)-distributed around their mean: some come daily, most seldom. Who leaves does so at any
    moment after arriving, whatever the taste.
    """
    n = settings.n_customers
    newcomer = random.random(n) < settings.newcomer_share
    created = np.where(newcomer, random.uniform(0, settings.n_days, n), -random.uniform(1, 365, n))
    stayed = np.maximum(created, 0.0)
    left = stayed + leaving.random(n) * (settings.n_days - stayed)
    return People(
        left_day=np.where(leaving.random(n) < settings.leaving_share, left, np.inf),
        favorite=draw_shares(catalog.group_share, n, random),
        second=draw_shares(catalog.group_share, n, random),
        visits=random.gamma(2.0, settings.visits_per_customer / 2.0, n),
        created_day=created,
        country=draw_shares(np.array(COUNTRY_SHARES), n, random),
        accepts_marketing=random.random(n) < 0.4,
    )


def customers_table(people: People, start: int) -> pa.Table:
    """The customers as the shop knows them; ``start`` is the first midnight in microseconds since 1970."""
    return shop_table(
        "customers",
        {
            "customer_id": numbered("c", np.arange(people.n_customers)),
            "country": words(COUNTRIES, people.country),
            "language": words(LANGUAGES, people.country),
            "accepts_marketing": people.accepts_marketing,
            "created_at": moments(start + (people.created_day * DAY).astype(np.int64)),
        },
    )
