from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

Serve = Callable[..., httpx.Client]
PARTS = {"type", "title", "status", "got", "wanted", "next"}
EVENT = {"event_id": "e1", "event": "view_item", "customer_id": "anna", "product_id": "A"}


def problem(reply: httpx.Response, status: int) -> dict:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    told = reply.json()
    assert set(told) >= PARTS
    assert told["status"] == status
    assert all(told[part] for part in ("title", "wanted", "next")), told
    return told


def test_an_address_that_does_not_exist_tells_the_nearest(client: httpx.Client):
    told = problem(client.get("/api/evnts"), 404)
    assert (told["title"], told["wanted"]) == ("There is no such address.", "did you mean /api/events?")


@pytest.mark.parametrize(("method", "path", "allowed"), [("DELETE", "/api/health", "GET"), ("GET", "/api/events", "POST")])
def test_a_wrong_method_tells_the_right_one(client: httpx.Client, method: str, path: str, allowed: str):
    told = problem(client.request(method, path), 405)
    assert told["wanted"] == allowed


def test_a_parameter_of_the_wrong_type_is_told_in_our_words(client: httpx.Client):
    told = problem(client.get("/api/runs", params={"limit": "many"}), 422)
    assert told["title"] == "query.limit cannot be taken."
    assert told["got"] == "'many'"
    assert told["errors"][0]["where"] == "query.limit"


def test_a_fault_of_ours_is_a_number_for_the_caller_and_a_traceback_for_the_log(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(shop, "runs", broken)
    with caplog.at_level(logging.ERROR):
        reply = client.get("/api/runs")
    told = problem(reply, 500)
    assert told["title"] == "Something went wrong in the server."
    assert "secret" not in reply.text
    assert "ZeroDivision" not in reply.text
    assert told["incident"] in caplog.text
    assert "ZeroDivisionError: secret detail" in caplog.text


def test_a_fault_on_the_short_way_too(
    client: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(shop.store, "append_later", broken)
    with caplog.at_level(logging.ERROR):
        reply = client.post("/api/events", json=EVENT)
    assert "secret" not in reply.text
    assert problem(reply, 500)["incident"] in caplog.text


def test_a_key_over_its_rate_waits_while_others_do_not(serve: Serve, shop: Shop):
    first, _ = shop.store.accounts.add_key("first", "operator")
    second, _ = shop.store.accounts.add_key("second", "operator")
    client = serve(rate_per_second=5)
    replies = [client.get("/api/runs", headers={"X-Api-Key": first}) for _ in range(15)]
    statuses = [reply.status_code for reply in replies]
    assert statuses[:10] == [200] * 10
    told = problem(next(reply for reply in replies if reply.status_code == 429), 429)
    assert told["title"] == "Too many requests."
    assert client.get("/api/runs", headers={"X-Api-Key": second}).status_code == 200
    refused = next(reply for reply in replies if reply.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 1


def test_reading_tables_has_a_rate_of_its_own(serve: Serve):
    client = serve(heavy_rate_per_second=1)
    statuses = [client.get("/api/tables").status_code for _ in range(8)]
    assert statuses[:2] == [200, 200]
    assert 429 in statuses
    assert client.get("/api/health").status_code == 200


def test_guessing_keys_is_slowed_down(serve: Serve, shop: Shop):
    shop.store.accounts.add_key("web", "storefront")
    client = serve(refused_rate_per_second=2)
    statuses = [client.get("/api/runs", headers={"X-Api-Key": f"shk_{n}"}).status_code for n in range(12)]
    assert statuses[:6] == [401] * 6
    assert 429 in statuses[6:]


def test_a_body_over_the_limit_is_refused_by_its_declared_size(serve: Serve, shop: Shop):
    client = serve(batch_limit_bytes=2000, body_limit_bytes=1024)
    told = problem(client.post("/api/events", json=[EVENT] * 100), 413)
    assert told["wanted"] == "at most 2,000 bytes"
    assert problem(client.post("/api/learn", json={"tasks": ["x" * 2000]}), 413)["limit_bytes"] == 1024
    assert shop.store.count("events") == 0


def test_a_streamed_body_over_the_limit_is_refused_before_it_ends(serve: Serve, shop: Shop):
    client = serve(batch_limit_bytes=2000)
    asked = urlsplit(str(client.base_url))
    with socket.create_connection((asked.hostname, asked.port), timeout=10) as connection:
        head = f"POST /api/events HTTP/1.1\r\nHost: {asked.netloc}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        connection.sendall(b"800\r\n" + b" " * 0x800 + b"\r\n")  # and never the end
        answered = connection.recv(65536).decode()
    assert answered.startswith("HTTP/1.1 413")
    assert "urn:shopkeeper:too-large" in answered


def test_a_body_that_does_not_arrive_is_not_waited_for(serve: Serve):
    client = serve(body_timeout_seconds=1)
    asked = urlsplit(str(client.base_url))
    with socket.create_connection((asked.hostname, asked.port), timeout=10) as connection:
        head = f"POST /api/events HTTP/1.1\r\nHost: {asked.netloc}\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        answered = connection.recv(65536).decode()
    assert answered.startswith("HTTP/1.1 408")
    assert "The request took too long to arrive." in answered


def test_too_many_rows_in_one_batch(serve: Serve, shop: Shop):
    client = serve(batch_limit_rows=10)
    assert problem(client.post("/api/events", json=[{}] * 11), 413)["limit_rows"] == 10


def test_an_open_shop_refuses_other_names_and_other_pages(client: httpx.Client, shop: Shop):
    assert problem(client.get("/api/health", headers={"Host": "evil.example"}), 403)["got"] == "Host: evil.example"
    told = problem(client.post("/api/events", json=EVENT, headers={"Origin": "https://evil.example"}), 403)
    assert told["title"] == "This request comes from another web page."
    assert shop.store.count("events") == 0


def test_no_web_page_may_read_replies_unless_it_is_listed(serve: Serve, shop: Shop):
    key, _ = shop.store.accounts.add_key("web", "storefront")
    sent = {"X-Api-Key": key, "Origin": "https://www.my-shop.com"}
    preflight = {"Origin": "https://www.my-shop.com", "Access-Control-Request-Method": "POST"}
    closed, opened = serve(), serve(origins=("https://www.my-shop.com",))
    assert closed.options("/api/events", headers=preflight).status_code == 405
    problem(closed.post("/api/events", json=EVENT, headers=sent), 403)
    allowed = opened.options("/api/events", headers=preflight)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == "https://www.my-shop.com"
    assert "access-control-allow-credentials" not in allowed.headers
    reply = opened.post("/api/events", json=EVENT, headers=sent)
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == "https://www.my-shop.com"
    other = opened.options("/api/events", headers={**preflight, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    elsewhere = opened.options("/api/tables", headers=preflight)
    assert "access-control-allow-origin" not in elsewhere.headers, "only what a storefront may use"


def test_replies_cannot_be_sniffed_or_framed(client: httpx.Client):
    assert client.get("/api/health").headers["x-content-type-options"] == "nosniff"
    page = client.get("/")
    assert page.headers["x-frame-options"] == "DENY"
    assert "server" not in page.headers
