from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from shopkeeper.core.errors import Forbidden, NotAuthenticated, TooManyRequests
from shopkeeper.server import security as security_module
from shopkeeper.server.security import COOKIE, Caller, Security, is_loopback, safe_next
from shopkeeper.server.settings import ServerSettings
from shopkeeper.store import accounts as accounts_module
from shopkeeper.store.accounts import Accounts
from shopkeeper.store.store import Store

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts_module, "SCRYPT_N", 2**4)
    monkeypatch.setattr(accounts_module, "_NOBODY", accounts_module._NOBODY.replace("$32768$8$3$", "$16$8$1$"))
    monkeypatch.setattr(accounts_module._scrypt, "__defaults__", (2**4, 8, 3))


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    with Store.create(tmp_path / "shop") as store:
        yield store.accounts


@pytest.fixture
def security(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> Security:
    monkeypatch.setattr(security_module, "REFRESH_SECONDS", -1.0)  # every question is asked afresh
    return Security(accounts, ServerSettings(origins=("https://www.my-shop.com",)))


def request(method: str = "GET", client: str = "127.0.0.1", **headers: str) -> Request:
    raw = {"host": "127.0.0.1:8000"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        {
            "type": "http", "method": method, "path": "/", "client": (client, 50000), "scheme": "http", "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in raw.items()],
        }
    )  # fmt: skip


def check(security: Security, asked: Request) -> None:
    security.check_origin(asked.scope, dict(asked.scope["headers"]))


def test_a_new_shop_trusts_this_machine_and_only_it(security: Security):
    assert security.is_open
    assert security.caller(request()) == Caller("open", "owner", "this machine", "127.0.0.1")
    assert security.caller(request(client="::1")).role == "owner"
    assert security.caller(request(client="10.0.0.7")).role is None


def test_the_first_key_ends_that(security: Security, accounts: Accounts):
    accounts.add_key("web", "storefront")
    assert not security.is_open
    assert security.caller(request()).role is None


@pytest.mark.parametrize("header", ["authorization", "x_api_key"])
def test_a_key_is_known_by_either_header(security: Security, accounts: Accounts, header: str):
    text, key = accounts.add_key("web", "operator")
    sent = f"Bearer {text}" if header == "authorization" else text
    assert security.caller(request(client="10.0.0.7", **{header: sent})) == Caller(
        "key", "operator", "web", "10.0.0.7", key.key_id
    )


def test_a_wrong_key_is_refused_and_not_repeated_in_full(security: Security, accounts: Accounts):
    text, key = accounts.add_key("web", "operator")
    with pytest.raises(NotAuthenticated) as caught:
        security.caller(request(x_api_key=text[:-1]))
    assert text[:-1] not in caught.value.sentence
    assert key.key_id in caught.value.got
    with pytest.raises(NotAuthenticated) as caught:
        security.caller(request(x_api_key="hunter2"))
    assert "hunter2" not in caught.value.sentence
    assert security.role_of(request(x_api_key="hunter2")) is None


def test_a_wrong_key_is_refused_even_while_the_shop_is_open(security: Security):
    with pytest.raises(NotAuthenticated):
        security.caller(request(x_api_key="hunter2"))


def test_a_revoked_key_is_out_within_a_second(accounts: Accounts):
    security = Security(accounts, ServerSettings())
    text, key = accounts.add_key("web", "operator")
    security.refresh()
    assert security.caller(request(x_api_key=text)).role == "operator"
    accounts.revoke_key(key.key_id)
    deadline = time.monotonic() + 2
    while security.role_of(request(x_api_key=text)) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_other_authorization_schemes_are_nobody(security: Security, accounts: Accounts):
    accounts.add_key("web", "operator")
    assert security.caller(request(authorization="Basic YTpi")).kind == "nobody"


def test_when_a_key_was_used_is_written_down(security: Security, accounts: Accounts):
    text, _ = accounts.add_key("web", "operator")
    security.caller(request(x_api_key=text))
    security.mark_used()
    assert accounts.keys()[0].last_used_at is None, "not at once: a write a request would be too much"
    security.mark_used(now=True)
    assert abs(accounts.keys()[0].last_used_at.timestamp() - time.time()) < 5


def test_what_each_role_is_told():
    nobody = Caller("nobody", None, "", "10.0.0.7")
    storefront = Caller("key", "storefront", "web", "10.0.0.7", "abcd")
    nobody.require("anyone")
    storefront.require("storefront")
    with pytest.raises(NotAuthenticated) as unknown:
        nobody.require("operator", "GET /api/runs")
    assert unknown.value.what == "A key is needed for GET /api/runs."
    assert unknown.value.next == "`shopkeeper keys add NAME --role operator` makes one"
    with pytest.raises(Forbidden) as small:
        storefront.require("owner", "GET /api/runs")
    assert small.value.what == "The role 'storefront' may not do GET /api/runs."
    assert (small.value.got, small.value.wanted) == ("storefront", "owner")


def test_requests_are_counted_by_key_or_else_by_address():
    assert Caller("key", "owner", "web", "10.0.0.7", "abcd").subject == "key:abcd"
    assert Caller("nobody", None, "", "10.0.0.7").subject == "address:10.0.0.7"


# -- sessions


def login(security: Security, name: str = "anna", password: str = PASSWORD, client: str = "10.0.0.7") -> str:
    return asyncio.run(security.login(request("POST", client), name, password))


def test_a_login_opens_a_session(security: Security, accounts: Accounts):
    user = accounts.add_user("anna", PASSWORD, "operator")
    session = login(security)
    caller = security.caller(request(client="10.0.0.7", cookie=f"theme=dark; {COOKIE}={session}"))
    assert caller == Caller("user", "operator", "anna", "10.0.0.7", user.user_id)


def test_a_wrong_password_does_not_and_five_have_to_wait(security: Security, accounts: Accounts):
    accounts.add_user("anna", PASSWORD, "operator")
    for _ in range(5):
        with pytest.raises(NotAuthenticated):
            login(security, password="wrong password")
    with pytest.raises(TooManyRequests):
        login(security)


def test_a_session_cannot_be_forged(security: Security, accounts: Accounts, tmp_path: Path):
    anna = accounts.add_user("anna", PASSWORD, "operator")
    boss = accounts.add_user("boss", PASSWORD, "owner")
    session = security.session_for(anna)
    with Store.create(tmp_path / "other") as other:
        of_another_shop = Security(other.accounts, ServerSettings()).session_for(anna)
    forged = [
        session.replace(anna.user_id, boss.user_id).replace(anna.stamp, boss.stamp),
        session[:-1] + ("A" if session[-1] != "A" else "B"),
        session.rpartition(".")[0] + ".",
        session.rpartition(".")[0],
        "", ".", "....", "é" * 10,
        of_another_shop,
    ]  # fmt: skip
    assert [security.user_of(text) for text in forged] == [None] * len(forged)
    assert security.user_of(session) == anna


def test_a_session_ends_by_time_logout_new_password_and_removal(security: Security, accounts: Accounts, monkeypatch):
    def fresh() -> str:
        return security.session_for(accounts.user("anna"))

    accounts.add_user("anna", PASSWORD, "operator")
    session = fresh()
    with monkeypatch.context() as later:
        tomorrow = time.time() + 13 * 3600
        later.setattr(time, "time", lambda: tomorrow)
        assert security.user_of(session) is None
    assert security.user_of(session) is not None
    security.logout(request("POST", cookie=f"{COOKIE}={session}"))
    assert security.user_of(session) is None
    session = fresh()
    accounts.set_password("anna", "another long password")
    assert security.user_of(session) is None
    session = fresh()
    accounts.remove_user("anna")
    assert security.user_of(session) is None


def test_a_changed_role_holds_at_once(security: Security, accounts: Accounts):
    accounts.add_user("anna", PASSWORD, "owner")
    session = login(security)
    accounts.set_role("anna", "operator")
    assert security.caller(request(cookie=f"{COOKIE}={session}")).role == "operator"


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_kept_from_scripts_and_other_sites(security: Security, scheme: str, secure: bool):
    asked, response = request(), Response()
    asked.scope["scheme"] = scheme
    security.set_cookie(response, asked, "value")
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert ("secure" in cookie) is secure
    assert "max-age=43200" in cookie
    security.delete_cookie(response)
    assert "max-age=0" in response.headers.getlist("set-cookie")[-1].lower()


@pytest.mark.parametrize("target", ["/", "/data", "/tasks?task=recommend.learn#scores", "/数据"])
def test_a_path_of_ours_is_followed_after_the_login(target: str):
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [None, "", "data", "https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
     "javascript:alert(1)", "/a\\b", "/a\nb", "/\t/evil.example", " //evil.example", "/a\r\nset-cookie: x=1"],
)  # fmt: skip
def test_any_other_target_is_not(target: str | None):
    assert safe_next(target, "/home") == "/home"


