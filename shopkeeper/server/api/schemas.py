"""JSON Schemas for the OpenAPI document, made from `core/schema` and from declared settings and requests.

The busy routes check their rows in the store, not with pydantic; the document describes them all the same.
"""

from __future__ import annotations

from typing import Any

from shopkeeper.core.columns import Column, Table
from shopkeeper.core.settings import Knob

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "moment": {"oneOf": [{"type": "string", "format": "date-time"}, {"type": "number", "description": "seconds, ms or µs"}]},
    "date": {"type": "string", "format": "date"},
    "json": {},
}
_PYTHON_TYPES = {int: "integer", float: "number", bool: "boolean", str: "string"}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457: what went wrong, in the same four parts everywhere.",
    "properties": {
        "type": {"type": "string", "description": "urn:shopkeeper:… a name for this kind of problem"},
        "title": {"type": "string", "description": "what went wrong"},
        "status": {"type": "integer"},
        "got": {"type": "string", "description": "what came"},
        "wanted": {"type": "string", "description": "what was expected"},
        "next": {"type": "string", "description": "what to do now"},
    },
    "required": ["type", "title", "status", "got", "wanted", "next"],
    "additionalProperties": True,
}
REJECTION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "index": {"type": "integer", "description": "the row's place in the batch, from 0"},
        "rule": {"type": "string", "description": "the rule that it broke"},
        "message": {"type": "string"},
    },
    "required": ["index", "rule", "message"],
}
APPENDED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "n_new": {"type": "integer", "description": "rows that are now on disk and were not before"},
        "n_known": {"type": "integer", "description": "rows that were there already, by their number"},
        "n_rejected": {"type": "integer"},
        "rejected": {"type": "array", "items": {"$ref": "#/components/schemas/Rejection"}},
    },
    "required": ["n_new", "n_known", "n_rejected", "rejected"],
}
ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "model_version": {"type": "string", "description": "the version of what was learned"},
        "decision_id": {"type": "string", "description": "send it back with events, so that the shop learns what came of it"},
    },
    "additionalProperties": True,
}
COMPONENTS = {"Problem": PROBLEM, "Rejection": REJECTION, "Appended": APPENDED, "Answer": ANSWER}

_MEANINGS = {
    401: "no key, or one that is not known", 403: "the key's role may not do this", 404: "there is no such thing",
    405: "not with this method", 408: "the request took too long to arrive", 409: "not possible yet: see next",
    413: "too large", 415: "a form that is not spoken", 422: "something in the request is wrong", 429: "too many requests",
    503: "not ready",
}  # fmt: skip


def column_schema(column: Column) -> dict[str, Any]:
    """One column as JSON Schema."""
    schema: dict[str, Any] = dict(_TYPES[column.type])
    schema["description"] = f"{column.meaning} ({column.unit})" if column.unit else column.meaning
    if column.choices:
        schema["enum"] = list(column.choices)
    if column.low is not None:
        schema["minimum"] = column.low
    if column.high is not None:
        schema["maximum"] = column.high
    return schema


def row_schema(table: Table, made: tuple[str, ...] = ()) -> dict[str, Any]:
    """One row of a table as JSON Schema; ``made`` are required columns that the store makes where they are missing."""
    required = [column.name for column in table.columns if column.required and column.name not in made]
    return {
        "type": "object",
        "description": table.meaning,
        "properties": {column.name: column_schema(column) for column in table.columns},
        "required": required,
    }


def field_schema(knob: Knob) -> dict[str, Any]:
    """One field of a request or one setting as JSON Schema."""
    schema: dict[str, Any] = {"type": _PYTHON_TYPES.get(knob.type, "string")}
    if knob.choices:
        schema["enum"] = list(knob.choices)
    if knob.low is not None:
        schema["minimum"] = knob.low
    if knob.high is not None:
        schema["maximum"] = knob.high
    if knob.many:
        schema = {"type": "array", "items": schema}
    schema["description"] = f"{knob.help} ({knob.unit})" if knob.unit else knob.help
    if not knob.required and knob.default is not None:
        schema["default"] = list(knob.default) if knob.many else knob.default
    return schema


def parameters_of(fields: tuple[Knob, ...]) -> list[dict[str, Any]]:
    """Fields as query parameters; a list is given by repeating the name or with commas."""
    return [
        {"name": field.name, "in": "query", "required": field.required, "description": field.help, "schema": field_schema(field)}
        for field in fields
    ]


def reply(meaning: str, schema: dict[str, Any], status: int = 200) -> dict[str, Any]:
    """The description of a JSON reply."""
    return {str(status): {"description": meaning, "content": {"application/json": {"schema": schema}}}}


def problems(*statuses: int) -> dict[str, Any]:
    """The description of the problem documents that may come instead."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": _MEANINGS[status], "content": content} for status in statuses}
