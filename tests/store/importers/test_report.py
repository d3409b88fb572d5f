"""The account of an import."""

from __future__ import annotations

from shopkeeper.store.importers import inspect
from shopkeeper.store.importers.report import ImportReport, TableCount


def test_it_adds_up_or_says_that_it_does_not(write):
    recognition = inspect(write("product_id,title\np,t\n"))
    good = ImportReport("f", "d", recognition, 5, {"products": TableCount(3, 1)}, {"products": 3}, {"type": 1}, {"again": 1})
    assert good.adds_up and good.n_rejected == 1
    assert "5  in all" in "\n".join(good.lines()) and "products: 3 new, 1 were there already" in "\n".join(good.lines())
    bad = ImportReport("f", "d", recognition, 6, {}, {"products": 3})
    assert not bad.adds_up and "this should be 6" in "\n".join(bad.lines())
    shown = good.as_dict()
    assert (
        shown["rejected"] == {"type": 1}
        and shown["tables"] == {"products": {"n_new": 3, "n_known": 1, "n_changed": 0}}
        and shown["adds_up"] is True
    )


def test_it_says_how_many_rows_that_were_there_were_changed(bring):
    bring("customer_id,country\na,\nb,DE\n", "customers.csv")
    again = bring("customer_id,country\na,FR\nb,DE\nc,\n", "more.csv")
    assert again.as_dict()["tables"]["customers"] == {"n_new": 1, "n_known": 2, "n_changed": 1}
    assert "  customers: 1 new, 2 were there already (1 of them changed)" in again.lines()


def clicks(*strays):
    rows = [f"{place},view_item,p,2024-01-{1 + place % 28:02}" for place in range(1000)]
    rows += [f"s{place},view_item,p,{at}" for place, at in enumerate(strays)]
    return "event_id,event,product_id,at\n" + "\n".join(rows) + "\n"


def test_a_row_far_after_all_others_is_noted_and_kept(bring, rows):
    report = bring(clicks("2025-03-04"))
    assert report.kept == {"events": 1001}
    assert report.notes == (
        "1 of 1,001 rows lie 401 days and more after all others, from 2025-03-04 to 2025-03-04: the shop's today is the newest of "
        "them, and the last weeks and months are counted back from there",
    )
    assert f"  note: {report.notes[0]}" in report.lines()
    assert report.as_dict()["notes"] == list(report.notes)
    assert rows("SELECT count(*) FROM events") == [(1001,)]


def test_several_strays_are_noted_together_and_gaps_within_the_trade_are_not(bring):
    summer = [f"{place},view_item,p,2024-06-{1 + place % 28:02}" for place in range(4000, 6000)]
    later = ["x,view_item,p,2025-08-01", "y,view_item,p,2025-08-02", "z,view_item,p,2026-01-01"]
    assert bring(clicks() + "\n".join(summer) + "\n", "gap.csv", dry_run=True).notes == ()
    (note,) = bring(clicks() + "\n".join([*summer, *later]) + "\n", "more.csv").notes
    assert note.startswith("3 of 3,003 rows lie 399 days and more after all others, from 2025-08-01 to 2026-01-01")


def test_few_rows_have_no_strays(bring):
    assert bring("event_id,event,product_id,at\na,view_item,p,2020-01-01\nb,view_item,p,2024-01-01\n").notes == ()
