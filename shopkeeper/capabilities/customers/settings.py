"""Every knob of the customers' room."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class CustomersSettings:
    """How customers are grouped, valued and watched."""

    # value and churn
    horizon_days: int = setting(365, "how far ahead customers' orders and value are told", unit="days", low=1, high=3650)
    value_interval_share: float = setting(
        0.9, "what customers will bring lies within its bounds with this probability", unit="share", low=0.5, high=0.99
    )
    value_model: str = setting(
        "best", "the model of orders; best: the one that foretold the newest period best",
        choices=("best", "bg_nbd", "pareto_nbd", "nbd"),
    )  # fmt: skip
    value_judged: int = setting(
        20_000, "models of value are compared on at most so many customers", unit="customers", low=100, high=1_000_000
    )
    buys_within_days: int = setting(60, "churn: 'buys within' so many days", unit="days", low=1, high=730)
    churn_sample: int = setting(
        10_000, "churn: learn from at most so many customers at each cut", unit="customers", low=200, high=1_000_000
    )
    at_risk_share: float = setting(0.5, "churn: at risk from this probability of being lost on", low=0.01, high=0.99)
    conversion_events: int = setting(
        8, "conversion: a visit is looked at after so many events, or right before its checkout", unit="events", low=1, high=100
    )
    conversion_sessions: int = setting(
        40_000, "conversion: learn from the newest visits, at most so many", unit="visits", low=100, high=1_000_000
    )
    conversion_days: int = setting(7, "conversion: how far back visits are told their chance", unit="days", low=1, high=365)
    # clusters
    clusters: int = setting(0, "how many clusters; 0: chosen by elbow, silhouette and stability", unit="clusters", low=0, high=30)
    most_clusters: int = setting(10, "up to how many clusters are tried when choosing", unit="clusters", low=2, high=30)
    cluster_sample: int = setting(
        5_000, "how many customers the number of clusters is chosen on, and density learned from", unit="customers",
        low=50, high=50_000,
    )  # fmt: skip
    mini_batch_above: int = setting(
        1_000_000, "with more customers than this k-means sees random batches, not everybody each round", unit="customers", low=0
    )
    density: str = setting(
        "auto", "clusters by density (HDBSCAN); auto: for up to a million customers", choices=("auto", "always", "never")
    )
    # journeys
    at_risk_quantile: float = setting(
        0.85,
        "at risk: silent for longer than this share of the times between orders like theirs",
        unit="share",
        low=0.5,
        high=0.99,
    )
    lapsed_quantile: float = setting(
        0.97,
        "lapsed: the same with a larger share; below the one for at risk it counts as that",
        unit="share",
        low=0.5,
        high=0.999,
    )
    second_at_risk_quantile: float = setting(
        0.5, "one order only, at risk: by then this share of the second orders that come at all has come", unit="share",
        low=0.1, high=0.99,
    )  # fmt: skip
    second_lapsed_quantile: float = setting(0.8, "one order only, lapsed: the same", unit="share", low=0.1, high=0.999)
    loyal_orders: int = setting(4, "loyal: so many order days in a row without having lapsed", unit="days", low=2, high=100)
    returns_within_days: int = setting(90, "stages are judged by who orders within so many days", unit="days", low=1, high=730)
    flow_months: int = setting(24, "for how many months moves between stages are told", unit="months", low=1, high=240)
    cohort_months: int = setting(36, "for how many months cohorts are told", unit="months", low=1, high=240)
    visit_silence_minutes: int = setting(
        30, "where events name no session, a visit ends after so long a silence", unit="minutes", low=1, high=1440
    )
    funnel_days: int = setting(90, "how far back the funnel looks", unit="days", low=1, high=3650)
    funnel_rows: int = setting(
        50, "how many products and categories the funnel tells apart: those most visited", low=1, high=1000
    )
    abandoned_days: int = setting(14, "how far back abandoned visits are listed", unit="days", low=1, high=365)
    abandoned_after_hours: int = setting(
        4, "a visit counts as abandoned after so long without an order", unit="hours", low=1, high=720
    )
    # profiles and segments
    segment_events: int = setting(
        5_000_000,
        "segments counted at once look back over so many looks, carts and searches",
        unit="events",
        low=0,
        high=100_000_000,
    )
