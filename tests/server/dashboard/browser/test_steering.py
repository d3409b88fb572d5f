"""Methods looked at; placements and rules changed with real clicks, seen in the preview first and in the answers after."""

from __future__ import annotations

import httpx

from .conftest import settled

AFTER = ".sk-try.is-after .sk-try-line"


def lines(page, of=AFTER):
    return page.locator(of).all_inner_texts()


def until(page, js, of=AFTER):
    """Wait until the lines of the list after fulfil the condition ``js`` on ``lines`` (their texts)."""
    page.wait_for_function(
        f"() => {{ const lines = [...document.querySelectorAll('{of}')].map(e => e.innerText); return {js}; }}"
    )


def choose(page, label, option):
    page.get_by_label(label, exact=True).click()
    page.locator(".q-menu .q-item", has_text=option).first.click()


def test_methods_are_compared_with_bars_and_the_search_is_a_line_each(page):
    settled(page, "/recommend/methods")
    rows = page.locator(".sk-compared tbody tr")
    assert {"item graph", "popularity", "bought again"} <= {text.split("\n")[0] for text in rows.all_inner_texts()}
    assert "best" in page.locator(".sk-compared").inner_text()
    assert rows.first.locator(".sk-mini svg rect").count() >= 5
    before = rows.first.inner_text()
    page.locator(".sk-compared").get_by_role("button", name="@20").click()
    page.wait_for_function("before => document.querySelector('.sk-compared tbody tr').innerText !== before", arg=before)
    assert page.locator(".sk-chart svg path").count() > 2
    assert page.get_by_role("button", name="Go on searching").is_visible()


def test_a_placement_is_changed_with_its_effect_in_sight_then_saved_and_put_back(page, address):
    settled(page, "/recommend/placements?place=search")
    until(page, "lines.length === 10")
    assert "Nothing changes" in page.locator(".sk-preview").inner_text()
    choose(page, "Category", "Home > paper")
    until(page, "lines.length > 0 && lines.every(line => line.includes('paper no.'))")
    page.get_by_label("Products in a list").fill("4")
    until(page, "lines.length === 4")
    page.get_by_role("slider", name="Diversity").click()
    page.locator(".sk-slider", has_text="Diversity").get_by_text("0.50", exact=True).wait_for()
    assert len(lines(page, ".sk-try:not(.is-after) .sk-try-line")) == 10, "the list as it is stays"
    page.get_by_role("button", name="Save").click()
    page.locator(".sk-place.is-here", has_text="changed").wait_for()
    asked = httpx.get(f"{address}/api/recommend/for_customer", params={"customer": "C001", "place": "search"}).json()
    assert len(asked["products"]) == 4
    assert all(product["title"].startswith("paper") for product in asked["products"])
    page.get_by_role("button", name="Reset to the default").click()
    page.locator(".sk-dialog").get_by_role("button", name="Reset to the default").click()
    page.locator(".sk-place.is-here", has_text="as built in").wait_for()


def test_a_mix_of_ones_own_begins_with_the_item_graph(page):
    settled(page, "/recommend/placements?place=home")
    until(page, "lines.length === 10")
    page.get_by_text("As learned").click()
    page.locator(".sk-slider", has_text="Item graph").get_by_text("1.00", exact=True).wait_for()
    page.get_by_role("slider", name="Alike in text").click()
    page.locator(".sk-slider", has_text="Alike in text").get_by_text("0.50", exact=True).wait_for()
    page.get_by_role("slider", name="Item graph").click(position={"x": 6, "y": 14})
    page.locator(".sk-slider", has_text="Item graph").get_by_text("0.00", exact=True).wait_for()
    page.get_by_text("places change").first.wait_for()


def test_prices_that_leave_nothing_are_told_and_cannot_be_saved(page):
    settled(page, "/recommend/placements?place=home")
    until(page, "lines.length === 10")
    page.get_by_label("Price from").fill("9")
    page.get_by_label("Price to").fill("3")
    page.locator(".sk-preview [role=alert]", has_text="leave nothing").wait_for()
    assert page.get_by_role("button", name="Save").is_disabled()
    page.get_by_label("Price to").fill("30")
    until(page, "lines.length > 0")
    assert page.get_by_role("button", name="Save").is_enabled()


def test_the_preview_is_for_whom_one_likes(page):
    settled(page, "/recommend/placements?place=home")
    until(page, "lines.length === 10")
    page.get_by_label("another customer").fill("C042")
    page.locator(".sk-picks .sk-hit", has_text="C042").click()
    page.locator(".sk-chip.is-here", has_text="C042").wait_for()
    settled(page, "/recommend/placements?place=product_page")
    until(page, "lines.length === 10")
    assert "Tried beside product" in page.locator(".sk-preview").inner_text()


def test_a_rule_is_made_seen_kept_and_switched_off(page):
    settled(page, "/recommend/rules")
    page.get_by_text("New rule").click()
    page.get_by_text("Say what the rule is about").wait_for()
    assert page.get_by_role("button", name="Save").is_disabled()
    page.get_by_label("Product number or part of a title").fill("saucer")
    page.locator(".sk-picks .sk-hit").first.click()
    page.get_by_label("Position").fill("3")
    until(page, "lines.length === 10 && lines[2].includes('saucer') && lines[2].includes('pin-P005')")
    choose(page, "Place", "Search results")
    page.get_by_label("Note: why").fill("new season")
    page.get_by_role("button", name="Save").click()
    row = page.locator("tr", has_text="pin-P005")
    row.wait_for()
    assert "to position 3" in row.inner_text()
    assert "active now" in row.inner_text()
    settled(page, "/recommend/rules")
    row.locator(".q-toggle").click()
    page.locator("tr", has_text="pin-P005").locator("text=switched off").wait_for()


def test_a_rule_that_cannot_be_meant_is_told_while_it_is_typed(page):
    settled(page, "/recommend/rules?rule=more-lamps")
    until(page, "lines.length > 0")
    page.get_by_label("Hours of the week (UTC)").fill("someday")
    page.locator(".sk-preview [role=alert]", has_text="cannot be read").wait_for()
    page.get_by_label("Hours of the week (UTC)").fill("")
    page.get_by_role("button", name="Bury").click()
    until(page, "lines.length > 0")


def test_what_is_recommended_is_explained_in_words_and_as_data(page):
    settled(page, "/recommend?customer=C001")
    page.locator(".sk-rec .sk-ask").first.click()
    told = page.locator(".sk-explain").first
    told.locator("li").first.wait_for()
    assert "own history" in told.inner_text()
    told.get_by_text("As data").click()
    told.locator("pre", has_text='"own_products"').wait_for()
