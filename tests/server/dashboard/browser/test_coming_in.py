"""Who may come in: login, rights, logout."""

from __future__ import annotations

import pytest

from shopkeeper.shop import Shop

from .conftest import server_of, settled

SECRET = "correct horse battery"


@pytest.fixture(scope="module")
def address(shop_folder):
    """The shop with an owner and an operator."""
    with Shop.open(shop_folder) as shop:
        shop.store.accounts.add_user("anna", SECRET, "owner")
        shop.store.accounts.add_user("otto", SECRET, "operator")
        shop.store.accounts.add_user("website", SECRET, "storefront")
    with server_of(shop_folder) as url:
        yield url


def log_in(page, name, password=SECRET, path="/login"):
    page.goto(path)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    return page


@pytest.mark.parametrize(
    "path", ["/", "/data", "/data/order_lines", "/rejected", "/import", "/recommend", "/recommend/rules", "/tasks", "/nowhere"]
)
def test_no_page_without_a_login(page, path):
    page.goto(path)
    assert "/login" in page.url
    assert page.locator("nav.sk-side").count() == 0


def test_after_the_login_the_page_that_was_asked_for_is_shown(page):
    page.goto("/data/order_lines")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector("h1:has-text('order_lines')")
    assert "anna" in page.locator("nav.sk-side").inner_text()


def test_a_wrong_password_is_told_without_telling_which_part_is_wrong(page):
    log_in(page, "anna", "wrong password")
    told = page.locator("[role=alert]").inner_text()
    log_in(page, "nobody", "wrong password")
    assert page.locator("[role=alert]").inner_text() == told == "Name or password is wrong. Please try again."
    page.watch.errors.clear()  # the browser itself notes a 401 as an error


def test_guessing_is_slowed_down(page):
    for _ in range(6):
        log_in(page, "guessed", "wrong password")
    assert "Please wait" in page.locator("[role=alert]").inner_text()
    page.watch.errors.clear()


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(page, address, target):
    log_in(page, "anna", path=f"/login?next={target}")
    page.wait_for_selector(".sk-main")
    assert page.url.rstrip("/") == address


def test_an_operator_runs_tasks_but_imports_nothing_and_sees_no_raw_rows(page):
    log_in(page, "otto")
    page.wait_for_selector(".sk-main")
    settled(page, "/import")
    assert "owner" in page.locator("[role=alert]").inner_text()
    assert page.locator("input[type=file]").count() == 0
    settled(page, "/data/rejected")
    page.wait_for_selector(".sk-rows tbody tr")
    assert "bad-1" not in page.locator(".sk-main").inner_text()
    settled(page, "/tasks/recommend.learn")
    assert page.get_by_role("button", name="Run", exact=True).count() == 1


def test_an_operator_tries_placements_and_rules_and_only_an_owner_keeps_them(page):
    log_in(page, "otto")
    page.wait_for_selector(".sk-main")
    for path in ("/recommend/placements", "/recommend/rules?rule=pin-P003"):
        settled(page, path)
        page.locator(".sk-try-line").first.wait_for()
        assert page.get_by_text("only an owner can save").count() == 1
        assert page.get_by_role("button", name="Save").count() == 0
    settled(page, "/recommend/rules")
    assert page.get_by_text("New rule").count() == 0
    assert page.locator(".q-toggle[aria-disabled=true]").count() == 3


def test_who_changed_a_placement_is_kept_with_it(page):
    log_in(page, "anna")
    page.wait_for_selector(".sk-main")
    settled(page, "/recommend/placements?place=home")
    page.locator(".sk-try-line").first.wait_for()
    page.get_by_label("Products in a list").fill("3")
    page.wait_for_function("document.querySelectorAll('.sk-try.is-after .sk-try-line').length === 3")
    page.get_by_role("button", name="Save").click()
    page.locator(".sk-place.is-here", has_text="by anna").wait_for()


def test_a_storefronts_login_opens_no_page(page):
    log_in(page, "website")
    page.wait_for_selector(".sk-main")
    assert "operator" in page.locator("[role=alert]").inner_text()
    assert page.locator(".sk-tile").count() == 0


def test_after_the_logout_nothing_works_any_more_not_even_an_open_page(window, address):
    page = window(address)
    log_in(page, "anna")
    settled(page, "/data/order_lines")
    page.wait_for_selector(".sk-rows tbody tr")
    other = page.context.new_page()
    other.goto("/data")
    other.locator("nav.sk-side button", has_text="Log out").click()
    other.wait_for_url("**/login")
    page.get_by_role("button", name="Next").click()
    page.locator(".q-dialog [role=alert]", has_text="not logged in").wait_for()
    page.goto("/data")
    assert "/login" in page.url


def test_the_sessions_cookie_is_out_of_scripts_reach(page):
    log_in(page, "anna")
    page.wait_for_selector(".sk-main")
    assert "shopkeeper_session" not in page.evaluate("document.cookie")
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "shopkeeper_session")
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_the_login_in_chinese_on_a_phone(window, address):
    page = window(address, phone=True, dark=True, language="zh")
    page.goto("/login")
    assert page.locator("h1").inner_text() == "登录"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    from .conftest import SCREENSHOTS

    (SCREENSHOTS / "phone-dark-zh").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "phone-dark-zh" / "login.png")
