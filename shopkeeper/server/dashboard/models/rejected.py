"""Rows that could not be taken, by the rule they broke, with the raw row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from shopkeeper.core.tasks import ShopView

PAGE_ROWS = 20


@dataclass(frozen=True)
class Rule:
    """A rule that rows broke: how many did, for which table, and in one of their words why."""

    rule: str
    table: str
    n_rows: int
    example: str
    newest_at: datetime | None


@dataclass(frozen=True)
class RejectedRow:
    """One refused row as it came; ``raw`` is None for a reader who may not see personal data."""

    line: int | None
    source: str
    message: str
    at: datetime
    raw: tuple[tuple[str, str], ...] | None


def rules(view: ShopView) -> tuple[Rule, ...]:
    """Every rule that was broken, the most often broken first."""
    found = view.sql(
        """
        SELECT rule, coalesce("table", '') AS "table", count(*) AS n_rows, any_value(message) AS example, max(at) AS newest_at
        FROM rejected GROUP BY ALL ORDER BY n_rows DESC, rule
        """
    ).to_pylist()
    return tuple(Rule(row["rule"], row["table"], row["n_rows"], row["example"] or "", row["newest_at"]) for row in found)


def rows(view: ShopView, rule: str, table: str, *, offset: int, shows_raw: bool) -> tuple[RejectedRow, ...]:
    """A page of the rows that broke this rule, in the order of their files."""
    found = view.sql(
        f"""
        SELECT line, source, message, at, raw FROM rejected WHERE rule = $rule AND coalesce("table", '') = $table
        ORDER BY at DESC, source, line, rejected_id LIMIT {PAGE_ROWS} OFFSET {max(0, offset)}
        """,
        {"rule": rule, "table": table},
    ).to_pylist()
    return tuple(
        RejectedRow(row["line"], row["source"], row["message"] or "", row["at"], _pairs(row["raw"]) if shows_raw else None)
        for row in found
    )


def _pairs(raw: str | None) -> tuple[tuple[str, str], ...]:
    """The raw row as (column, value); text that is no JSON object comes as one pair without a name."""
    try:
        parsed: Any = json.loads(raw or "{}")
    except ValueError:
        return (("", raw or ""),)
    if not isinstance(parsed, dict):
        return (("", str(parsed)),)
    return tuple((str(name), "" if value is None else str(value)) for name, value in parsed.items())
