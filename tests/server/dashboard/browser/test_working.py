"""Tasks run, watched and stopped; models restored; answers asked; files imported."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from contextlib import closing

from .conftest import settled


def runs_of(page, task="recommend.learn"):
    settled(page, f"/tasks/{task}")
    return page.locator("a[href^='/runs/']").count()


def test_a_task_is_run_and_seen_to_finish(page):
    before = runs_of(page)
    page.get_by_text("Choose settings").click()
    page.get_by_label("tuning_trials").fill("2")
    page.get_by_role("button", name="Run with these").click()
    page.locator(".sk-job .sk-pill", has_text="done").wait_for(timeout=60_000)
    page.get_by_role("button", name="Show what is new").click()
    page.wait_for_function(f"document.querySelectorAll('a[href^=\"/runs/\"]').length === {before + 1}")
    page.locator("a[href^='/runs/']").first.click()
    page.wait_for_selector("h1:has-text('Run of')")
    told = page.locator(".sk-main").inner_text()
    assert re.search(r"tuning_trials\s+2", told)
    assert "Settings hash" in told


def test_the_same_again_is_told_as_unchanged_or_done(page):
    before = runs_of(page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".sk-job .sk-pill", has_text="done").wait_for(timeout=60_000)
    assert runs_of(page) in (before, before + 1)


def asked_of_jobs(folder, question):
    """The first row of the answer, as soon as there is one."""
    end = time.monotonic() + 30
    with closing(sqlite3.connect(folder / "shop.sqlite")) as connection:
        while time.monotonic() < end:
            found = connection.execute(question).fetchone()
            if found:
                return found[0]
            time.sleep(0.02)
    raise TimeoutError(question)


def test_work_is_stopped(page, shop_folder):
    settled(page, "/tasks/recommend.learn")
    page.get_by_text("Choose settings").click()
    page.get_by_label("tuning_trials").fill("1000")
    page.get_by_role("button", name="Run with these").click()
    # Held still until the wish to stop is written down: otherwise a slow browser would come too late for this small shop.
    pid = asked_of_jobs(shop_folder, "select pid from jobs where ended_at is null and pid is not null")
    os.kill(pid, signal.SIGSTOP)
    try:
        page.get_by_role("button", name="Stop").click()
        asked_of_jobs(shop_folder, "select 1 from jobs where ended_at is null and cancel = 1")
    finally:
        os.kill(pid, signal.SIGCONT)
    page.locator(".sk-job .sk-pill", has_text="stopped").wait_for(timeout=30_000)
    assert "Next" in page.locator(".sk-job [role=alert]").inner_text()


def test_a_setting_out_of_range_is_told_in_four_parts(page):
    settled(page, "/tasks/recommend.learn")
    page.get_by_text("Choose settings").click()
    page.get_by_label("neighbors", exact=True).fill("5000")
    page.get_by_role("button", name="Run with these").click()
    problem = page.locator(".q-dialog [role=alert]")
    problem.wait_for()
    assert "1 to 1000 products" in problem.inner_text()
    assert page.locator(".sk-job").is_hidden()


def test_the_previous_model_is_restored(page):
    settled(page, "/tasks/recommend.learn")
    facts = page.locator(".sk-facts").first.inner_text().split("\n")
    current, previous = facts[1], facts[3]
    page.get_by_role("button", name="Restore the previous model").click()
    page.locator(".q-dialog").get_by_role("button", name="Restore the previous model").click()
    page.wait_for_function(
        "([now]) => document.querySelector('.sk-facts')?.innerText.split('\\n')[1] === now", arg=[previous], timeout=15_000
    )
    assert page.locator(".sk-facts").first.inner_text().split("\n")[3] == current


def test_everything_is_learned_from_the_tasks_page(page):
    settled(page, "/tasks")
    page.get_by_role("button", name="Learn everything").click()
    page.locator(".sk-job .sk-pill", has_text="done").wait_for(timeout=60_000)


def test_the_plan_leads_to_tasks_tables_and_answers(page):
    settled(page, "/tasks")
    boxes = {box.inner_text(): box.get_attribute("href") for box in page.locator(".sk-plan-box").all()}
    assert boxes["recommend.learn"] == "/tasks/recommend.learn"
    assert boxes["interactions"] == "/data/interactions"
    assert boxes["recommend.similar"] == "/answers/recommend.similar"
    page.locator(".sk-plan-box", has_text="recommendations").click()
    page.wait_for_selector("h1:has-text('recommendations')")


def test_an_answer_is_asked_by_a_form_made_from_its_request(page):
    settled(page, "/answers/recommend.for_customer")
    page.get_by_label("customer *").fill("C001")
    page.get_by_label("n", exact=True).fill("3")
    page.get_by_role("button", name="Ask").click()
    page.locator("pre", has_text='"customer_id": "C001"').wait_for()
    assert page.locator(".sk-main .sk-table tbody tr").count() == 3


def test_an_answer_without_what_it_needs_says_what(page):
    settled(page, "/answers/recommend.for_customer")
    page.get_by_role("button", name="Ask").click()
    problem = page.locator(".q-dialog [role=alert]")
    problem.wait_for()
    assert "'customer'" in problem.inner_text()


def upload(page, file):
    settled(page, "/import")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("What was understood").wait_for()


def test_a_file_is_understood_first_then_imported_then_told(page, a_file, shop_folder):
    upload(page, a_file)
    told = page.locator(".sk-main").inner_text()
    assert "order_lines" in told
    assert "weather" in told, "a column that is not used is named"
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("every row is accounted for").wait_for(timeout=60_000)
    report = page.locator(".sk-main").inner_text()
    assert "41 rows read" in report
    assert "Rejected" in report
    assert list((shop_folder / "uploads").iterdir()) == [], "the uploaded file is gone"
    settled(page, "/data/order_lines")
    page.get_by_placeholder("Search").fill("N39")
    page.locator(".sk-rows tbody tr", has_text="N39").wait_for()


def test_the_same_file_again_changes_nothing(page, a_file):
    upload(page, a_file)
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_text("was imported before: nothing changed").wait_for(timeout=60_000)


def test_a_column_is_sent_elsewhere_by_hand(page, tmp_path):
    file = tmp_path / "strange.csv"
    file.write_text("order_id,at,product_id,quantity,price,wer\n" + "1,2026-03-01,P001,1,2.0,C001\n" * 3)
    upload(page, file)
    page.locator("tr", has_text="wer").locator("input").last.fill("order_lines.customer_id")
    page.locator(".q-menu .q-item", has_text="order_lines.customer_id").first.click()
    page.get_by_text("set by hand").first.wait_for()


def test_a_file_that_lacks_something_says_what_and_is_imported_once_that_is_said(page, tmp_path):
    file = tmp_path / "lacking.csv"
    file.write_text("customer_id,product_id,at\nC001,P001,2026-03-01\n")
    upload(page, file)
    assert "events.event" in page.locator("[role=alert]").inner_text()
    assert page.get_by_role("button", name="Import", exact=True).is_disabled()
    page.locator("tr", has_text="what happened, by GA4").locator("input").fill("view_item")
    page.locator(".q-menu .q-item", has_text="always view_item").first.click()
    page.get_by_text("set by hand").wait_for()
    page.wait_for_function("!document.querySelector('[role=alert]')")
    assert page.get_by_role("button", name="Import", exact=True).is_enabled()
