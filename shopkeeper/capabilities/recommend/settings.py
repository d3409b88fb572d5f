"""Every knob of recommendation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from shopkeeper.core.schema import EVENT_KINDS, OWNED_CHOICES
from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class RecommendSettings:
    """How recommendations are learned."""

    neighbors: int = setting(100, "how many neighbors of each product are kept", unit="products", low=1, high=1000)
    content_neighbors: int = setting(20, "how many products with a similar text are kept", unit="products", low=0, high=200)
    visit_weight: float = setting(5.0, "how many times more a product counts that was touched in this visit", low=0, high=100)
    history: int = setting(50, "how many of a customer's newest products speak for others", unit="products", low=1, high=500)
    history_limit: int = setting(
        500, "how many of a customer's newest products the graph is learned from", unit="products", low=2, high=10_000
    )
    listed: int = setting(10, "how many products each customer gets in the table", unit="products", low=1, high=100)
    listed_customers: int = setting(
        200_000, "how many customers, the most recent first, get a row in the table", unit="customers", low=0
    )
    weight_purchase: float = setting(1.0, "weight of a purchase", low=0, high=100)
    weight_add_to_cart: float = setting(0.6, "weight of putting a product in the cart", low=0, high=100)
    weight_add_to_wishlist: float = setting(0.5, "weight of a wish", low=0, high=100)
    weight_view_item: float = setting(0.3, "weight of looking at a product's page or choosing it from a list", low=0, high=100)
    test_share: float = setting(
        0.1, "share of the interactions, the newest, that scores are made on; as many before them choose", low=0.01, high=0.4
    )
    tuning_trials: int = setting(
        24, "how many sets of parameters are tried; 0 keeps the defaults", unit="trials", low=0, high=1000
    )
    tuning_interactions: int = setting(
        600_000, "tune on a sample of customers with about this many interactions", unit="interactions", low=1000
    )
    order: str = setting(
        "auto",
        "which method orders lists where it is better than the item graph; auto: the one that a comparison found best",
        choices=("auto", "item_graph", "ease", "als", "session_neighbors", "hybrid"),
    )
    rankers: str = setting(
        "lambda_rank, fm, wide_deep, deepfm, ncf",
        "which rankers may order the hybrid's candidates; a comparison tries each, answers get the one that validation prefers",
    )
    hybrid_interactions: int = setting(
        1_200_000, "up to how many interactions several methods are mixed and ordered by a ranker", unit="interactions", low=0
    )
    objective_click: float = setting(0.0, "what a look or a click is worth to the order of a list", low=0, high=1000)
    objective_purchase: float = setting(1.0, "what a purchase is worth to the order of a list", low=0, high=1000)
    objective_revenue: float = setting(0.0, "what the mean price, when paid, is worth to the order of a list", low=0, high=1000)
    objective_margin: float = setting(0.0, "what the mean price, when kept as margin, is worth to it", low=0, high=1000)
    judged_customers: int = setting(10_000, "how many customers scores are made from", unit="customers", low=10)
    rating_folds: int = setting(5, "how many parts the ratings are cut into to compare methods", unit="parts", low=2, high=20)
    ratings_judged: int = setting(
        100_000, "compare methods of rating on a sample of customers with about this many ratings", unit="ratings", low=100
    )
    explore_share: float = setting(
        0.0, "share of an answer's slots that are left to the bandit, to learn what we do not know", low=0, high=1
    )
    explore_method: str = setting("thompson", "which bandit chooses in these slots", choices=("thompson", "lin_ucb"))
    explore_candidates: int = setting(
        30, "how many of the best candidates the bandit chooses among", unit="products", low=2, high=200
    )
    explore_floor: float = setting(
        0.1, "share of the bandit's choices that go by lot, so that none is impossible", low=0.001, high=1
    )
    explore_prior_clicks: float = setting(1.0, "how many rewards a product counts before it was ever shown", low=1, high=1000)
    explore_confidence: float = setting(
        1.0, "how many deviations above the expectation LinUCB hopes", unit="deviations", low=0, high=10
    )
    explore_reward: str = setting(
        "click", "what a shown product should lead to", choices=("click", "add_to_cart", "purchase", "value")
    )
    explore_decisions: int = setting(200_000, "from how many decisions, the newest, the bandit learns", unit="decisions", low=0)
    policy_decisions: int = setting(
        20_000, "on how many decisions with explored slots, the newest, policies are compared", unit="decisions", low=100
    )
    policy_weight_limit: float = setting(
        0.0, "how much one slot may weigh when policies are compared; 0: no limit, which is unbiased", low=0
    )
    memory_gb: float = setting(
        0.0, "how much memory learning a method may take; larger ones are left out, 0 is half of what is free", unit="GB", low=0
    )
    dense_products: int = setting(
        3000, "up to how many products the linear method is solved exactly, which costs their cube", unit="products", low=0,
        high=50_000,
    )  # fmt: skip
    evaluated_methods: str = setting(
        "", "names of the methods that are compared and tuned, with commas between them; empty: all that fit"
    )
    evaluate_trials: int = setting(
        6, "how many sets of parameters a comparison tries for each method", unit="trials", low=1, high=1000
    )
    evaluate_minutes: float = setting(
        30.0, "how long a comparison may search for parameters, shared among the methods", unit="minutes", low=0, high=10_000
    )
    tune_trials: int = setting(
        60, "how many sets of parameters a long search tries for each method", unit="trials", low=1, high=10_000
    )
    tune_minutes: float = setting(
        60.0, "how long a long search may take; the next one goes on from there", unit="minutes", low=0, high=10_000
    )
    in_stock_only: bool = setting(True, "answers show only what can be bought; what cannot is learned from all the same")
    owned: str = setting(
        "learned",
        "what a customer bought before: hidden, offered again when it is due (learned), or shown",
        choices=OWNED_CHOICES,
    )
    diversity: float = setting(0.0, "how much a list varies: 0 the best products, 1 as different as possible", low=0, high=1)
    exposure_cap: float = setting(
        1.0, "share of a place's answers that one product may be in; 1 is no cap", unit="0-1", low=0, high=1
    )
    brand_exposure_cap: float = setting(
        1.0, "share of the products shown at a place that one brand may have; 1 is no cap", unit="0-1", low=0, high=1
    )
    exposure_window: int = setting(
        1000, "how many of a place's newest answers exposure is counted over", unit="answers", low=10, high=100_000
    )
    price_affinity: float = setting(0.0, "how much a customer's usual price level counts: 0 not at all", low=0, high=1)
    buy_again_shrinkage: float = setting(
        20.0,
        "a category counts as this many purchases in what is learned of when its products are bought again",
        unit="purchases",
        low=0,
        high=10_000,
    )


def settings_from(card: Mapping[str, Any]) -> RecommendSettings:
    """The settings that a model was learned with, as its card keeps them; knobs that it does not know have their defaults."""
    names = {field.name for field in fields(RecommendSettings)}
    return RecommendSettings(**{name: value for name, value in card.get("settings", {}).items() if name in names})


def kind_weights(settings: RecommendSettings, exponent: float) -> npt.NDArray[Any]:
    """float64 [kinds + 1]: the weight of each kind of event, 0 for those that say nothing about liking."""
    weights = dict.fromkeys(EVENT_KINDS, 0.0)
    weights["purchase"] = settings.weight_purchase
    weights["add_to_cart"] = weights["begin_checkout"] = settings.weight_add_to_cart
    weights["add_to_wishlist"] = weights["share"] = settings.weight_add_to_wishlist
    weights["view_item"] = weights["select_item"] = settings.weight_view_item
    return np.array([weight**exponent if weight > 0 else 0.0 for weight in weights.values()] + [0.0])
