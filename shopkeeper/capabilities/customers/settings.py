"""Every knob of the customers' room."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class CustomersSettings:
    """How customers are grouped, valued and watched."""

    # value and churn
    horizon_days: int = setting(365, "how far ahead customers' orders and value are told", unit="days", low=1, high=3650)
    buys_within_days: int = setting(60, "churn: 'buys within' so many days", unit="days", low=1, high=730)
    # clusters
    clusters: int = setting(0, "how many clusters; 0: chosen by elbow, silhouette and stability", unit="clusters", low=0, high=50)
    # journeys
