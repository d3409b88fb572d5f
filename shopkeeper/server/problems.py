"""Errors as HTTP replies: RFC 9457 problem documents with the same four parts as everywhere else."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shopkeeper.core.errors import BadRequest, MethodNotAllowed, ShopkeeperError, UnknownName, nearest

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


def problem_of(error: ShopkeeperError) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of the reply to a request that ended with this error."""
    headers = {"content-type": MEDIA_TYPE, "cache-control": "no-store"}
    if error.http_status == 401:
        headers["www-authenticate"] = 'Bearer realm="shopkeeper"'
    if "retry_after_seconds" in error.facts:
        headers["retry-after"] = str(error.facts["retry_after_seconds"])
    if error.http_status in (408, 413):
        headers["connection"] = "close"  # the rest of the body is not read
    return error.http_status, orjson.dumps(error.as_problem(), default=str), headers


def response_of(error: ShopkeeperError) -> Response:
    """The same as a Starlette response."""
    status, body, headers = problem_of(error)
    return Response(body, status, headers)


def fault(method: str, path: str, error: Exception) -> ShopkeeperError:
    """What a caller is told about a fault of ours: nothing but a number, under which the log has the traceback."""
    incident = secrets.token_hex(4)
    log.error("incident %s: %s %s", incident, method, path, exc_info=error)
    return ShopkeeperError(
        "Something went wrong in the server.",
        got="an unexpected fault",
        wanted="none",
        next=f"look for 'incident {incident}' in the server's log",
        incident=incident,
    )


def add_handlers(api: FastAPI) -> None:
    """Make every error of the application a problem document."""

    async def on_shopkeeper_error(_: Request, error: Exception) -> Response:
        if not isinstance(error, ShopkeeperError):
            raise error
        return response_of(error)

    async def on_invalid(_: Request, error: Exception) -> Response:
        return response_of(_invalid(error))

    async def on_http(request: Request, error: Exception) -> Response:
        return response_of(_http(request, error))

    async def on_fault(request: Request, error: Exception) -> Response:
        return response_of(fault(request.method, request.url.path, error))

    api.add_exception_handler(Exception, on_fault)
    api.add_exception_handler(ShopkeeperError, on_shopkeeper_error)
    api.add_exception_handler(RequestValidationError, on_invalid)
    api.add_exception_handler(HTTPException, on_http)


def _invalid(error: Exception) -> ShopkeeperError:
    """FastAPI's own checks of parameters and bodies, in our words."""
    found: list[dict[str, Any]] = list(error.errors()) if isinstance(error, RequestValidationError) else []
    told = [{"where": ".".join(str(part) for part in each["loc"]), "message": each["msg"]} for each in found]
    first = told[0] if told else {"where": "request", "message": "invalid"}
    got = repr(found[0].get("input"))[:200] if found else ""
    return BadRequest(
        f"{first['where']} cannot be taken.", got=got, wanted=first["message"], next="see /api/openapi.json", errors=told
    )


def _http(request: Request, error: Exception) -> ShopkeeperError:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    path = request.url.path
    if status == 404:
        return no_such_address(path, _known_paths(request))
    if status == 405:
        headers = (error.headers if isinstance(error, HTTPException) else None) or {}
        return not_allowed(path, request.method, headers.get("Allow", ""))
    return BadRequest(
        "The request cannot be understood.", got=detail, wanted="a well-formed request", next="see /api/openapi.json"
    )


def no_such_address(path: str, known: list[str]) -> UnknownName:
    """The error for a path that does not exist; tells the nearest one."""
    close = nearest(path, known)
    return UnknownName(
        "There is no such address.",
        got=path,
        wanted=f"did you mean {close}?" if close else "an address under /api",
        next="GET /api/openapi.json lists them",
        nearest=close,
    )


def not_allowed(path: str, method: str, allowed: str) -> MethodNotAllowed:
    """The error for a path that exists, but not for this method."""
    return MethodNotAllowed(
        f"{path} does not take {method}.", got=method, wanted=allowed or "another method", next="GET /api/openapi.json lists them"
    )


def _known_paths(request: Request) -> list[str]:
    known: list[str] = request.app.state.paths
    return known
