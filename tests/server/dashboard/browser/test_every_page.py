"""Every page on a desk and on a phone, light and dark, in English and Chinese: whole, quiet and within its frame."""

from __future__ import annotations

import re

import pytest

from shopkeeper.core.errors import NotEnoughData
from shopkeeper.shop import Shop

from .conftest import SCREENSHOTS, settled

PAGES = {
    "today": "/", "data": "/data", "table": "/data/order_lines", "empty-table": "/data/campaigns", "rejected": "/rejected",
    "import": "/import", "recommend": "/recommend", "customer": "/recommend?customer=C001", "product": "/recommend?product=P005",
    "methods": "/recommend/methods", "placements": "/recommend/placements?place=email", "new-placement": "/recommend/placements?new=1",
    "rules": "/recommend/rules", "rule": "/recommend/rules?rule=pin-P003", "new-rule": "/recommend/rules?new=1",
    "unknown-customer": "/recommend?customer=nobody",
    "customers": "/customers", "groups": "/customers/groups", "segments": "/customers/segments",
    "segment": "/customers/segments?segment=regular", "wrong-segment": "/customers/segments?expression=value_12m >> 3",
    "journeys": "/customers/journeys", "value": "/customers/value", "one-customer": "/customers/C001",
    "nobody": "/customers/nobody", "baskets": "/baskets", "together": "/baskets/together", "bundles": "/baskets/bundles",
    "tasks": "/tasks", "task": "/tasks/recommend.learn",
    "answer": "/answers/recommend.for_customer",
}  # fmt: skip
LOOKS = {
    "desk-light-en": {}, "desk-dark-zh": {"dark": True, "language": "zh"}, "phone-light-zh": {"phone": True, "language": "zh"},
    "phone-dark-en": {"phone": True, "dark": True},
}  # fmt: skip
TITLES = {
    "en": {"Today", "Data", "Customers", "Baskets", "Recommend", "Tasks"},
    "zh": {"今日", "数据", "顾客", "购物篮", "推荐", "任务"},
}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_whole(window, address, look):
    page = window(address, **LOOKS[look])
    language = LOOKS[look].get("language", "en")
    for name, path in PAGES.items():
        settled(page, path)
        page.wait_for_timeout(250)  # charts draw after the socket is there
        (SCREENSHOTS / look).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / look / f"{name}.png", full_page=True)
        bar = "nav.sk-bottom" if "phone" in look else "nav.sk-side"
        assert set(page.locator(f"{bar} .sk-link span").all_inner_texts()) == TITLES[language], name
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], f"{name} is too wide"
        assert page.evaluate("document.body.classList.contains('body--dark')") == LOOKS[look].get("dark", False)
        assert page.locator("[role=alert]").count() == 0, name


TOLD = "h1, h2, .sk-card-head p, .q-btn, .sk-head p, th, span.sk-pill, .name, .sk-bar .sk-clip, .sk-item small, .sk-facts > :nth-child(odd)"
CHINESE = (
    "/", "/data", "/import", "/recommend", "/recommend/methods", "/recommend/placements", "/recommend/rules", "/tasks",
    "/customers", "/customers/groups", "/customers/segments", "/customers/segments?segment=regular", "/customers/journeys",
    "/customers/value", "/customers/C001", "/customers/nobody", "/baskets", "/baskets/together", "/baskets/bundles",
)  # fmt: skip


def test_chinese_pages_have_no_english_of_ours(window, address):
    page = window(address, language="zh")
    for path in CHINESE:
        settled(page, path)
        told = page.locator(TOLD).all_inner_texts()
        plain = [text for text in told if not re.search(r"[\u4e00-\u9fff]", text) and re.search(r"[a-z]{3}", text)]
        assert [text for text in plain if not re.fullmatch(r"[\w.]+|\w+ \(.*\)|[A-Za-z].* no\. .*", text, re.DOTALL)] == [], path


TEXTS = """() => [...document.querySelectorAll('.sk-main *')].filter(e => e.offsetParent && !e.closest('pre'))
  .flatMap(e => [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim())).filter(t => t)"""


def test_what_other_floors_say_is_chinese_too(window, address, shop_folder):
    """Scores, baselines, headlines, why a task was refused, settings, columns: no three English words stand beside each other."""
    page = window(address, language="zh")
    with Shop.open(shop_folder) as shop:
        tasks, answers = sorted(shop.registry.tasks), sorted(shop.registry.answers)
        with pytest.raises(NotEnoughData):
            shop.run("recommend.ratings")
        runs = [run.run_id for run in shop.runs(limit=100) if run.state == "refused"][:2]
    found = [f"/tasks/{name}" for name in tasks] + [f"/answers/{name}" for name in answers] + [f"/runs/{run}" for run in runs]
    found += [
        "/rejected",
        "/data/order_lines",
        "/customers/segments?expression=lapsd",
        "/customers/segments?expression=bought category",
    ]
    assert runs
    for path in found:
        settled(page, path)
        told = page.evaluate(TEXTS)
        assert len(told) > 5, path
        prose = [re.sub(r"`[^`]*`|'[^']*'", "", text) for text in told]  # commands and examples stay
        assert [text for text in prose if re.search(r"英文原文|[A-Za-z]{3,} [a-z]{3,} [a-z]{3,}", text)] == [], path


