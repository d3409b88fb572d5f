"""From order lines and visits to complements: choose on a validation period, judge once on the last, learn from everything."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from shopkeeper.capabilities.baskets.read import ShopBaskets, read_baskets, read_views
from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.capabilities.baskets.together.choosing import Chosen, choose
from shopkeeper.capabilities.baskets.together.evidence import Evidence, evidence_of
from shopkeeper.capabilities.baskets.together.facts import read_facts
from shopkeeper.capabilities.baskets.together.judge import (
    MINIMUM_CASES,
    Judged,
    K,
    Questions,
    by_item_graph,
    only_popular,
    questions,
    scores,
    varied_carts,
)
from shopkeeper.capabilities.baskets.together.listing import Learned, learn_lists, popular_order, with_groups
from shopkeeper.capabilities.baskets.together.loaded.packing import arrays_of
from shopkeeper.capabilities.baskets.together.material import Material, material, sampled
from shopkeeper.capabilities.baskets.together.parameters import Parameters, parameters_from
from shopkeeper.capabilities.baskets.together.reporting import card_of, headline, table_of
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.results import Result, Score
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

FEWEST_BASKETS = 20
LARGEST_SHARE = 0.3


@dataclass(frozen=True)
class Shop:
    """The view, what was read of it once, and the settings."""

    view: ShopView
    read: ShopBaskets
    settings: BasketsSettings

    def until(self, moment: int | None, *, lines: int | None = None) -> Material:
        """What was known before ``moment`` (microseconds; None: everything), of a sample of about ``lines`` lines."""
        baskets, at, view = self.read.baskets, self.read.at, self.view
        if moment is not None:
            end = int(np.searchsorted(at, moment))
            baskets, at = baskets.between(0, end), at[:end]
            view = view.before(datetime.fromtimestamp((moment - 1) / 1e6, UTC))
        visits = read_views(view, self.read.products)
        facts = read_facts(view, self.read.products)
        if lines is not None:
            baskets, at = sampled(baskets, at, lines, self.view.seed)
            visits, _ = sampled(visits, np.zeros(len(visits)), 3 * lines, self.view.seed)
        return material(baskets, at, visits, facts, limit=self.settings.basket_limit, seed=self.view.seed)

    def questions(self, low: int, high: int) -> Questions:
        """What baskets in ``[low, high)`` (microseconds) ask and want."""
        first, last = np.searchsorted(self.read.at, [low, high])
        return questions(self.read.baskets.between(int(first), int(last)), self.settings.judged_baskets, self.view.seed)

    @property
    def evidence_settings(self) -> dict[str, Any]:
        """The settings of what counts as evidence."""
        return {"error_share": self.settings.error_share, "at_least": self.settings.together_orders}


def learn_together(view: ShopView, settings: BasketsSettings) -> Result:
    """The result of `baskets.together`."""
    view.progress.step(0.0, "reading baskets")
    shop = Shop(view, read_baskets(view), settings)
    several = np.flatnonzero(shop.read.baskets.sizes >= 2)
    _refuse_too_few(len(several))
    cuts = _cuts(shop.read.at[several], settings.together_test_share)
    chosen, found = _chosen_and_judged(shop, cuts)
    view.progress.step(0.75, "learning from all baskets")
    at = shop.until(None)
    parameters = chosen.parameters
    evidence = evidence_of(
        at, size_exponent=parameters.size_exponent, half_life_days=parameters.half_life_days, **shop.evidence_settings
    )
    learned = _learned(shop, at, chosen, evidence)
    view.progress.step(0.95, "writing what goes with what")
    words = {"category": at.facts.categories, "brand": at.facts.brands}
    arrays = arrays_of(learned, shop.read.products, words)
    card = card_of(at, evidence, learned, chosen, settings)
    return Result(table_of(learned.products, shop.read.products), found, arrays, card, headline(learned, found))


def _refuse_too_few(n_baskets: int) -> None:
    if n_baskets < FEWEST_BASKETS:
        raise NotEnoughData(
            "There are too few baskets to tell what goes together.",
            got=f"{n_baskets} orders with two products or more",
            wanted=f"at least {FEWEST_BASKETS}",
            next="import more orders with their lines: `shopkeeper import orders.csv`",
            n_baskets=n_baskets,
        )


def _cuts(at: Array, share: float) -> tuple[int, int, int] | None:
    """Where validation and test begin, and after the end (microseconds); None where the moments do not allow it.

    ``at`` int64: the moments of the baskets with several products. Each period has ``share`` of them, more of a small shop.
    """
    share = min(LARGEST_SHARE, max(share, 2.0 * MINIMUM_CASES / len(at)))
    first, second = (int(moment) for moment in np.quantile(at, [1.0 - 2.0 * share, 1.0 - share], method="nearest"))
    return (first, second, int(at[-1]) + 1) if int(at[0]) < first < second else None


def _chosen_and_judged(shop: Shop, cuts: tuple[int, int, int] | None) -> tuple[Chosen, tuple[Score, ...]]:
    """What was chosen on the validation period, and the scores of the last period, looked at once."""
    if cuts is None:
        return Chosen(Parameters(), 1e6, 0, 0, 0.0, 0.0), ()
    first, second, end = cuts
    settings, progress = shop.settings, shop.view.progress
    progress.step(0.1, "choosing how to weigh pairs")
    chosen = choose(
        shop.until(first, lines=settings.tuning_lines), shop.questions(first, second), n_trials=settings.together_trials,
        tell=lambda share: progress.step(0.1 + 0.45 * min(share, 1.0), "choosing how to weigh pairs"), **shop.evidence_settings,
    )  # fmt: skip
    progress.step(0.6, "judging on the last baskets")
    at, asked = shop.until(second), shop.questions(second, end)
    ours = _shown(shop, at, chosen, asked)
    card = shop.view.in_service()
    old = None
    if card is not None:
        served = dataclasses.replace(chosen, parameters=parameters_from(card))
        old = ours if served == chosen else _shown(shop, at, served, asked)
    popular = popular_order(at, chosen.half_life_days)
    judged = Judged(asked, ours, only_popular(asked, popular), by_item_graph(at, asked, popular), old)
    return chosen, scores(judged, shop.view.seed)


def _learned(shop: Shop, at: Material, chosen: Chosen, evidence: Evidence | None = None) -> Learned:
    return learn_lists(at, chosen.parameters, half_life_days=chosen.half_life_days, evidence=evidence, **shop.evidence_settings)


def _shown(shop: Shop, at: Material, chosen: Chosen, asked: Questions) -> Array:
    """int32 [questions, K]: what answers would have shown."""
    learned, facts = _learned(shop, at, chosen), at.facts
    graph = with_groups(learned, facts.category, facts.brand, K)
    return varied_carts(learned, graph, asked, facts.category, shop.settings.cart_variety)
