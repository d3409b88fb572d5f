"""One customer's profile as the page shows it: the answer `customers.profile`, in cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shopkeeper.capabilities.customers.segments.saved import built_in

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

GROUPS = ("orders", "money", "baskets", "habits", "visits")
HIDDEN = {"gap_std_days", "n_orders_90d", "value_90d"}
"""What says nothing that its neighbors do not say, to somebody who reads."""
CONTACTS = {"last_seen_at", "seen_days"}
"""Features of visits that orders alone have, too."""
ONLY_IF_ANY = {"n_categories", "n_brands", "n_searches", "n_reviews", "n_messages", "n_returns", "returned", "return_share"}
"""What is not worth a line where it is nothing."""

TOLD = (("life_cycle", "stage"), ("value", "expected_value"), ("churn", "p_buys"))
"""What the tiles show, part by part."""


@dataclass(frozen=True)
class Reason:
    """Why somebody is likelier, or less likely, to be lost."""

    feature: str
    value: Any
    usual: Any
    effect: float


@dataclass(frozen=True)
class Fact:
    """A feature with its value."""

    name: str
    value: Any


@dataclass(frozen=True)
class Tag:
    """A segment that the customer is in; ``is_built_in``: as it came with Shopkeeper, which has it in every language."""

    segment_id: str
    title: str
    description: str
    is_built_in: bool


@dataclass(frozen=True)
class Profile:
    """What the answer said; a part is empty where its task was not run. ``as_of`` is the moment at which that held."""

    customer_id: str
    is_known: bool
    as_of: datetime
    tags: tuple[Tag, ...]
    parts: Mapping[str, Mapping[str, Any]]

    def of(self, part: str) -> Mapping[str, Any]:
        """That part's values by name, or nothing."""
        return self.parts.get(part, {})

    @property
    def is_told(self) -> bool:
        """Whether stage, value or risk are known: that takes an order."""
        return any(self.of(part).get(name) is not None for part, name in TOLD)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What speaks for or against losing this customer, the strongest first."""
        return reasons_of(self.of("churn").get("churn_reasons") or ())


def reasons_of(found: Sequence[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """The reasons of one case; ``usual`` is the customer's own where that is known, else that of the shop."""
    return tuple(
        Reason(row["feature"], row.get("value"), row.get("usual_value", row.get("shop_value")), float(row.get("effect") or 0.0))
        for row in found
    )


def profile(shop: Shop, customer_id: str) -> Profile:
    """Ask for it. Raises `NotLearned` before profiles were made."""
    body = shop.ask("customers.profile", customer=customer_id)
    parts = {name: value for name, value in body.items() if isinstance(value, dict)}
    tags = tuple(_tag(row) for row in body.get("tags", ()))
    return Profile(customer_id, bool(body["is_known"]), datetime.fromisoformat(str(body["as_of"])), tags, parts)


def _tag(row: Mapping[str, Any]) -> Tag:
    came = built_in().find(row["segment_id"])
    is_built_in = came is not None and came.title == row["title"]
    return Tag(row["segment_id"], row["title"], row.get("description") or "", is_built_in)


def facts(found: Profile, group: str) -> tuple[Fact, ...]:
    """The features of one group that are known, in the order of the dictionary; none where nothing of it ever happened."""
    known = {name: value for name, value in found.of(group).items() if value not in (None, "", {}, []) and name not in HIDDEN}
    if not any(value for name, value in known.items() if name not in CONTACTS):
        return ()
    return tuple(Fact(name, value) for name, value in known.items() if value or name not in ONLY_IF_ANY)
