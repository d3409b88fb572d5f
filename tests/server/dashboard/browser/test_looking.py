"""Today, Data and Recommend, used."""

from __future__ import annotations

import re

from .conftest import settled


def rows_of(page):
    return page.locator(".sk-rows tbody tr").all_inner_texts()


def changed(page, locator, before):
    """Wait until the texts are others than before, and stay so: a page that is being changed is no answer yet."""
    last = None
    for _ in range(100):
        now = page.locator(locator).all_text_contents() if "svg" in locator else page.locator(locator).all_inner_texts()
        if now and now != before and now == last:
            return now
        last = now
        page.wait_for_timeout(100)
    raise AssertionError(f"{locator} did not change from {before}")


def test_today_tells_the_day_the_numbers_and_what_to_do(page):
    settled(page, "/")
    assert "12 Mar 2026" in page.locator(".sk-head").inner_text()
    tiles = page.locator(".sk-tile").all_inner_texts()
    assert [tile.split("\n")[0] for tile in tiles] == ["Revenue", "Orders", "Customers", "Returns"]
    assert all("£" in tiles[index] for index in (0, 3))
    assert page.locator(".sk-tile .spark svg").count() == 4
    assert page.locator("a.sk-item", has_text="2 rows were rejected").get_attribute("href") == "/rejected"


def test_the_course_changes_with_its_span(page):
    settled(page, "/")
    page.wait_for_selector(".sk-chart svg text")
    before = page.locator(".sk-chart svg text").all_text_contents()
    page.get_by_role("button", name="30 days").click()
    after = changed(page, ".sk-chart svg text", before)
    assert "Period before" in after


def test_a_product_leads_to_its_page(page):
    settled(page, "/")
    first = page.locator(".sk-table tbody tr a").first
    title = first.inner_text()
    first.click()
    page.wait_for_selector(f"h1:has-text('{title}')")


def test_a_table_is_paged_on_the_server(page):
    settled(page, "/data")
    page.locator("a.sk-item", has_text="order_lines").click()
    page.wait_for_selector(".sk-rows tbody tr")
    first = rows_of(page)
    assert len(first) == 25
    page.get_by_role("button", name="Next").click()
    second = changed(page, ".sk-rows tbody tr", first)
    assert len(second) == 25
    assert set(first).isdisjoint(second)
    assert re.search(r"26–50 of [2-9],\d{3}", page.locator(".sk-main").inner_text())
    page.get_by_role("button", name="Previous").click()
    assert changed(page, ".sk-rows tbody tr", second) == first


def test_a_table_is_sorted_on_the_server(page):
    settled(page, "/data/order_lines")
    page.wait_for_selector(".sk-rows tbody tr")
    before = rows_of(page)
    page.locator(".sk-rows th", has_text="price").click()
    cheap = changed(page, ".sk-rows tbody tr", before)
    assert all("£2.00" in row for row in cheap)
    page.locator(".sk-rows th", has_text="price").click()
    assert all("£41.00" in row for row in changed(page, ".sk-rows tbody tr", cheap))


def test_a_table_is_searched_on_the_server(page):
    settled(page, "/data/order_lines")
    page.wait_for_selector(".sk-rows tbody tr")
    before = rows_of(page)
    page.get_by_placeholder("Search").fill("C007")
    found = changed(page, ".sk-rows tbody tr", before)
    assert all("C007" in row for row in found)
    page.get_by_placeholder("Search").fill("no such words")
    page.get_by_text("No rows here").wait_for()


def test_rejected_rows_are_shown_by_rule_with_the_raw_row(page):
    settled(page, "/rejected")
    for fold in page.get_by_text("Show the rows").all():
        fold.click()
    page.get_by_text("quantity: many").wait_for()
    assert "line_id: bad-1" in page.locator(".sk-main").inner_text()


def test_a_customer_is_found_by_typing(page):
    settled(page, "/recommend")
    before = page.locator(".sk-hit").all_inner_texts()
    assert len(before) == 16
    page.get_by_placeholder("Customer number").fill("c042")
    found = changed(page, ".sk-hit", before)
    assert "C042" in found[0]
    page.locator(".sk-hit", has_text="C042").click()
    page.wait_for_selector("h1:has-text('Customer C042')")
    assert page.locator(".sk-rec").count() == 10


def test_a_product_is_found_by_part_of_its_title(page):
    settled(page, "/recommend")
    before = page.locator(".sk-hit").all_inner_texts()
    page.get_by_placeholder("Customer number").fill("saucer")
    changed(page, ".sk-hit", before)
    page.locator(".sk-hit", has_text="saucer").click()
    page.wait_for_selector(".sk-rec")
    assert "Goes with this product" in page.locator(".sk-main").inner_text()


def test_recommendations_come_with_reasons_of_the_customers_own_products(page):
    settled(page, "/recommend?customer=C001")
    first = page.locator(".sk-rec").first
    reasons = first.locator(".sk-bar").all_inner_texts()
    assert 1 <= len(reasons) <= 3
    assert all("%" in reason for reason in reasons)
    width = first.locator(".fill").first.evaluate("e => parseFloat(e.style.width)")
    assert abs(width - float(reasons[0].split("\n")[-1].rstrip("%"))) <= 1


def test_filters_change_what_is_recommended_at_once(page):
    settled(page, "/recommend?customer=C001")
    before = page.locator(".sk-rec").all_inner_texts()
    page.get_by_label("To", exact=True).fill("12")
    cheap = changed(page, ".sk-rec", before)
    assert all(float(text.split("£")[1].split("\n")[0]) <= 12 for text in cheap)
    page.get_by_label("To", exact=True).fill("")
    assert changed(page, ".sk-rec", cheap) == before
    page.get_by_label("Category").click()
    page.locator(".q-menu .q-item", has_text="Home > paper").click()
    papers = changed(page, ".sk-rec", before)
    assert all("paper no." in text for text in papers)


def test_what_was_bought_can_be_let_in(page):
    settled(page, "/recommend?customer=C001")
    before = page.locator(".sk-rec").all_inner_texts()
    page.get_by_text("Leave out what was bought").click()
    changed(page, ".sk-rec", before)


def test_an_unknown_customer_gets_what_is_popular_and_is_told_so(page):
    settled(page, "/recommend?customer=nobody")
    told = page.locator(".sk-main").inner_text()
    assert "Nothing is known of this customer" in told
    assert page.locator(".sk-rec").count() == 10
    assert page.locator(".sk-bar").count() == 0


def test_scores_stand_beside_the_naive_answer(page):
    settled(page, "/recommend")
    first = page.locator(".sk-score").first
    assert first.locator("svg circle").count() == 2
    assert "95% confidence" in first.inner_text()
    assert "popularity" in first.inner_text()
