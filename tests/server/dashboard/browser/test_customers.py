"""Customers and baskets as a manager uses them: a segment is typed, kept and handed out; a customer is looked up; a cart is filled."""

from __future__ import annotations

import csv
import io
import re

import httpx

from shopkeeper.shop import Shop

from .conftest import settled

LINE = "textarea"
COUNT = ".sk-big"


def typed(page, text):
    page.locator(LINE).fill(text)


def counted(page, but=None):
    """How many customers it says there are, once that is another number than ``but``."""
    page.wait_for_function(
        "but => { const e = document.querySelector('.sk-big'); return e && parseInt(e.innerText.replace(/,/g, '')) !== but; }",
        arg=but,
    )
    return int(re.sub(r"\D", "", page.locator(COUNT).inner_text()))


def test_a_manager_types_a_segment_keeps_it_as_a_tag_and_meets_it_on_a_profile(page, shop_folder, tmp_path):
    settled(page, "/customers/segments")
    typed(page, "n_orders >= 2")
    many = counted(page)
    typed(page, "n_orders >= 12")
    few = counted(page, but=many)
    assert 0 < few < many

    typed(page, "n_orders >= 12 and valeu > 3")
    caret = page.locator("pre", has_text="^")
    caret.wait_for()
    lines = caret.inner_text().split("\n")
    assert lines[0][lines[1].index("^") :].startswith("valeu"), "the caret stands below the word that is not known"
    assert "did you mean value" in page.locator(".sk-said").inner_text()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Not kept").wait_for()

    typed(page, "n_orders >= 12")
    assert counted(page) == few
    page.get_by_label("Short name").fill("twelve_and_more")
    page.get_by_label("Title").fill("Come all the time")
    page.get_by_label("What to do about them").fill("ask them to dinner")
    page.get_by_role("button", name="Save").click()
    entry = page.locator(".sk-item", has_text="Come all the time")
    entry.wait_for()
    assert str(few) in entry.inner_text()
    assert page.locator(".sk-item").first.inner_text().startswith("Come all the time"), "the shop's own stand first"

    with page.expect_download() as handed:
        page.get_by_role("button", name="Hand out (CSV)").click()
    handed.value.save_as(tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert handed.value.suggested_filename == "twelve_and_more.csv"
    assert len(rows) == few

    with Shop.open(shop_folder) as shop:
        shop.run("customers.segments")
    member = rows[0]["customer_id"]
    for _ in range(40):  # the server swaps in what another process learned
        settled(page, f"/customers/{member}")
        if page.locator("a.sk-pill", has_text="Come all the time").count():
            break
        page.wait_for_timeout(250)
    tag = page.locator("a.sk-pill", has_text="Come all the time")
    assert tag.get_attribute("title") == "ask them to dinner"
    tag.click()
    page.wait_for_url("**/customers/segments?segment=twelve_and_more")
    assert counted(page) == few

    page.get_by_role("button", name="Take out: Come all the time").click()
    page.wait_for_url("**/customers/segments")
    assert page.locator(".sk-item", has_text="Come all the time").count() == 0


def test_words_are_completed_while_typing(page):
    settled(page, "/customers/segments")
    page.locator(LINE).click()
    page.keyboard.type("n_or")
    page.locator(".sk-chip", has_text="n_orders").first.click()
    page.wait_for_function("document.querySelector('textarea').value.startsWith('n_orders')")


def test_look_alikes_of_a_segment_are_named_and_can_be_handed_out(page):
    settled(page, "/customers/segments?segment=regular")
    card = page.locator(".sk-card", has_text="Who is like them")
    first = card.locator("tbody tr a").first.inner_text()
    with page.expect_download() as handed:
        card.get_by_role("button", name="Export (CSV)").click()
    assert handed.value.suggested_filename == "like_regular.csv"
    card.locator("tbody tr a").first.click()
    page.wait_for_selector(f"h1:has-text('Customer {first}')")


def test_a_customer_is_found_by_number_and_their_page_tells_all(page):
    settled(page, "/customers")
    page.get_by_label("Find a customer by number").fill("w01")
    page.locator(".sk-hit", has_text="W01").click()
    page.wait_for_selector("h1:has-text('Customer W01')")
    told = page.locator(".sk-main").inner_text()
    for part in ("loyal", "Expected value", "orders expected", "Everything known", "History"):
        assert part in told
    assert re.search(r"usual weekday\s+\w+day", told)
    assert re.search(r"usual hour\s+\d\d:00", told)
    assert page.locator(".sk-rec").count() == 10


def test_stages_have_one_color_in_the_list_and_in_the_picture(page):
    settled(page, "/customers")
    page.wait_for_selector(".sk-flows svg path")
    bars = page.evaluate(
        "() => [...document.querySelectorAll('.sk-bar .fill[class*=is-stage]')].map(e => getComputedStyle(e).backgroundColor)"
    )
    drawn = page.evaluate("() => [...document.querySelectorAll('.sk-flows svg path')].map(e => getComputedStyle(e).fill)")
    assert len(set(bars)) == len(bars) >= 3
    assert set(bars) <= set(drawn)


def test_every_table_that_is_shown_can_be_had_as_csv(page, address):
    for path, tables in (
        ("/customers/journeys", ["funnels", "abandonments", "session_conversion", "cohorts"]),
        ("/customers/groups", ["customer_clusters", "cluster_profiles", "customer_rfm"]),
        ("/customers/value", ["customer_value", "customer_churn", "churn_methods"]),
    ):
        settled(page, path)
        page.get_by_role("button", name="Export (CSV)").click()
        page.locator("a.sk-export").first.wait_for()
        links = [link.get_attribute("href") for link in page.locator("a.sk-export").all()]
        assert links == [f"/api/tables/{table}?format=csv" for table in tables]
        for link in links:
            assert httpx.get(address + link).text.count("\n") > 1


def test_funnels_are_looked_at_by_one_thing_after_the_other(page):
    settled(page, "/customers/journeys")
    card = page.locator(".sk-card", has_text="Where more turn away")
    before = card.locator("tbody tr").first.inner_text()
    card.get_by_role("button", name="Hour").click()
    page.wait_for_function("before => !document.body.innerText.includes(before)", arg=before.split("\t")[0])
    assert re.match(r"\d\d:00", card.locator("tbody tr").first.inner_text())
    assert "open" in page.locator(".sk-card", has_text="Which visits will buy").locator("tbody tr").first.inner_text()


def test_rules_are_searched_and_lead_to_what_goes_together(page):
    settled(page, "/baskets")
    page.wait_for_selector(".sk-network svg text")
    heading = page.locator("h2", has_text="rules")
    before = heading.inner_text()
    page.get_by_placeholder("Find a product in the rules").fill("saucer")
    page.wait_for_function("before => [...document.querySelectorAll('h2')].every(e => e.innerText !== before)", arg=before)
    rows = page.locator("tbody tr").all_inner_texts()
    assert rows
    assert all("saucer" in row for row in rows)
    page.locator("tbody tr a").first.click()
    page.wait_for_url("**/baskets/together?product=*")


def test_a_product_is_added_to_the_cart_and_what_completes_it_changes(page):
    settled(page, "/baskets/together?product=P000")
    page.wait_for_selector(".sk-rec")
    before = page.locator(".sk-rec .sk-strong").all_inner_texts()
    added = page.locator(".sk-rec").first.locator(".sk-strong").first.inner_text()
    page.get_by_role("button", name=f"Add {added}", exact=True).click()
    page.get_by_role("button", name=f"Remove {added}").wait_for()
    page.wait_for_function("added => document.querySelector('.sk-rec .sk-strong').innerText !== added", arg=added)
    assert page.locator(".sk-rec .sk-strong").all_inner_texts() != before
    page.get_by_label("Add a product").fill("saucer")
    page.locator(".sk-hit", has_text="saucer").click()
    page.get_by_role("button", name=re.compile("Remove cup <b>")).wait_for()
    page.get_by_role("button", name=f"Remove {added}").click()
    page.get_by_role("button", name=f"Remove {added}").wait_for(state="detached")


def test_bundles_are_turned_page_by_page(page):
    settled(page, "/baskets/bundles")
    first = page.locator("tbody tr").first.inner_text()
    page.get_by_role("button", name="Next").click()
    page.wait_for_function("first => document.querySelector('tbody tr').innerText !== first", arg=first)
    page.get_by_role("button", name="Previous").click()
    page.wait_for_function("first => document.querySelector('tbody tr').innerText === first", arg=first)
