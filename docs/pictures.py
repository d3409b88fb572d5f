"""Takes the pictures of the pages from a running shop: `python -m docs.pictures [http://127.0.0.1:8000]`. Needs Chromium."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "images"
PAGES = {
    "today": ("/", 760),
    "recommend": ("/recommend?customer=17850", 900),
    "customers": ("/customers", 900),
    "segments": ("/customers/segments?expression=at+risk+and+value_12m+%3E+2000+and+not+opted_out", 640),
    "baskets": ("/baskets", 760),
}


def main(address: str) -> None:
    """Write one PNG a page, 1200 pixels wide."""
    HERE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for name, (path, height) in PAGES.items():
            page = browser.new_page(viewport={"width": 1200, "height": height}, color_scheme="light")
            page.goto(address + path)
            page.wait_for_timeout(2500)  # charts are drawn after the page has come
            page.screenshot(path=HERE / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
