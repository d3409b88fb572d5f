"""What methods are chosen and compared on: the shop's interactions, cut into exams."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.judging.exam import MINIMUM_CASES, Exam, exam
from shopkeeper.capabilities.recommend.judging.periods import FOREVER, Periods, periods, sample
from shopkeeper.capabilities.recommend.judging.scores import popularity_half_life
from shopkeeper.capabilities.recommend.methods.method import Products
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.capabilities.recommend.read import read_interactions, read_products
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.progress import Progress
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, build_log


@dataclass(frozen=True)
class Material:
    """The log of all customers, who of them is known, what the catalog says, and where the time is cut."""

    log: Log
    is_known: Array
    products: Products
    cuts: Periods
    settings: RecommendSettings
    seed: int

    def validation(self) -> Exam:
        """The exam that chooses, on a sample of customers where the shop is large; it knows how popularity fades."""
        some, chosen = sample(self.log, self.settings, self.seed)
        at = self._exam(some, chosen, self.cuts.validation_at, self.cuts.test_at)
        at.popularity = Fading(popularity_half_life(at))
        return at

    def test(self, popularity: Fading) -> Exam:
        """The exam that is looked at once, on a sample twice as large."""
        more = dataclasses.replace(self.settings, tuning_interactions=2 * self.settings.tuning_interactions)
        some, chosen = sample(self.log, more, self.seed)
        at = self._exam(some, chosen, self.cuts.test_at, FOREVER)
        at.popularity = popularity
        return at

    def _exam(self, some: Log, chosen: Array, low_at: int, high_at: int) -> Exam:
        at = exam(some, self.is_known[chosen], low_at, high_at, self.settings, self.seed, self.products)
        if len(at.new.row) < MINIMUM_CASES:
            raise _too_little(
                f"{len(at.new.row)} customers with a history who then chose something new to them", len(some.product)
            )
        return at


def material(view: ShopView, settings: RecommendSettings, progress: Progress) -> Material:
    """Read the shop and cut its time. Raises `NotEnoughData` where it cannot be cut."""
    progress.step(0.0, "reading interactions")
    data = read_interactions(view)
    progress.step(0.5, "putting each customer's events in order")
    log = build_log(data.customer, data.product, data.kind, data.at, len(data.customers), len(data.products))
    cuts = periods(log, data.is_known, settings)
    if cuts is None:
        n_moments = len(np.unique(log.at[np.repeat(data.is_known, np.diff(log.starts))]))
        raise _too_little(f"{n_moments} moments at which known customers did something", len(log.product))
    return Material(log, data.is_known, read_products(view, data.products), cuts, settings, view.seed)


def _too_little(got: str, n_interactions: int) -> NotEnoughData:
    return NotEnoughData(
        "There is too little history to compare methods on.",
        got=f"{got}, {n_interactions} interactions in all",
        wanted=f"a validation and a test period with at least {MINIMUM_CASES} customers each who chose something new to them",
        next="import a longer history: `shopkeeper import orders.csv`",
    )
