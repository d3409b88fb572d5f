"""The dashboard inside the server's own process, without a browser."""

from __future__ import annotations

import counting
import pytest

from shopkeeper.server.settings import ServerSettings
from shopkeeper.shop import Shop

from ..conftest import running  # noqa: TID252 - a real server on a free port

pytestmark = pytest.mark.slow

WITH_PAGES = ServerSettings()


@pytest.fixture
def client(shop):
    with running(shop, WITH_PAGES) as opened:
        yield opened


def test_the_pages_and_the_api_are_served_side_by_side(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "Test shop" in page.text
    assert client.get("/api/health").status_code == 200


def test_pages_may_not_be_framed_or_sniffed(client):
    headers = client.get("/").headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_only_the_dashboards_own_files_are_sent(client):
    assert client.get("/dashboard/login.css").headers["content-type"].startswith("text/css")
    assert client.get("/dashboard/icon.svg").status_code == 200
    for name in ("words.toml", "../words.toml", "..%2fwords.toml", "%2e%2e/shop.toml"):
        assert client.get(f"/dashboard/{name}").status_code in (404, 303), name


def test_a_page_is_built_in_less_than_300_ms_when_it_was_seen_before(client):
    client.get("/")
    assert min(client.get("/").elapsed.total_seconds() for _ in range(5)) < 0.3


def test_a_second_shop_in_the_same_process_is_put_on_show(client, tmp_path):
    assert "Test shop" in client.get("/").text
    with Shop.create(tmp_path / "other", name="Other shop") as other, running(other, WITH_PAGES) as second:
        assert "Other shop" in second.get("/").text


def test_choosing_a_language_goes_back_to_this_site_only(client):
    there = client.get("/choose", params={"language": "zh", "next": "/data"})
    assert (there.status_code, there.headers["location"]) == (303, "/data")
    assert "shopkeeper_language=zh" in there.headers["set-cookie"]
    away = client.get("/choose", params={"language": "xx", "next": "https://evil.example/"})
    assert (away.headers["location"], away.headers.get("set-cookie")) == ("/", None)


def test_the_language_is_what_the_browser_asks_for_and_then_the_shops(client):
    assert "今日" in client.get("/", headers={"accept-language": "fr,zh-CN;q=0.8"}).text
    assert "Today" in client.get("/", headers={"accept-language": "fr"}).text


def test_a_task_and_an_answer_declared_anywhere_have_their_pages(declared, client, shop):
    counting.declare(declared)
    assert "counting.summarize" in client.get("/tasks").text
    assert "How often was each product met?" in client.get("/tasks/counting.count").text
    answer = client.get("/answers/counting.how_many")
    assert answer.status_code == 200
    assert "field-product" in answer.text or "a number in a range" in answer.text
    assert "product_counts" in client.get("/data").text
