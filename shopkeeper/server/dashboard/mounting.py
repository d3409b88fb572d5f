"""Where the pages are: addresses, rights, style sheet, and NiceGUI started inside the server's own application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from nicegui import core, ui

from shopkeeper.server.dashboard.desk import Office
from shopkeeper.server.dashboard.frame import add_page, not_found
from shopkeeper.server.dashboard.models.memory import Memory
from shopkeeper.server.dashboard.models.today import daily
from shopkeeper.server.dashboard.pages import login, today
from shopkeeper.server.dashboard.pages.baskets import bundles, together
from shopkeeper.server.dashboard.pages.baskets import rules as basket_rules
from shopkeeper.server.dashboard.pages.customers import customer, groups, journeys, segments, worth
from shopkeeper.server.dashboard.pages.customers import overview as customers
from shopkeeper.server.dashboard.pages.recommending import methods, people, placements, rules
from shopkeeper.server.dashboard.pages.tables import importing, overview, rejected, table
from shopkeeper.server.dashboard.pages.work import answer, run, task, tasks

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shopkeeper.server.security import Security
    from shopkeeper.shop import Shop

STATIC = Path(__file__).with_name("static")
TYPES = {"dashboard.css": "text/css", "login.css": "text/css", "icon.svg": "image/svg+xml"}
TITLE = "掌柜 Shopkeeper"


def put_on_show(app: FastAPI, shop: Shop, security: Security) -> None:
    """Add every page and start NiceGUI with the application."""
    office = Office(shop, security, Memory(shop))
    app.include_router(login.router(office))
    app.include_router(_static())
    _add_pages(office)
    _live_with(app, office)
    # A process that mounted a shop before (tests do) has NiceGUI's middleware already built, with that shop's secret.
    core.app.user_middleware.clear()
    core.app.middleware_stack = None
    ui.run_with(
        app,
        root=lambda request: not_found(office, request),
        title=TITLE,
        favicon=STATIC / "icon.svg",
        dark=None,
        tailwind=False,
        reconnect_timeout=10.0,
        storage_secret=shop.store.accounts.secret("dashboard").hex(),
        session_middleware_kwargs={"session_cookie": "shopkeeper_tab", "same_site": "lax"},
        show_welcome_message=False,
    )


def _add_pages(office: Office) -> None:
    add_page(office, "/", today.build)
    add_page(office, "/data", overview.build)
    add_page(office, "/data/{table}", table.build, section="/data")
    add_page(office, "/rejected", rejected.build, section="/data")
    add_page(office, "/import", importing.build, section="/data", role="owner")
    add_page(office, "/customers", customers.build)
    add_page(office, "/customers/groups", groups.build, section="/customers")
    add_page(office, "/customers/journeys", journeys.build, section="/customers")
    add_page(office, "/customers/segments", segments.build, section="/customers")
    add_page(office, "/customers/value", worth.build, section="/customers")
    add_page(office, "/customers/{customer}", customer.build, section="/customers")
    add_page(office, "/baskets", basket_rules.build)
    add_page(office, "/baskets/together", together.build, section="/baskets")
    add_page(office, "/baskets/bundles", bundles.build, section="/baskets")
    add_page(office, "/recommend", people.build)
    add_page(office, "/recommend/methods", methods.build, section="/recommend")
    add_page(office, "/recommend/placements", placements.build, section="/recommend")
    add_page(office, "/recommend/rules", rules.build, section="/recommend")
    add_page(office, "/tasks", tasks.build)
    add_page(office, "/tasks/{task}", task.build, section="/tasks")
    add_page(office, "/runs/{run}", run.build, section="/tasks")
    add_page(office, "/answers/{answer}", answer.build, section="/tasks")


def _static() -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/dashboard/{name}")
    async def send(name: str) -> Response:
        if name not in TYPES:
            return Response(status_code=404)
        return FileResponse(STATIC / name, media_type=TYPES[name], headers={"Cache-Control": "public, max-age=86400"})

    return routes


def _live_with(app: FastAPI, office: Office) -> None:
    """Read what the first page shows as soon as the server has started, and close the view when it stops."""
    before = app.router.lifespan_context

    @contextlib.asynccontextmanager
    async def lifespan(parent: FastAPI) -> AsyncIterator[Any]:
        async with before(parent) as state:
            warming = asyncio.create_task(asyncio.to_thread(office.memory.get, today.DAILY, daily, today.TRADE))
            try:
                yield state
            finally:
                await asyncio.gather(warming, return_exceptions=True)  # a page would meet the same error and tell it
                office.memory.close()

    app.router.lifespan_context = lifespan
