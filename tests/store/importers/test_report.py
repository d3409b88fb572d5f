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
