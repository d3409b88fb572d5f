"""What every page works with: the shop, who is looking, in which language, and how values are written."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from shopkeeper.core.errors import NotAuthenticated
from shopkeeper.server.dashboard.format import Format
from shopkeeper.server.dashboard.models.memory import Memory
from shopkeeper.server.dashboard.words import LANGUAGES, Words

if TYPE_CHECKING:
    from starlette.requests import Request

    from shopkeeper.core.tasks import ShopView
    from shopkeeper.server.security import Caller, Security
    from shopkeeper.shop import Shop

P = ParamSpec("P")
T = TypeVar("T")

LANGUAGE_COOKIE = "shopkeeper_language"
THEME_COOKIE = "shopkeeper_theme"
THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class Office:
    """What all visits share: the shop, who may come in, and the memory of its queries."""

    shop: Shop
    security: Security
    memory: Memory


@dataclass(frozen=True)
class Desk:
    """One visit of one page."""

    office: Office
    request: Request
    caller: Caller
    t: Words
    f: Format
    theme: str

    @property
    def shop(self) -> Shop:
        """The shop on show."""
        return self.office.shop

    @property
    def shows_personal(self) -> bool:
        """Whether this reader may see what names a person."""
        return self.caller.may("owner")

    def query(self, name: str, default: str = "") -> str:
        """A value of the page's address."""
        return self.request.query_params.get(name, default)

    async def read(self, key: tuple[object, ...], make: Callable[[ShopView], T], of: tuple[str, ...] = ()) -> T:
        """``make(view)`` in a thread of its own, remembered under ``key`` until rows of the tables ``of`` (or any) change."""
        return await self.work(self.office.memory.get, key, make, of)

    async def work(self, function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What the function gives, worked out in a thread of its own; only for a reader who is still logged in."""
        self.require("operator", self.t("page.this"))
        return await asyncio.to_thread(function, *given, **named)

    def require(self, role: str, what: str) -> None:
        """Raise unless the reader is, still and now, allowed to do this: a page may stay open after a logout."""
        request = self.request
        caller = self.office.security.caller_of(request.scope, dict(request.scope["headers"]))
        if caller.role is None:
            raise NotAuthenticated(
                self.t("error.logged_out"),
                got=self.t("error.no_login"),
                wanted=self.t("error.a_login"),
                next=self.t("error.log_in_again"),
            )
        caller.require(role, what)


def desk_of(office: Office, request: Request) -> Desk:
    """The desk for this request; the caller may be nobody."""
    language = language_of(request, office.shop.languages)
    theme = request.cookies.get(THEME_COOKIE, "system")
    return Desk(
        office,
        request,
        office.security.caller(request),
        Words(language),
        Format(language, office.shop.currency, office.shop.time_zone),
        theme if theme in THEMES else "system",
    )


def language_of(request: Request, shop_languages: tuple[str, ...]) -> str:
    """The language that the reader chose, else what the browser asks for, else the shop's first that we speak."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    for part in request.headers.get("accept-language", "").split(","):
        wanted = part.split(";")[0].strip().lower().split("-")[0]
        if wanted in LANGUAGES:
            return wanted
    return next((language for language in shop_languages if language in LANGUAGES), LANGUAGES[0])
