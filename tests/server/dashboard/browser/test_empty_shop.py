"""A shop in which nothing happened yet says what to do next, on every page."""

from __future__ import annotations

import pytest

from shopkeeper.shop import Shop

from .conftest import SCREENSHOTS, server_of, settled


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root = tmp_path_factory.mktemp("empty") / "shop"
    Shop.create(root, name="New shop").close()
    with server_of(root) as url:
        yield url


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", "No orders yet"), ("/data", "The shop is empty"), ("/data/orders", "No rows here"), ("/data/recommendations", "Run the task"),
        ("/rejected", "No rows were rejected"), ("/recommend", "Nothing learned yet"), ("/recommend?customer=1", "nothing to answer from"),
        ("/customers", "Nobody is known yet"), ("/customers/groups", "No groups yet"), ("/customers/segments", "Begin with a stage"),
        ("/customers/journeys", "No visits yet"), ("/customers/value", "No value told yet"), ("/customers/C001", "No profile yet"),
        ("/baskets", "No rules yet"), ("/baskets/together", "nothing to answer from"), ("/baskets/bundles", "No bundles yet"),
        ("/tasks", "never run"), ("/tasks/recommend.learn", "No runs yet"),
    ],
)  # fmt: skip
def test_every_page_of_an_empty_shop_says_what_to_do_next(page, path, told):
    settled(page, path)
    (SCREENSHOTS / "empty").mkdir(parents=True, exist_ok=True)
    name = path.strip("/").replace("/", "-").split("?")[0] or "today"
    page.screenshot(path=SCREENSHOTS / "empty" / f"{name}.png", full_page=True)
    assert told in page.locator(".sk-main").inner_text()


def test_a_task_without_data_is_refused_by_name(page):
    settled(page, "/tasks/recommend.learn")
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".sk-job .sk-pill", has_text="refused").wait_for(timeout=60_000)
    assert "'recommend.learn' needs more in table 'interactions'" in page.locator(".sk-job").inner_text()
