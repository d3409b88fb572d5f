"""How the value of a feature is written, told from its column in the dictionary of features."""

from __future__ import annotations

from typing import Any, Literal

from shopkeeper.core.schema.features import FEATURES
from shopkeeper.core.schema.words import MONEY

Kind = Literal["number", "days", "money", "share", "moment", "hour", "weekday", "seconds", "yes", "shares", "list", "text"]

_COLUMNS = {column.name: column for column in FEATURES}
_OWN: dict[str, Kind] = {
    "hour": "hour", "weekday": "weekday", "seconds": "seconds", "seconds_a_step": "seconds", "is_known": "yes",
    "days_since_order": "days", "days_since_visit": "days",
}  # fmt: skip
"""Features whose unit is no word of the schema, and those of visits, which are no columns."""


def kind_of(name: str, value: Any = None) -> Kind:
    """What the numbers of this feature are; where its name is not known, what ``value`` looks like."""
    if isinstance(value, dict):
        return "shares"
    if isinstance(value, list | tuple):
        return "list"
    if name in _OWN:
        return _OWN[name]
    if name.endswith("_at"):
        return "moment"
    if "=" in name:
        return "yes"
    column = _COLUMNS.get(name)
    if column is not None and column.unit == MONEY:
        return "money"
    if column is not None and column.unit == "days":
        return "days"
    if name.endswith("_share") or (column is not None and column.type == "number" and (column.low, column.high) == (0, 1)):
        return "share"
    return "number" if isinstance(value, int | float) or (column is not None and column.type in ("number", "integer")) else "text"
