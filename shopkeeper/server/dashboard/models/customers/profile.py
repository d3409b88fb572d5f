"""One customer's profile as the page shows it: the answer `customers.profile`, in cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.shop import Shop

GROUPS = ("orders", "money", "baskets", "habits", "visits")
SHARES = {"confidence", "regularity", "price_level", "conversion"}
MONEY = {"revenue", "returned", "value", "value_12m", "value_90d", "order_value_mean"}
HIDDEN = {"gap_std_days", "n_orders_90d", "value_90d"}
"""What says nothing that its neighbors do not say, to somebody who reads."""


@dataclass(frozen=True)
class Reason:
    """Why somebody is likelier, or less likely, to be lost."""

    feature: str
    value: Any
    shop_value: Any
    effect: float


@dataclass(frozen=True)
class Fact:
    """A feature with its value; ``kind`` says how it is written: number, money, share, moment, text or shares."""

    name: str
    value: Any
    kind: str


@dataclass(frozen=True)
class Profile:
    """What the answer said; a part is empty where its task was not run."""

    customer_id: str
    is_known: bool
    tags: tuple[Mapping[str, Any], ...]
    parts: Mapping[str, Mapping[str, Any]]

    def of(self, part: str) -> Mapping[str, Any]:
        """That part's values by name, or nothing."""
        return self.parts.get(part, {})

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What speaks for or against losing this customer, the strongest first."""
        found = self.of("churn").get("churn_reasons") or ()
        return tuple(
            Reason(row["feature"], row.get("value"), row.get("shop_value"), float(row.get("effect") or 0.0)) for row in found
        )


def profile(shop: Shop, customer_id: str) -> Profile:
    """Ask for it. Raises `NotLearned` before profiles were made."""
    body = shop.ask("customers.profile", customer=customer_id)
    parts = {name: value for name, value in body.items() if isinstance(value, dict)}
    return Profile(customer_id, bool(body["is_known"]), tuple(body.get("tags", ())), parts)


def facts(found: Profile, group: str) -> tuple[Fact, ...]:
    """The features of one group that are known, in the order of the dictionary."""
    return tuple(
        Fact(name, value, _kind(name, value))
        for name, value in found.of(group).items()
        if value not in (None, "", {}, []) and name not in HIDDEN
    )


def _kind(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return "shares"
    if isinstance(value, list):
        return "list"
    if name.endswith("_at"):
        return "moment"
    if name in MONEY:
        return "money"
    if name.endswith("_share") or name in SHARES:
        return "share"
    return "number" if isinstance(value, int | float) else "text"
