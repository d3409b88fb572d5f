"""How the API's addresses are declared: each with the role that it needs, and all in one OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Depends, FastAPI, Request

from shopkeeper.core.errors import DeclarationError
from shopkeeper.server.api.schemas import COMPONENTS, problems
from shopkeeper.server.gate import FastRoute
from shopkeeper.server.security import Caller, Security
from shopkeeper.store.accounts import ROLES

if TYPE_CHECKING:
    from starlette.responses import Response

NEEDS = "x-role"
KNOWN_ROLES = ("anyone", *ROLES)


class Needs:
    """A dependency that gives the caller, or raises if its role is too small."""

    def __init__(self, security: Security, role: str, path: str) -> None:
        self._security = security
        self._role = role
        self._path = path

    async def __call__(self, request: Request) -> Caller:
        """The caller of this request."""
        caller = self._security.caller(request)
        caller.require(self._role, self._path)
        return caller


class Routes:
    """Adds addresses to the API; none can be added without saying who may use it."""

    def __init__(self, api: FastAPI, security: Security) -> None:
        self._api = api
        self._security = security

    def add(
        self,
        method: str,
        path: str,
        role: str,
        endpoint: Callable[..., Any],
        *,
        fails: tuple[int, ...] = (),
        document: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Serve ``method path`` with ``endpoint`` to callers with at least ``role`` (or ``anyone``)."""
        if role not in KNOWN_ROLES:
            raise DeclarationError(
                f"{method} {path} has no known role.", got=repr(role), wanted=" or ".join(KNOWN_ROLES), next="declare its role"
            )
        refusals = () if role == "anyone" else (401, 403)
        responses: dict[int | str, dict[str, Any]] = {
            int(status): told for status, told in problems(*refusals, *fails, 429).items()
        }
        responses.update(options.pop("responses", {}))
        self._api.add_api_route(
            path,
            endpoint,
            methods=[method],
            tags=[path.split("/")[2] if path.startswith("/api/") else "metrics"],
            dependencies=[Depends(Needs(self._security, role, f"{method} {path}"))],
            openapi_extra={NEEDS: role, **(document or {})},
            responses=responses,
            **options,
        )


def caller_of(security: Security, request: Request) -> Caller:
    """The caller of a request that has passed the gate."""
    return security.caller(request)


def json_of(value: Any) -> bytes:
    """The value as JSON; moments are UTC and say so."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)


def file_reply(content: bytes, media_type: str, name: str, headers: dict[str, str]) -> Response:
    """A file to download."""
    from starlette.responses import Response

    told = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store", **headers}
    return Response(content, media_type=media_type, headers=told)


def document(api: FastAPI, fast: Iterable[FastRoute]) -> dict[str, Any]:
    """The OpenAPI document of the API with the routes of the short way in it."""
    from fastapi.openapi.utils import get_openapi

    written = get_openapi(
        title=api.title, version=api.version, description=api.description, routes=api.routes, openapi_version="3.1.0"
    )
    for route in fast:
        described = {method: {**told, NEEDS: route.role} for method, told in route.operations.items()}
        written["paths"].setdefault(route.path, {}).update(described)
    components = written.setdefault("components", {})
    components.setdefault("schemas", {}).update(COMPONENTS)
    # Problems come in our own form, never in FastAPI's.
    components["schemas"].pop("HTTPValidationError", None)
    components["schemas"].pop("ValidationError", None)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    }
    for operations in written["paths"].values():
        for operation in operations.values():
            _finish(operation)
    return written


def _finish(operation: dict[str, Any]) -> None:
    role = operation[NEEDS]
    if role != "anyone":
        operation["security"] = [{"bearer": []}, {"header": []}]
        operation["description"] = f"{operation.get('description', '')}\n\nNeeds the role {role}.".strip()
    if "422" in operation["responses"]:
        operation["responses"]["422"] = problems(422)["422"]
