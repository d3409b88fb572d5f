"""Rules that a request tries beside those that are kept: read as the store would take them, and gone after the answer."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shopkeeper.core.errors import BadRequest
from shopkeeper.core.schema import RULES
from shopkeeper.store.log.rows import Refused, clean_value

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.loaded.model import RecommendModel

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def trying(model: RecommendModel, rules: str) -> RecommendModel:
    """The same model, steered by these rules too (a JSON list). Raises `BadRequest` for rules that cannot be meant."""
    tried = copy.copy(model)
    tried.steering = model.steering.trying(rules_in(rules))
    return tried


def rules_in(text: str) -> tuple[dict[str, Any], ...]:
    """The rows of `rules` in a JSON list. Raises `BadRequest`."""
    try:
        rows: Any = json.loads(text)
    except ValueError:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _bad(text[:80], 'a JSON list of rules, such as [{"rule_id": "tried", "action": "block", "brand": "Acme"}]')
    return tuple(_row(row) for row in rows)


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    strange = next((name for name in row if name not in RULES.names), None)
    if strange is not None:
        raise _bad(f"a column {strange!r}", "one of " + ", ".join(RULES.names))
    try:
        clean = {column.name: clean_value(column, row.get(column.name)) for column in RULES.columns}
    except Refused as refused:
        raise _bad(refused.problem[1], "rows as the data dictionary describes `rules`") from refused
    for name in ("start_at", "end_at"):
        if clean[name] is not None:
            clean[name] = EPOCH + timedelta(microseconds=clean[name])
    return clean


def _bad(got: str, wanted: str) -> BadRequest:
    return BadRequest("The rules to try cannot be read.", got=got, wanted=wanted, next="correct as_rules")
