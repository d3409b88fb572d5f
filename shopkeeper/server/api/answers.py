"""Answers over HTTP: one address for every `@answer`, made from its declaration.

``recommend.for_customer`` is ``GET /api/recommend/for_customer?customer=17850`` or ``POST`` with the same as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from shopkeeper.core.answers import Answer
from shopkeeper.server.api.schemas import field_schema, parameters_of, problems, reply
from shopkeeper.server.bodies import parse_object, parse_query, read_body
from shopkeeper.server.gate import Asked, FastRoute, Handle

if TYPE_CHECKING:
    from shopkeeper.core.settings import Knob
    from shopkeeper.shop import Shop

Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]


def answer_routes(shop: Shop, body_timeout_seconds: float) -> Iterator[FastRoute]:
    """One route for every answer that is registered."""
    for answer in shop.registry.answers.values():
        yield FastRoute(
            path=f"/api/{answer.name.replace('.', '/')}",
            role="storefront",
            handle=_handle(answer, shop.answers.ask, body_timeout_seconds),
            operations=_operations(answer),
        )


def _handle(answer: Answer, ask: Ask, body_timeout_seconds: float) -> Handle:
    name = answer.name

    async def handle(asked: Asked) -> tuple[int, bytes]:
        if asked.scope["method"] == "GET":
            request = parse_query(asked.scope["query_string"])
        else:
            raw = await read_body(asked.receive, asked.headers, body_timeout_seconds)
            request = parse_object(raw, f"the fields of {name!r}")
        # The models answer in microseconds from memory: a thread would cost more than the answer.
        return 200, orjson.dumps(ask(name, request), option=orjson.OPT_SERIALIZE_NUMPY)

    return handle


def _operations(answer: Answer) -> dict[str, dict[str, Any]]:
    from shopkeeper.core.settings import knobs

    fields = knobs(answer.request)
    shared = {
        "tags": [answer.capability],
        "summary": answer.question,
        "description": answer.doc,
        "responses": reply("The answer.", {"$ref": "#/components/schemas/Answer"}) | problems(401, 403, 404, 409, 422, 429),
    }
    identity = answer.name.replace(".", "_")
    return {
        "get": {**shared, "operationId": identity, "parameters": parameters_of(fields)},
        "post": {**shared, "operationId": f"{identity}_post", "requestBody": _body(fields)},
    }


def _body(fields: tuple[Knob, ...]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {field.name: field_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }
    return {"required": any(field.required for field in fields), "content": {"application/json": {"schema": schema}}}
