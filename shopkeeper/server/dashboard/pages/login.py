"""The login: a plain HTML form, so that password managers know it and the session's cookie is out of scripts' reach."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from shopkeeper.core.errors import NotAuthenticated, ShopkeeperError, TooManyRequests
from shopkeeper.server.dashboard.desk import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, Office, language_of
from shopkeeper.server.dashboard.words import LANGUAGE_NAMES, LANGUAGES, Words
from shopkeeper.server.security import safe_next

if TYPE_CHECKING:
    from collections.abc import Mapping

YEAR_SECONDS = 365 * 24 * 3600
FORM_BYTES = 10_000

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="{scheme}">
<link rel="icon" href="/dashboard/icon.svg"><link rel="stylesheet" href="/dashboard/login.css"></head>
<body class="{theme}"><main>
<div class="brand"><span class="logo">掌</span><div><b>{shop}</b><small>掌柜 Shopkeeper</small></div></div>
<h1>{heading}</h1>{problem}
<form method="post" action="/login"><input type="hidden" name="next" value="{next}">
<label>{name_label}<input name="name" value="{name}" autocomplete="username" autocapitalize="none" required autofocus></label>
<label>{password_label}<input name="password" type="password" autocomplete="current-password" required></label>
<button>{enter}</button></form><p class="languages">{languages}</p></main></body></html>"""


def router(office: Office) -> APIRouter:
    """``/login``, ``/logout`` and ``/choose`` (language and theme)."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    async def show(request: Request, next: str = "/") -> Response:
        if office.security.role_of(request) is not None:
            return RedirectResponse(safe_next(next), 303)
        return _page(office, request, next)

    @routes.post("/login")
    async def enter(request: Request) -> Response:
        form = await request.form(max_fields=10, max_part_size=FORM_BYTES)
        name, password, target = (str(form.get(field, "")) for field in ("name", "password", "next"))
        try:
            session = await office.security.login(request, name, password)
        except (NotAuthenticated, TooManyRequests) as error:
            return _page(office, request, target, name=name, error=error)
        response = RedirectResponse(safe_next(target), 303)
        office.security.set_cookie(response, request, session)
        return response

    @routes.post("/logout")
    async def leave(request: Request) -> Response:
        office.security.logout(request)
        response = RedirectResponse("/login", 303)
        office.security.delete_cookie(response)
        return response

    @routes.get("/choose")
    async def choose(next: str = "/", language: str = "", theme: str = "") -> Response:
        response = RedirectResponse(safe_next(next), 303)
        for cookie, value, allowed in ((LANGUAGE_COOKIE, language, LANGUAGES), (THEME_COOKIE, theme, THEMES)):
            if value in allowed:
                response.set_cookie(cookie, value, max_age=YEAR_SECONDS, httponly=True, samesite="lax")
        return response

    return routes


def _page(office: Office, request: Request, target: str, *, name: str = "", error: ShopkeeperError | None = None) -> Response:
    t = Words(language_of(request, office.shop.languages))
    theme = request.cookies.get(THEME_COOKIE, "system")
    theme = theme if theme in THEMES else "system"
    target = safe_next(target)
    texts: Mapping[str, str] = {
        "lang": t.language, "title": f"{office.shop.name} · {t('login.title')}", "shop": office.shop.name,
        "heading": t("login.title"), "name_label": t("login.name"), "password_label": t("login.password"),
        "enter": t("login.enter"), "name": name[:200], "next": target, "theme": theme,
        "scheme": {"system": "light dark"}.get(theme, theme),
    }  # fmt: skip
    shown = {field: escape(value) for field, value in texts.items()}
    here = quote(f"/login?next={quote(target, safe='')}", safe="")
    links = (f'<a href="/choose?language={code}&amp;next={here}">{escape(label)}</a>' for code, label in LANGUAGE_NAMES.items())
    has_users = bool(office.security.accounts.users())
    page = PAGE.format(**shown, problem=_problem(t, error, has_users=has_users), languages=" ".join(links))
    headers = {"Cache-Control": "no-store", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"}
    return HTMLResponse(page, error.http_status if error else 200, headers)


def _problem(t: Words, error: ShopkeeperError | None, *, has_users: bool) -> str:
    if not has_users:
        told = t("login.no_users")
    elif error is None:
        return ""
    elif isinstance(error, TooManyRequests):
        seconds = re.search(r"\d+", error.next)
        told = t("login.wait", seconds=seconds.group() if seconds else "60")
    else:
        told = t("login.wrong")
    return f'<p class="problem" role="alert">{escape(told)}</p>'
