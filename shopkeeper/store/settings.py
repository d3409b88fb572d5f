"""The store's knobs: section ``[store]`` of `shop.toml`."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class StoreSettings:
    """How the store keeps facts and answers queries."""

    seal_rows: int = setting(
        100_000, "new rows of a table that are moved into a Parquet segment", unit="rows", low=100, high=10_000_000
    )
    seal_check_seconds: float = setting(1.0, "how often the sealer looks", unit="seconds", low=0.01, high=3600)
    busy_seconds: float = setting(30.0, "how long a write waits for another process", unit="seconds", low=0.1, high=600)
    group_rows: int = setting(20_000, "most rows that one commit takes together", unit="rows", low=1, high=1_000_000)
    query_threads: int = setting(0, "threads of a query; 0 is one a core", unit="threads", low=0, high=256)
    query_memory_share: float = setting(
        0.6, "share of the machine's memory that queries may use", unit="share", low=0.05, high=0.95
    )


REGISTRY.add_section("store", StoreSettings)
