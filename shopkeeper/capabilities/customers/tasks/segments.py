"""The verbs of customers: who belongs to which segment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

SEGMENT_MEMBERS = Table(
    "segment_members",
    "result",
    "Who belongs to which segment: those that the shop saved and those that come with Shopkeeper.",
    (
        text("segment_id", "the segment", required=True),
        text("customer_id", "who belongs to it", required=True),
    ),
    key=("segment_id", "customer_id"),
)


def load(folder: Path, view: ShopView) -> Any:
    """The profiles and segments as answers need them. Raises `StoreDamaged`."""
    from shopkeeper.capabilities.customers.segments.model import load_model

    return load_model(folder, view)


@task(
    "customers.segments",
    reads=("customer_profiles",),
    optional=("segments", "customer_lines", "customer_orders", "customer_events", "products"),
    writes=SEGMENT_MEMBERS,
    load=load,
    observes=("events", "order_lines", "orders", "customers", "segments"),
)
def segments(view: ShopView, settings: CustomersSettings) -> Result:
    """Who belongs to which segment?

    Counts every saved segment and the built-in ones; one that cannot be read is named and left out. Learns what profiles, members
    and look-alikes are answered from, and judges look-alikes by how many hidden members of each segment they find.
    """
    from shopkeeper.capabilities.customers.segments.learning import learn_segments

    return learn_segments(view, settings)
