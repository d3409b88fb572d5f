"""The gate: what every request passes before it reaches a door, and the short way for the busiest ones.

Pure ASGI. For each request: where it comes from, who is asking, how much, how large; then it goes to an answer or an
append directly (`FastRoute`: no router, no models, one JSON dump), to the API, or to the dashboard. It is counted, and
whatever goes wrong becomes a problem document.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopkeeper.core.errors import NotAuthenticated, ShopkeeperError
from shopkeeper.server.limits import Buckets, check_declared_size, counted
from shopkeeper.server.metrics import Metrics
from shopkeeper.server.problems import fault, not_allowed, problem_of
from shopkeeper.server.security import CALLER, Caller, Headers, Security

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOSNIFF = (b"x-content-type-options", b"nosniff")
PAGE_HEADERS = [
    NOSNIFF, (b"content-security-policy", b"frame-ancestors 'none'"), (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
]  # fmt: skip
JSON_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store"), NOSNIFF]
HEAVY = ("/api/tables", "/api/tasks", "/api/learn", "/api/runs")
BATCHES = ("/api/events", "/api/facts/", "/api/entities/")


@dataclass(frozen=True)
class Asked:
    """One request on the short way."""

    scope: Scope
    headers: Headers
    receive: Receive
    caller: Caller


Handle = Callable[[Asked], Awaitable[tuple[int, bytes]]]


@dataclass(frozen=True)
class FastRoute:
    """An address on the short way: ``handle`` gives status and JSON. ``operations`` describes it in OpenAPI, by method."""

    path: str
    role: str
    handle: Handle
    operations: Mapping[str, Mapping[str, Any]]

    @property
    def methods(self) -> tuple[str, ...]:
        """The HTTP methods that it takes."""
        return tuple(method.upper() for method in self.operations)


class Gate:
    """ASGI middleware around the dashboard; ``api`` and ``fast`` are reached through it."""

    def __init__(
        self, app: ASGIApp, *, api: ASGIApp, fast: Mapping[str, FastRoute], security: Security, metrics: Metrics
    ) -> None:
        settings = security.settings
        self._app = app
        self._api = api
        self._fast = fast
        self._security = security
        self._metrics = metrics
        self._settings = settings
        self._buckets = Buckets("requests", settings.rate_per_second)
        self._heavy = Buckets("requests that read tables or start work", settings.heavy_rate_per_second)
        self._refused = Buckets("requests without a known key", settings.refused_rate_per_second, burst_seconds=3.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, web socket or lifespan."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        path: str = scope["path"]
        fast = self._fast.get(path)
        reply = _Reply(send, self._extra_headers(path, headers))
        try:
            await self._admitted(scope, receive, headers, fast, reply)
        except ShopkeeperError as error:
            await reply.problem(error)
        except Exception as error:
            if reply.status == 0:
                await reply.problem(fault(scope["method"], path, error))
            elif reply.status != 500:  # Starlette raises again what it has already answered with 500
                raise
        route = fast.path if fast else _route_of(scope, path)
        self._metrics.request(scope["method"], route, reply.status, time.perf_counter() - started)

    async def _admitted(self, scope: Scope, receive: Receive, headers: Headers, fast: FastRoute | None, reply: _Reply) -> None:
        path: str = scope["path"]
        is_api = path.startswith("/api") or path == "/metrics"
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in headers and reply.crosses:
            await reply.preflight()
            return
        self._security.check_origin(scope, headers)
        caller = scope[CALLER] = self._caller(scope, headers, path, is_api)
        limit_bytes = self._limit_bytes(path, is_api)
        check_declared_size(headers.get(b"content-length"), limit_bytes)
        receive = counted(receive, limit_bytes)
        if fast is None:
            await (self._api if is_api else self._app)(scope, receive, reply.send)
            return
        if scope["method"] not in fast.methods:
            raise not_allowed(path, scope["method"], ", ".join(fast.methods))
        if not caller.may(fast.role):
            caller.require(fast.role, fast.path)
        status, body = await fast.handle(Asked(scope, headers, receive, caller))
        await reply.json(status, body)

    def _caller(self, scope: Scope, headers: Headers, path: str, is_api: bool) -> Caller:
        try:
            caller = self._security.caller_of(scope, headers)
        except NotAuthenticated:
            client = scope.get("client")
            self._refused.take(client[0] if client else "")
            raise
        if caller.role is None and is_api:
            self._refused.take(caller.address)
        self._buckets.take(caller.subject)
        if path.startswith(HEAVY):
            self._heavy.take(caller.subject)
        return caller

    def _limit_bytes(self, path: str, is_api: bool) -> int:
        if not is_api:
            return self._settings.upload_limit_bytes
        return self._settings.batch_limit_bytes if path.startswith(BATCHES) else self._settings.body_limit_bytes

    def _extra_headers(self, path: str, headers: Headers) -> list[tuple[bytes, bytes]]:
        """What is added to the reply: nobody frames or sniffs our pages; listed web pages may read what a storefront may."""
        if not path.startswith("/api"):
            return PAGE_HEADERS
        origin = headers.get(b"origin")
        if origin is None or path not in self._fast or not self._security.may_cross(origin.decode("latin-1")):
            return [NOSNIFF]
        return [NOSNIFF, (b"access-control-allow-origin", origin), (b"vary", b"Origin")]

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        try:
            self._security.check_origin(scope, headers)
            scope[CALLER] = self._security.caller_of(scope, headers)
        except ShopkeeperError as error:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": error.what[:100]})
            return
        await self._app(scope, receive, send)


class _Reply:
    """The way out of one request: adds headers, remembers the status, and never starts a reply twice."""

    def __init__(self, send: Send, extra: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._extra = extra
        self.status = 0

    @property
    def crosses(self) -> bool:
        """Whether the request comes from a web page that is listed in the settings."""
        return len(self._extra) > 1 and self._extra[1][0] == b"access-control-allow-origin"

    async def send(self, message: Message) -> None:
        """Pass on what a door sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            sent = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in self._extra if pair[0] not in sent)]
        await self._send(message)

    async def json(self, status: int, body: bytes) -> None:
        """A JSON reply."""
        headers = [*JSON_HEADERS, (b"content-length", b"%d" % len(body)), *self._extra[1:]]
        await self._finish(status, headers, body)

    async def problem(self, error: ShopkeeperError) -> None:
        """A problem document, unless a reply has already begun: then the connection can only be broken off."""
        if self.status:
            raise error
        status, body, headers = problem_of(error)
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self._finish(status, [*raw, (b"content-length", b"%d" % len(body)), *self._extra], body)

    async def preflight(self) -> None:
        """Tell a browser that a listed page may send this."""
        allowed = [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"Authorization, X-Api-Key, Content-Type, Idempotency-Key"),
            (b"access-control-max-age", b"600"),
        ]
        await self._finish(204, [*allowed, *self._extra], b"")

    async def _finish(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})


def _route_of(scope: Scope, path: str) -> str:
    """The pattern of the route, for the metrics: as few as there are routes, whatever is asked."""
    if not (path.startswith("/api") or path == "/metrics"):
        return "dashboard"
    return str(getattr(scope.get("route"), "path", "unknown"))
