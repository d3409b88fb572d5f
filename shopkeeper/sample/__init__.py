"""The sample shop's data: UCI Online Retail, complete (see ATTRIBUTION.md)."""

from __future__ import annotations

from pathlib import Path


def path() -> Path:
    """Where the sample data are: 541,909 invoice lines of a gift shop, December 2010 to December 2011, as Parquet."""
    return Path(__file__).with_name("online_retail.parquet")
