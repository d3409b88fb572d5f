"""The real server in a process of its own and a real Chromium; every page is watched for errors and outside requests."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from shopkeeper.shop import Shop

SCREENSHOTS = Path(__file__).parents[4] / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


def is_up(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/health/live").is_success
    except httpx.TransportError:
        return False


@contextmanager
def server_of(root: Path) -> Iterator[str]:
    """The address at which `shopkeeper serve` serves the shop in that folder."""
    command = [sys.executable, "-m", "shopkeeper", "--shop", str(root), "serve", "--port", "0"]
    log = root / "server.log"
    with log.open("w") as out, subprocess.Popen(command, stderr=out, stdout=out, cwd=root) as process:
        try:
            deadline = time.monotonic() + 60
            while not ((found := re.search(r"served at (http://\S+)", log.read_text())) and is_up(found[1])):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield found[1]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def learned(grown_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the grown shop after it has learned everything: copied by whoever changes it."""
    root = tmp_path_factory.mktemp("learned") / "shop"
    shutil.copytree(grown_folder, root)
    with Shop.open(root) as shop:
        shop.run("recommend.learn", {"tuning_trials": 4})
        quick = {"evaluated_methods": "popularity,item_graph,content", "evaluate_trials": 1}
        shop.run("recommend.tune", {**quick, "tune_trials": 2})
        shop.run("recommend.evaluate", quick)
        shop.upsert("placements", [{"placement_id": "email", "diversity": 0.4, "made_by": "bo"}])
        shop.upsert(
            "rules",
            [
                {"rule_id": "pin-P003", "action": "pin", "product_id": "P003", "position": 2, "place": "home", "made_by": "anna"},
                {
                    "rule_id": "more-lamps",
                    "action": "boost",
                    "product_type": "Home > lamp",
                    "place": "email",
                    "recurs": "sat,sun",
                },
                {"rule_id": "no-cups", "action": "block", "brand": "Brand 2", "enabled": False, "note": "recall"},
            ],
        )
    return root


@pytest.fixture(scope="module")
def shop_folder(learned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy for a module's tests."""
    root = tmp_path_factory.mktemp("served") / "shop"
    shutil.copytree(learned, root)
    return root


@pytest.fixture(scope="module")
def address(shop_folder: Path) -> Iterator[str]:
    """Where a module's shop is served; nobody needs to log in."""
    with server_of(shop_folder) as url:
        yield url


@pytest.fixture(scope="module")
def chromium():
    """One browser for a module's tests; not for the session: while it is open, no other test can run an event loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What went wrong in a browser's window."""

    host: str
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def look_at(self, page) -> None:
        """Note errors and requests that leave the host."""
        page.on("console", lambda message: message.type in ("error", "warning") and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._check(request.url))

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self.host:
            self.outside.append(url)


@pytest.fixture
def window(chromium) -> Iterator[Callable]:
    """Opens windows: ``window(address, phone=True, dark=True, language="zh")``; fails at the end for what went wrong in them."""
    opened = []

    def open_one(url: str, *, phone: bool = False, dark: bool = False, language: str = "en"):
        context = chromium.new_context(
            base_url=url,
            viewport=PHONE if phone else DESK,
            is_mobile=phone,
            device_scale_factor=2 if phone else 1,
            color_scheme="dark" if dark else "light",
            locale={"en": "en-GB", "zh": "zh-CN"}[language],
        )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.watch = Watch(urlsplit(url).netloc)
        page.watch.look_at(page)
        opened.append((context, page.watch))
        return page

    yield open_one
    for context, _ in opened:
        context.close()
    assert [error for _, watch in opened for error in watch.errors] == []
    assert [url for _, watch in opened for url in watch.outside] == []


@pytest.fixture
def page(window, address):
    """A window on a desk, in English."""
    return window(address)


def settled(page, path: str):
    """Go there and wait until the page is alive: its web socket is connected."""
    page.goto(path)
    page.wait_for_selector(".sk-main")
    page.wait_for_function("window.socket && window.socket.connected")
    return page