# -- where from


FOREIGN: list[dict[str, Any]] = [
    {"method": "POST", "origin": "https://evil.example"},
    {"method": "POST", "origin": "null"},
    {"method": "DELETE", "origin": "http://127.0.0.1:9999"},
    {"method": "POST", "sec_fetch_site": "cross-site"},
    {"method": "POST", "sec_fetch_site": "same-site"},
    {"method": "GET", "origin": "https://evil.example"},
    {"method": "GET", "sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
    {"host": "evil.example"},
    {"host": "evil.example:8000"},
    {"host": ""},
    {"host": "127.0.0.1.evil.example"},
    {"x_forwarded_for": "10.0.0.7"},
    {"forwarded": "for=10.0.0.7"},
]
OURS: list[dict[str, Any]] = [
    {"method": "POST"},
    {"method": "POST", "origin": "http://127.0.0.1:8000"},
    {"method": "POST", "origin": "http://localhost:8000", "host": "localhost:8000", "sec_fetch_site": "same-origin"},
    {"method": "POST", "origin": "http://[::1]:8000", "host": "[::1]:8000"},
    {"method": "GET", "sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate"},
    {"method": "GET", "sec_fetch_site": "none"},
    {"method": "POST", "origin": "https://www.my-shop.com"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_an_open_shop_refuses_other_pages_names_and_proxies(security: Security, headers: dict[str, str]):
    with pytest.raises(Forbidden):
        check(security, request(**headers))


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_an_open_shop_takes_its_own(security: Security, headers: dict[str, str]):
    check(security, request(**headers))


def test_with_keys_any_name_and_reading_are_fine_but_foreign_changes_are_not(security: Security, accounts: Accounts):
    accounts.add_key("web", "owner")
    check(security, request(host="api.my-shop.com", x_forwarded_for="10.0.0.7"))
    check(security, request("GET", host="api.my-shop.com", origin="https://evil.example"))
    for headers in FOREIGN[:5]:
        with pytest.raises(Forbidden, match="another web page"):
            check(security, request(**headers))


def test_a_web_socket_of_another_page_is_refused(security: Security):
    asked = request(origin="https://evil.example", sec_fetch_mode="navigate")
    asked.scope["type"] = "websocket"
    del asked.scope["method"]
    with pytest.raises(Forbidden):
        check(security, asked)


@pytest.mark.parametrize(("host", "ours"), [("127.0.0.1", True), ("127.8.8.8", True), ("localhost", True), ("::1", True),
                                            ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("", False)])  # fmt: skip
def test_what_only_this_machine_can_reach(host: str, ours: bool):
    assert is_loopback(host) is ours
