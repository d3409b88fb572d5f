"""The schema's rules as SQL: for a whole file at once what `store/log/rows.py` checks row by row, with the same rule names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shopkeeper.core.columns import Column, Table

RULES = ("required", "type", "choice", "range")


@dataclass(frozen=True)
class Value:
    """One column's value as SQL, already of the column's type; ``raw`` is what it was made from, as text.

    A filled ``raw`` whose ``sql`` is NULL breaks the rule `type`. ``raw`` is empty where every text fits.
    """

    sql: str
    raw: str = ""


def rule_sql(table: Table, values: Mapping[str, Value]) -> str:
    """One CASE expression: ``rule: message`` of the first rule that a row breaks, or NULL for a good row.

    ``values`` has the columns that the rows bring; a required column that is not among them is not asked for here.
    """
    cases = [case for column in table.columns if column.name in values for case in _cases(column, values[column.name])]
    return f"CASE {' '.join(cases)} END" if cases else "NULL::VARCHAR"


def _cases(column: Column, value: Value) -> list[str]:
    """The WHEN … THEN … of one column: type, required, choice, range."""
    sql, name = value.sql, column.name
    cases = []
    if value.raw:
        cases.append(
            (f"{sql} IS NULL AND {value.raw} IS NOT NULL", f"type: '{name}' cannot be read: wanted {_WANTED[column.type]}")
        )
    if column.required:
        cases.append((f"{sql} IS NULL", f"required: '{name}' is missing: {column.meaning}"))
    if column.choices:
        choices = ", ".join(map(_literal, column.choices))
        cases.append((f"{sql} NOT IN ({choices})", f"choice: '{name}' must be one of {', '.join(column.choices)}"))
    if column.low is not None:
        cases.append((f"{sql} < {column.low!r}", f"range: '{name}' must be at least {column.low:g}"))
    if column.high is not None:
        cases.append((f"{sql} > {column.high!r}", f"range: '{name}' must be at most {column.high:g}"))
    return [f"WHEN {when} THEN {_literal(then)}" for when, then in cases]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_WANTED = {
    "text": "text",
    "number": "a finite number",
    "integer": "a whole number",
    "boolean": "true or false",
    "moment": "a moment such as 2024-01-05 10:00, or seconds since 1970",
    "date": "a day such as 2024-01-05",
    "json": "a JSON value",
}
