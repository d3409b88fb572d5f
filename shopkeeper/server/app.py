"""The server: both doors of a shop in one process, behind one gate.

`create_app` puts them together for any ASGI server; `serve` runs it with uvicorn, after checking that nobody can come in
by accident.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from shopkeeper import __version__
from shopkeeper.core.errors import BadRequest, Forbidden
from shopkeeper.server.api.answers import answer_routes
from shopkeeper.server.api.entities import add_entity_routes
from shopkeeper.server.api.events import Appending, add_fact_routes, events_route
from shopkeeper.server.api.health import add_health_routes
from shopkeeper.server.api.routes import Routes, document
from shopkeeper.server.api.segments import add_segment_routes
from shopkeeper.server.api.tables import add_table_routes
from shopkeeper.server.api.tasks import add_task_routes
from shopkeeper.server.gate import FastRoute, Gate
from shopkeeper.server.metrics import Metrics
from shopkeeper.server.problems import add_handlers
from shopkeeper.server.security import Security, is_loopback

if TYPE_CHECKING:
    import uvicorn

    from shopkeeper.server.settings import ServerSettings
    from shopkeeper.shop import Shop

log = logging.getLogger(__name__)

UPKEEP_SECONDS = 5.0

# How long another thread may keep the interpreter before the event loop gets it back. Python's own 5 ms is as long as
# twenty answers; the writer and the follower would make every answer beside them wait that long.
SWITCH_SECONDS = 0.0005


def create_app(shop: Shop, settings: ServerSettings | None = None) -> FastAPI:
    """The shop as an ASGI application: the API under ``/api``, ``/metrics``, and the dashboard.

    ``app.state`` has ``security``, ``metrics``, ``api`` (the FastAPI of the API alone) and ``fast`` (routes by path).
    """
    resolved: ServerSettings = settings or shop.settings("server").values
    security = Security(shop.store.accounts, resolved)
    metrics = Metrics(shop)
    api = _api(shop, security, metrics)
    fast = _fast_routes(shop, security, metrics)
    app = FastAPI(title=shop.name, docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(shop, security))
    app.state.security, app.state.metrics, app.state.api, app.state.fast = security, metrics, api, fast
    api.state.paths = [*fast, *(getattr(route, "path", "") for route in api.routes)]

    @functools.cache
    def openapi() -> dict[str, Any]:
        return document(api, fast.values())

    api.openapi = app.openapi = openapi  # type: ignore[method-assign]
    add_handlers(app)
    app.state.paths = api.state.paths
    app.add_middleware(Gate, api=api, fast=fast, security=security, metrics=metrics)
    if resolved.dashboard:
        from shopkeeper.server.dashboard import mount

        mount(app, shop, security)
    return app


def _api(shop: Shop, security: Security, metrics: Metrics) -> FastAPI:
    api = FastAPI(
        title=f"{shop.name}: the shop's HTTP API",
        version=__version__,
        description="Events in, answers out; tasks, tables and health. Errors are RFC 9457 problems with four parts.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    add_handlers(api)
    routes = Routes(api, security)
    add_fact_routes(routes, Appending(shop, security, metrics), security)
    add_entity_routes(routes, shop, security.settings, metrics)
    add_task_routes(routes, shop)
    add_table_routes(routes, shop, security)
    add_segment_routes(routes, shop)
    add_health_routes(routes, shop, security, metrics)

    async def openapi_document() -> dict[str, Any]:
        return api.openapi()

    routes.add("GET", "/api/openapi.json", "anyone", openapi_document, summary="This document.", response_model=None)
    return api


def _fast_routes(shop: Shop, security: Security, metrics: Metrics) -> dict[str, FastRoute]:
    found = [events_route(Appending(shop, security, metrics)), *answer_routes(shop, security.settings.body_timeout_seconds)]
    return {route.path: route for route in found}


def _lifespan(shop: Shop, security: Security) -> Callable[[FastAPI], Any]:
    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(shop.answers.start)
        await asyncio.to_thread(shop.store.start_sealer)
        # What was loaded so far stays: the collector need not look at it again while an answer waits.
        gc.collect()
        gc.freeze()
        upkeep = asyncio.create_task(_keep_up(security))
        try:
            yield
        finally:
            upkeep.cancel()
            gc.unfreeze()
            await asyncio.to_thread(security.mark_used, now=True)
            await asyncio.to_thread(shop.answers.close)  # writes down the last decisions

    return lifespan


async def _keep_up(security: Security) -> None:
    while True:
        await asyncio.sleep(UPKEEP_SECONDS)
        try:
            await asyncio.to_thread(security.mark_used)
        except Exception:  # when a key was last used is not worth a request
            log.exception("could not write down when keys were last used")


def serve(
    shop: Shop,
    host: str | None = None,
    port: int | None = None,
    *,
    tell: Callable[[str], None] | None = None,
    started: Callable[[str], None] | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; requests in progress are finished and decisions written down.

    ``tell`` is given lines for people (default: stderr), ``started`` the address once it listens. Raises `Forbidden` for
    an address that others can reach while there is no key, `BadRequest` for one that cannot be listened on.
    """
    say = tell or _say
    settings: ServerSettings = shop.settings("server").values
    at = settings.host if host is None else host
    check_address(shop, at)
    listening = listen(at, settings.port if port is None else port)
    with contextlib.closing(listening):
        app = create_app(shop, settings)
        url = url_of(listening)
        _announce(shop, app, url, say)
        if started is not None:
            started(url)
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        logging.getLogger("uvicorn").setLevel(logging.WARNING)  # it tells of every web socket; what matters we say ourselves
        before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        try:
            server_of(app, settings).run(sockets=[listening])
        finally:
            sys.setswitchinterval(before)


def server_of(app: FastAPI, settings: ServerSettings) -> uvicorn.Server:
    """The uvicorn server of the application: uvloop and httptools where they are installed, no access log."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=settings.shutdown_seconds,
    )
    return uvicorn.Server(config)


def check_address(shop: Shop, host: str) -> None:
    """Raise `Forbidden` if others could reach this address while the shop has no key and no user."""
    accounts = shop.store.accounts
    if not is_loopback(host) and not accounts.keys() and not accounts.users():
        raise Forbidden(
            f"A shop without keys is not served on {host}.",
            got=f"an address that others can reach ({host}), and no API key",
            wanted="127.0.0.1, or at least one key",
            next="`shopkeeper keys add me --role owner` makes a key; then serve again",
            host=host,
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises `BadRequest`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        raise BadRequest(
            f"The server cannot listen on {host} port {port}.",
            got=str(error),
            wanted="an address of this machine and a free port",
            next=f"stop what uses it, or `shopkeeper serve --port {port + 1 if 0 < port < 65535 else 8001}`",
        ) from None
    return listening


def url_of(listening: socket.socket) -> str:
    """The address of a listening socket, as a browser on this machine takes it."""
    host, port = listening.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{name}:{port}"


def _announce(shop: Shop, app: FastAPI, url: str, say: Callable[[str], None]) -> None:
    security: Security = app.state.security
    say(f"{app.title} is served at {url} (API: {url}/api/openapi.json). Ctrl-C stops.")
    if security.is_open:
        say("No keys and no users yet: whoever uses this machine is the owner. `shopkeeper keys add NAME` changes that.")
    answers = sorted(shop.registry.answers.values(), key=lambda answer: answer.name)
    late = [answer.name for answer in answers if shop.store.models.current(answer.uses) is None]
    if late:
        say(f"Nothing learned yet for {', '.join(late)}: `shopkeeper learn`.")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
