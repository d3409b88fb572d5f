"""The frame around every page: who may see it, the drawer (below on a phone), title, language, theme and errors."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from copy import copy
from pathlib import Path
from urllib.parse import quote

from nicegui import ui
from nicegui.language import Language
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopkeeper.core.errors import NotAuthenticated, ShopkeeperError, TaskFault, UnknownName
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.desk import THEMES, Desk, Office, desk_of
from shopkeeper.server.dashboard.words import LANGUAGE_NAMES

BUILD_SECONDS = 60.0
SHEET = Path(__file__).with_name("static") / "dashboard.css"
# The address changes with the sheet, so that a browser never keeps an old one.
STYLE = f'<link rel="stylesheet" href="/dashboard/dashboard.css?{hashlib.sha256(SHEET.read_bytes()).hexdigest()[:12]}">'
PAGES = (
    ("/", "page.today", "today"),
    ("/data", "page.data", "storage"),
    ("/customers", "page.customers", "groups"),
    ("/baskets", "page.baskets", "shopping_basket"),
    ("/recommend", "page.recommend", "recommend"),
    ("/tasks", "page.tasks", "account_tree"),
)
NICEGUI_LANGUAGES: dict[str, Language] = {"en": "en-US", "zh": "zh-CN"}
THEME_ICONS = {"system": "brightness_auto", "light": "light_mode", "dark": "dark_mode"}

Build = Callable[[Desk], Awaitable[None]]


def add_page(office: Office, path: str, build: Build, *, role: str = "operator", section: str = "") -> None:
    """Show ``build`` at ``path`` within the frame, to readers with ``role``; others are sent to the login."""

    async def show(request: Request) -> Response | None:
        try:
            desk = desk_of(office, request)
        except NotAuthenticated:
            return _to_login(request)
        if desk.caller.role is None:
            return _to_login(request)
        main = _frame(desk, section or path)
        with main:
            try:
                desk.caller.require(role, desk.t("page.this"))
                await build(desk)
            except ShopkeeperError as error:
                cards.problem(desk, error)
        return None

    ui.page(path, response_timeout=BUILD_SECONDS, dark=None)(show)


async def not_found(office: Office, request: Request) -> Response | None:
    """What is shown at an address that no page has."""
    desk = desk_of(office, request)
    if desk.caller.role is None:
        return _to_login(request)
    ui.status_code(404)
    with _frame(desk, ""):
        unknown = UnknownName(
            desk.t("error.not_found"),
            got=request.url.path,
            wanted=", ".join(path for path, _, _ in PAGES),
            next=desk.t("error.not_found_next"),
        )
        cards.problem(desk, unknown)
    return None


def _to_login(request: Request) -> RedirectResponse:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/login" if target == "/" else f"/login?next={quote(target, safe='')}", 303)


def _told(desk: Desk, error: Exception) -> None:
    """An error after the page was shown, in its four parts, over the page."""
    if not isinstance(error, ShopkeeperError):
        error = TaskFault(
            desk.t("error.fault"), got=type(error).__name__, wanted=desk.t("error.no_fault"), next=desk.t("error.fault_next")
        )
    with ui.dialog(value=True) as dialog, ui.element("div").classes("sk-dialog"):
        cards.problem(desk, error)
        cards.button(desk.t("error.close"), dialog.close, look="plain")


def _frame(desk: Desk, here: str) -> ui.element:
    ui.page_title(f"{desk.shop.name} · 掌柜 Shopkeeper")
    ui.add_head_html(STYLE)
    ui.on_exception(lambda error: _told(desk, error))
    _speak(desk.t.language)
    ui.dark_mode({"light": False, "dark": True}.get(desk.theme))
    with ui.element("header").classes("sk-top"):
        _brand(desk)
        _choices(desk, is_short=True)
    with ui.element("nav").classes("sk-side").props(f'aria-label="{desk.t("page.menu")}"'):
        _brand(desk)
        _links(desk, here)
        with ui.element("div").classes("sk-side-foot"):
            _who(desk)
            _choices(desk)
    main = ui.element("div").classes("sk-main")  # within NiceGUI's own <main>
    with ui.element("nav").classes("sk-bottom").props(f'aria-label="{desk.t("page.menu")}"'):
        _links(desk, here)
    return main


def _speak(language: str) -> None:
    """Let NiceGUI's own words (a lost connection) and the page's ``lang`` be of this visit's language, not of all visits'."""
    client = ui.context.client
    client.page = copy(client.page)
    client.page.language = NICEGUI_LANGUAGES[language]
    ui.query("html").props(f'lang="{language}"')


def _brand(desk: Desk) -> None:
    with ui.element("a").classes("sk-brand").props('href="/"'):
        cards.text("掌", "sk-logo")
        with ui.element("div"):
            cards.text(desk.shop.name, tag="b")
            cards.text("掌柜 Shopkeeper", tag="small")


def _links(desk: Desk, here: str) -> None:
    for path, key, icon in PAGES:
        is_here = here == path
        link = ui.element("a").classes("sk-link" + (" is-here" if is_here else "")).props(f'href="{path}"')
        if is_here:
            link.props('aria-current="page"')
        with link:
            ui.icon(icon)
            cards.text(desk.t(key), tag="span")


def _who(desk: Desk) -> None:
    if desk.caller.kind != "user":
        return
    with ui.element("div").classes("sk-who"):
        with ui.element("div").classes("sk-clip"):
            cards.text(desk.caller.name, "sk-strong", tag="span")
            cards.text(" · " + desk.t(f"role.{desk.caller.role}"), tag="span")
        _leave(desk)


def _leave(desk: Desk) -> None:
    with ui.element("form").props('method="post" action="/logout"'):
        cards.text(desk.t("login.leave"), "sk-leave", "button")


def _choices(desk: Desk, *, is_short: bool = False) -> None:
    """Language and theme as plain links: they work before, and without, the web socket."""
    back = quote(desk.request.url.path + (f"?{desk.request.url.query}" if desk.request.url.query else ""), safe="")
    with ui.element("div").classes("sk-choices"):
        with ui.element("div").classes("sk-choice"):
            for language, name in LANGUAGE_NAMES.items():
                is_here = language == desk.t.language
                if not (is_short and is_here):
                    _choice(name, f"/choose?language={language}&next={back}", is_here=is_here)
        with ui.element("div").classes("sk-choice"):
            for theme in THEMES:
                is_here = theme == desk.theme
                if is_short and theme != _next_theme(desk.theme):
                    continue
                label = desk.t(f"theme.{theme}")
                link = _choice("", f"/choose?theme={theme}&next={back}", is_here=is_here and not is_short)
                link.props(f'aria-label="{label}" title="{label}"')
                with link:
                    ui.icon(THEME_ICONS[theme])
        if is_short and desk.caller.kind == "user":
            _leave(desk)


def _next_theme(theme: str) -> str:
    """On a phone one button goes round: system, light, dark."""
    return THEMES[(THEMES.index(theme) + 1) % len(THEMES)]


def _choice(label: str, target: str, *, is_here: bool) -> ui.element:
    link = ui.element("a").props(f'href="{target}"').classes("is-here" if is_here else "")
    if label:
        with link:
            cards.text(label, tag="span")
    return link