CONTRAST = """() => {
  const lum = (c) => { const v = c.map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4; });
                       return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
  const rgb = (s) => { const c = (s.match(/[\\d.]+(e-\\d+)?/g) || []).map(Number);  // color-mix gives color(srgb 0-1 0-1 0-1)
                       return s.startsWith('color(') ? [...c.slice(0, 3).map(x => 255 * x), ...c.slice(3)] : c; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
                          if (c.length === 3 || c[3] > .5) return c.slice(0, 3); } return [255, 255, 255]; };
  return [...document.querySelectorAll('h1, h2, .sk-sub, .sk-head p, .sk-card-head p, .value, .before, .sk-pill, .sk-link, td, th, small')]
    .filter(e => e.offsetParent && e.innerText.trim())
    .map(e => { const a = lum(rgb(getComputedStyle(e).color).slice(0, 3)), b = lum(ground(e));
                return [(Math.max(a, b) + .05) / (Math.min(a, b) + .05), e.innerText.slice(0, 30)]; })
    .filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("path", ["/", "/customers", "/customers/groups", "/customers/journeys", "/customers/C001", "/baskets"])
def test_what_is_read_can_be_read_against_its_ground(window, address, path):
    """Contrast of at least 4.5 (WCAG AA) for titles, numbers, pills and the cells of tables and heat maps, in both modes."""
    for dark in (False, True):
        page = settled(window(address, dark=dark), path)
        page.wait_for_timeout(300)
        assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("path", ["/customers/segments?segment=regular", "/baskets/together", "/customers", "/customers/groups"])
def test_what_is_only_an_icon_has_a_name(window, address, path):
    page = settled(window(address), path)
    nameless = """() => [...document.querySelectorAll('.sk-main button, .sk-main a, .sk-main textarea, .sk-main input')]
      .filter(e => e.offsetParent && !(e.getAttribute('aria-label') || e.title || e.placeholder || e.labels?.length
                   || [...e.childNodes].some(n => n.textContent.trim() && !n.querySelector?.('.q-icon:only-child'))))
      .map(e => e.outerHTML.slice(0, 120))"""
    assert page.evaluate(nameless) == []


def test_charts_follow_the_mode(window, address):
    fills = set()
    for dark in (False, True):
        page = settled(window(address, dark=dark), "/")
        label = page.locator(".sk-chart svg text").first
        fills.add(label.evaluate("e => getComputedStyle(e).fill"))
    assert len(fills) == 2


def test_language_and_theme_are_chosen_and_kept(window, address):
    page = settled(window(address), "/data")
    page.locator("nav.sk-side a", has_text="中文").click()
    page.wait_for_selector("h1:has-text('数据')")
    assert page.url.endswith("/data")
    page.locator('nav.sk-side a[aria-label="深色"]').click()
    page.wait_for_function("document.body?.classList.contains('body--dark')")
    settled(page, "/tasks")
    assert page.locator("h1").inner_text() == "任务"
    assert page.evaluate("document.body?.classList.contains('body--dark')")
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_an_address_that_is_not_there_says_so_and_keeps_the_menu(window, address):
    page = window(address)
    reply = page.goto("/no/such/page")
    assert reply.status == 404
    assert "/no/such/page" in page.locator("[role=alert]").inner_text()
    assert page.locator("nav.sk-side .sk-link").count() == len(TITLES["en"])
    page.watch.errors.clear()  # the browser itself notes a 404 as an error


def test_names_that_do_not_exist_tell_the_nearest(window, address):
    page = settled(window(address), "/tasks/recommend.lern")
    assert "recommend.learn" in page.locator("[role=alert]").inner_text()
    settled(page, "/data/order_line")
    assert "order_lines" in page.locator("[role=alert]").inner_text()


def test_names_from_the_data_are_text_and_never_html(window, address):
    page = settled(window(address), "/recommend?product=P005")
    assert page.locator("h1", has_text="cup <b>no. 5</b> & 'saucer'").count() == 1
    settled(page, "/recommend?customer=<img src=x onerror=alert(1)>")
    assert page.locator(".sk-main img").count() == 0
