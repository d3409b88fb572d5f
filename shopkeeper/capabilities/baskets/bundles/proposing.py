"""From the last year's baskets to the bundles worth proposing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.baskets.bundles.cliques import Clique, Postings, cliques
from shopkeeper.capabilities.baskets.bundles.earning import Bundle, priced
from shopkeeper.capabilities.baskets.bundles.terms import Terms, read_terms
from shopkeeper.capabilities.baskets.read import read_baskets, read_views
from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.capabilities.baskets.together.evidence import find_evidence
from shopkeeper.capabilities.baskets.together.material import VIEWS_READ
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.complements.pairs import capped
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY

YEAR_DAYS = 365.0
SHORTEST_DAYS = 30.0  # what is seen in less is not stretched to a year any further
FEWEST_BASKETS = 20
EACH = 3  # bundles that one product may be in
PRICED = 1_000  # sets whose terms are worked out: those in most baskets


def propose(view: ShopView, settings: BasketsSettings) -> Result:
    """The result of `baskets.bundles`."""
    view.progress.step(0.0, "reading the last year's baskets")
    shop = read_baskets(view)
    first = int(np.searchsorted(shop.at, shop.at[-1] - YEAR_DAYS * MICROSECONDS_A_DAY)) if len(shop.at) else 0
    baskets, at = shop.baskets.between(first, len(shop.baskets)), shop.at[first:]
    _refuse_too_few(int((baskets.sizes >= 2).sum()))
    terms = read_terms(view, shop.products, settings.bundle_margin_share)
    years = float(np.clip((at[-1] - at[0]) / MICROSECONDS_A_DAY, SHORTEST_DAYS, YEAR_DAYS)) / YEAR_DAYS
    view.progress.step(0.3, "finding sets that go together")
    evidence = find_evidence(
        capped(baskets, settings.basket_limit, view.seed), np.ones(len(baskets)),
        capped(read_views(view, shop.products), VIEWS_READ, view.seed), size_exponent=0.0, error_share=settings.error_share,
        at_least=min(2, settings.bundle_orders),
    )  # fmt: skip
    postings = Postings(baskets)
    allowed = terms.can_be_bought & (terms.price > 0.0)
    found = cliques(evidence, postings, allowed, settings.bundle_orders)
    view.progress.step(0.7, "working out what each would earn")
    found = sorted(found, key=lambda each: (-each.n * len(each.products), each.products))[:PRICED]
    bundles = _chosen(found, terms, postings, years, settings)
    card = _card(bundles, found, terms, years, settings)
    return Result(_table(bundles, terms, shop.products), card=card, headline=_headline(bundles, settings))


def _refuse_too_few(n_baskets: int) -> None:
    if n_baskets < FEWEST_BASKETS:
        raise NotEnoughData(
            "There are too few baskets to propose bundles from.",
            got=f"{n_baskets} orders of the last year with two products or more",
            wanted=f"at least {FEWEST_BASKETS}",
            next="import more orders with their lines: `shopkeeper import orders.csv`",
            n_baskets=n_baskets,
        )


def _chosen(found: list[Clique], terms: Terms, postings: Postings, years: float, settings: BasketsSettings) -> list[Bundle]:
    """Those that earn most, each product in a few only, and none that is a part of one that earns more (or has one as a part)."""
    offers = [
        priced(each, terms, postings, years=years, discount_share=settings.bundle_discount_share, uplift=settings.bundle_uplift)
        for each in found
    ]
    best = sorted((each for each in offers if each is not None), key=lambda each: (-each.earned, each.clique.products))
    chosen: list[Bundle] = []
    times: dict[int, int] = {}
    for each in best:
        products = set(each.clique.products)
        nested = any(products <= set(other.clique.products) or products >= set(other.clique.products) for other in chosen)
        if each.earned <= 0.0 or nested or any(times.get(product, 0) >= EACH for product in products):
            continue
        chosen.append(each)
        times.update({product: times.get(product, 0) + 1 for product in products})
        if len(chosen) == settings.bundles_most:
            break
    return chosen


def _table(bundles: list[Bundle], terms: Terms, products: pa.LargeStringArray) -> pa.Table:
    ids = [[products[code].as_py() for code in each.clique.products] for each in bundles]
    titles = [[terms.title[code] for code in each.clique.products] for each in bundles]
    text, number, integer, boolean = pa.string(), pa.float64(), pa.int64(), pa.bool_()
    columns: dict[str, tuple[Any, list[Any]]] = {
        "bundle_id": (text, ["+".join(each) for each in ids]),
        "product_ids": (text, [json.dumps(each) for each in ids]),
        "titles": (text, [json.dumps(each, ensure_ascii=False) for each in titles]),
        "n_products": (integer, [len(each) for each in ids]),
        "n_together": (integer, [each.clique.n for each in bundles]),
        "orders_a_year": (number, [each.orders_a_year for each in bundles]),
        "lift": (number, [each.clique.lift for each in bundles]),
        "p_corrected": (number, [each.clique.corrected for each in bundles]),
        "price": (number, [each.price for each in bundles]),
        "cost": (number, [each.cost for each in bundles]),
        "cost_is_assumed": (boolean, [each.cost_assumed for each in bundles]),
        "margin": (number, [each.margin for each in bundles]),
        "margin_today": (number, [each.margin_today for each in bundles]),
        "discount_share": (number, [each.discount_share for each in bundles]),
        "bundle_price": (number, [each.bundle_price for each in bundles]),
        "break_even_uplift": (number, [each.break_even_uplift for each in bundles]),
        "most_discount_share": (number, [each.most_discount_share for each in bundles]),
        "uplift": (number, [each.uplift for each in bundles]),
        "margin_earned": (number, [each.earned for each in bundles]),
        "margin_earned_low": (number, [each.earned_low for each in bundles]),
        "margin_earned_high": (number, [each.earned_high for each in bundles]),
        "margin_at_risk": (number, [each.lost for each in bundles]),
    }
    return pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()})


def _card(bundles: list[Bundle], found: list[Clique], terms: Terms, years: float, settings: BasketsSettings) -> dict[str, Any]:
    return {
        "n_sets": len(found), "n_bundles": len(bundles), "years": years, "uplift": settings.bundle_uplift,
        "discount_share": settings.bundle_discount_share, "margin_share": settings.bundle_margin_share,
        "products_with_cost_share": float(terms.cost_known.mean()) if len(terms.cost) else 0.0,
        "currency": terms.currency,
    }  # fmt: skip


def _headline(bundles: list[Bundle], settings: BasketsSettings) -> str:
    if not bundles:
        return "No products are bought together often enough, beyond chance, to be worth a bundle."
    total = sum(each.earned for each in bundles)
    assumed = sum(each.cost_assumed for each in bundles)
    costs = f" (of {assumed} the costs are assumed)" if assumed else ""
    best = bundles[0]
    return (
        f"{len(bundles)} bundles would add {total:,.0f} a year if each won {settings.bundle_uplift:.0%} orders more{costs}; "
        f"the best needs {best.break_even_uplift:.1%} more to pay for its discount of {best.discount_share:.0%}."
    )
