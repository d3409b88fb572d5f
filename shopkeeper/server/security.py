"""Who is asking, and may they: keys, sessions, the open mode of a new shop, and where a request came from.

Both doors use it: the API's gate for every request, the dashboard for its login and its pages.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import hmac
import ipaddress
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shopkeeper.core.errors import Forbidden, NotAuthenticated
from shopkeeper.server.settings import ServerSettings
from shopkeeper.store.accounts import KEY_PREFIX, Accounts, Key, User, allows, hash_of

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

COOKIE = "shopkeeper_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REFRESH_SECONDS = 1.0  # a revoked key or removed user is out after at most this long
MARK_SECONDS = 30.0
CALLER = "shopkeeper.caller"  # where the gate leaves the caller in the ASGI scope

Headers = Mapping[bytes, bytes]


@dataclass(frozen=True)
class Caller:
    """Who is asking: ``kind`` is nobody, open, key or user; ``role`` is None for nobody."""

    kind: str
    role: str | None
    name: str
    address: str
    id: str = ""

    @property
    def subject(self) -> str:
        """Under which name its requests are counted: its key or login, else its address."""
        return f"{self.kind}:{self.id}" if self.id else f"address:{self.address}"

    def may(self, needed: str) -> bool:
        """Whether the caller has the rights of the role ``needed`` (``anyone`` needs none)."""
        return needed == "anyone" or allows(self.role, needed)

    def require(self, needed: str, what: str = "this") -> None:
        """Raise `NotAuthenticated` (nobody) or `Forbidden` (somebody with a smaller role) unless `may`."""
        if self.may(needed):
            return
        if self.role is None:
            raise NotAuthenticated(
                f"A key is needed for {what}.", got="a request without a key or login",
                wanted=f"the key of a {needed} as 'Authorization: Bearer {KEY_PREFIX}_…' or 'X-Api-Key: {KEY_PREFIX}_…'",
                next=f"`shopkeeper keys add NAME --role {needed}` makes one",
            )  # fmt: skip
        raise Forbidden(
            f"The role {self.role!r} may not do {what}.", got=self.role, wanted=needed,
            next=f"use a key of the role {needed!r}, or ask the shop's owner for one", role=self.role, needed=needed,
        )  # fmt: skip


class Security:
    """Who is asking. Keys and users are read at most once a second, so that a request costs no query.

    The open mode: while a shop never had a key or a user, whoever asks from this machine is its owner.
    """

    def __init__(self, accounts: Accounts, settings: ServerSettings) -> None:
        self.accounts = accounts
        self.settings = settings
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._keys: dict[str, Key] = {}
        self._users: dict[str, User] = {}
        self._ended: frozenset[str] = frozenset()
        self._is_open = False
        self._used_at: dict[str, float] = {}
        self._marked_at = time.monotonic()
        self._secret = accounts.secret("sessions")
        self.refresh()

    # -- who

    @property
    def is_open(self) -> bool:
        """Whether the shop has no keys and no users yet, so that this machine is trusted."""
        self._fresh()
        return self._is_open

    def caller(self, connection: HTTPConnection) -> Caller:
        """Who sent this request or opened this web socket. Raises `NotAuthenticated` for a key that is not known."""
        known = connection.scope.get(CALLER)
        return known if isinstance(known, Caller) else self.caller_of(connection.scope, dict(connection.scope["headers"]))

    def role_of(self, connection: HTTPConnection) -> str | None:
        """The caller's role, None for nobody; a wrong key is nobody."""
        try:
            return self.caller(connection).role
        except NotAuthenticated:
            return None

    def caller_of(self, scope: Mapping[str, Any], headers: Headers) -> Caller:
        """As `caller`, from a raw ASGI scope and its headers as a dictionary."""
        self._fresh()
        client = scope.get("client")
        address = client[0] if client else ""
        text = _key_in(headers)
        if text is not None:
            return self._caller_by_key(text, address)
        if self._is_open and (address == "" or is_loopback(address)):
            return Caller("open", "owner", "this machine", address)
        user = self._user_in(headers.get(b"cookie", b""))
        if user is not None:
            return Caller("user", user.role, user.name, address, user.user_id)
        return Caller("nobody", None, "", address)

    def _caller_by_key(self, text: str, address: str) -> Caller:
        key = self._keys.get(hash_of(text))
        if key is None:
            raise NotAuthenticated(
                "This API key is not known.", got=f"{text[: len(KEY_PREFIX) + 9]}…" if text.startswith(KEY_PREFIX) else "a key",
                wanted="a key that was made here and not revoked",
                next="`shopkeeper keys list` lists the keys, `shopkeeper keys add` makes one",
            )  # fmt: skip
        self._used_at[key.key_id] = time.time()
        return Caller("key", key.role, key.name, address, key.key_id)

    # -- sessions

    async def login(self, connection: HTTPConnection, name: str, password: str) -> str:
        """The value of a new session's cookie. Raises `NotAuthenticated` and `TooManyRequests` as `Accounts.check_password`."""
        client = connection.client
        address = client.host if client else ""
        # scrypt takes 0.2 s without the interpreter's lock: the event loop goes on meanwhile.
        user = await asyncio.to_thread(self.accounts.check_password, name, password, address)
        await asyncio.to_thread(self.refresh)
        return self.session_for(user)

    def session_for(self, user: User) -> str:
        """The value of the cookie of a new session: who, until when, signed with the shop's secret."""
        expires_at = int(time.time() + self.settings.session_hours * 3600)
        payload = f"{user.user_id}.{expires_at}.{secrets.token_hex(8)}.{user.stamp}"
        return f"{payload}.{self._signature(payload)}"

    def user_of(self, session: str) -> User | None:
        """The user of a session's cookie; None when it is forged, over, logged out or older than the password."""
        self._fresh()
        payload, _, signature = session.rpartition(".")
        if not payload or not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            return None
        user_id, expires_at, session_id, stamp = payload.split(".")
        user = self._users.get(user_id)
        if user is None or user.stamp != stamp or int(expires_at) < time.time() or session_id in self._ended:
            return None
        return user

    def logout(self, connection: HTTPConnection) -> None:
        """End the session of this request for good, also for copies of its cookie."""
        session = connection.cookies.get(COOKIE, "")
        if self.user_of(session) is not None:
            _, expires_at, session_id, _, _ = session.split(".")
            self.accounts.end_session(session_id, int(expires_at))
            self.refresh()

    def set_cookie(self, response: Response, connection: HTTPConnection, session: str) -> None:
        """Put the session into the response: not readable by scripts, not sent by other sites' forms."""
        response.set_cookie(
            COOKIE, session, max_age=int(self.settings.session_hours * 3600), path="/", httponly=True, samesite="lax",
            secure=connection.url.scheme in ("https", "wss"),
        )  # fmt: skip

    def delete_cookie(self, response: Response) -> None:
        """Take the session out of the browser."""
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")

    def _signature(self, payload: str) -> str:
        raw = hmac.new(self._secret, payload.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def _user_in(self, cookie: bytes) -> User | None:
        for part in cookie.split(b";"):
            name, _, value = part.strip().partition(b"=")
            if name == COOKIE.encode():
                return self.user_of(value.decode("latin-1"))
        return None

    # -- where from

    def check_origin(self, scope: Mapping[str, Any], headers: Headers) -> None:
        """Refuse what another web page makes a visitor's browser send. Raises `Forbidden`.

        A page of another site can make a browser send requests to this machine (cross-site requests), and by pointing its
        own name at 127.0.0.1 even read the replies (DNS rebinding). Programs send no Origin and are not concerned.
        """
        self._fresh()
        host = headers.get(b"host", b"").decode("latin-1")
        if self._is_open:
            _check_open(host, headers)
        origin = headers.get(b"origin", b"").decode("latin-1")
        is_unsafe = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if origin:
            is_foreign = urlsplit(origin).netloc.lower() != host.lower() and not self.may_cross(origin)
        else:
            is_foreign = headers.get(b"sec-fetch-site", b"") in (b"cross-site", b"same-site")
        mode = headers.get(b"sec-fetch-mode", b"cors" if origin else b"navigate")
        reads = self._is_open and mode != b"navigate"
        if is_foreign and (is_unsafe or reads):
            raise Forbidden(
                "This request comes from another web page.", got=origin or "Sec-Fetch-Site: cross-site",
                wanted=f"a request from {host}, or from a page listed in [server] origins",
                next="add the page's address to origins in [server] of shop.toml if it is yours",
            )  # fmt: skip

    def may_cross(self, origin: str) -> bool:
        """Whether this page's scripts may send events and ask (CORS)."""
        return origin in self.settings.origins

    # -- keeping fresh

    def refresh(self) -> None:
        """Read keys and users now."""
        with self._lock:
            keys = self.accounts.keys()
            self._keys = {key.hash: key for key in keys}
            self._users = {user.user_id: user for user in self.accounts.users()}
            self._ended = self.accounts.ended_sessions()
            self._is_open = not self._keys and not self._users and self.accounts.is_open
            self._read_at = time.monotonic()

    def _fresh(self) -> None:
        if time.monotonic() - self._read_at > REFRESH_SECONDS:
            self.refresh()

    def mark_used(self, *, now: bool = False) -> None:
        """Write down when keys were last used, every half minute or ``now``; off the event loop."""
        if self._used_at and (now or time.monotonic() - self._marked_at > MARK_SECONDS):
            used_at, self._used_at = self._used_at, {}
            self._marked_at = time.monotonic()
            self.accounts.mark_used(used_at)


def safe_next(target: str | None, default: str = "/") -> str:
    """``target`` if it is a path on this server, else ``default``: nobody is sent to another site after the login."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return default
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or "\\" in target or not target.isprintable():
        return default
    return target


@functools.lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether the address can only be reached from this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _key_in(headers: Headers) -> str | None:
    sent = headers.get(b"authorization")
    if sent is not None:
        scheme, _, value = sent.partition(b" ")
        if scheme.lower() == b"bearer":
            return value.strip().decode("latin-1")
    sent = headers.get(b"x-api-key")
    return None if sent is None else sent.strip().decode("latin-1")


@functools.lru_cache(maxsize=256)
def _name_in(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _check_open(host: str, headers: Headers) -> None:
    if not is_loopback(_name_in(host)):
        raise Forbidden(
            "A shop without keys answers only to this machine's own name.", got=f"Host: {host}",
            wanted="127.0.0.1 or localhost", next="`shopkeeper keys add NAME --role owner` makes a key; then any name will do",
        )  # fmt: skip
    if b"x-forwarded-for" in headers or b"forwarded" in headers:
        raise Forbidden(
            "A shop without keys cannot be served through a proxy.", got="a forwarded request",
            wanted="a request from this machine",
            next="`shopkeeper keys add NAME --role owner` makes a key",
        )  # fmt: skip
