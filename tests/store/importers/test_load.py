"""A file is brought in whole or not at all, once, and every row of it is accounted for."""

from __future__ import annotations

import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopkeeper import sample
from shopkeeper.core.errors import Cancelled, DiskFull, ImportProblem, ShopkeeperError
from shopkeeper.core.progress import Watched
from shopkeeper.store.importers import import_file
from shopkeeper.store.store import Store

EVENTS = "event_id,at,event,product_id\n"


def events(first: int, last: int) -> str:
    return EVENTS + "".join(f"e{n},2024-01-01 10:{n % 60:02}:00,view_item,p{n % 7}\n" for n in range(first, last))


def traces(store: Store) -> list[str]:
    return [str(path) for path in store.folder.root.rglob("*") if "incoming" in path.name or path.suffix == ".parquet"]


def test_the_sample_adds_up_to_541909(bring, rows):
    report = bring(sample.path(), preset="online_retail", time_zone="Europe/London")
    assert report.n_rows == 541_909 and report.adds_up
    assert report.kept == {
        "order_lines": 527_792,
        "order_lines, returns": 8_704,
        "delivery charges, kept in orders.shipping": 1_973,
    }
    assert report.rejected == {"no_price": 2_501, "not_a_product": 939}
    assert report.tables["order_lines"].n_new == 536_496 and report.tables["rejected"].n_new == 3_440
    assert rows("SELECT count(*), count(DISTINCT line_id), count(*) FILTER (quantity < 0) FROM order_lines") == [
        (536_496, 536_496, 8_704)
    ]
    assert rows("SELECT count(*) FROM order_lines WHERE order_id LIKE 'C%' AND quantity >= 0") == [(0,)]
    assert rows("SELECT count(*) > 100000 FROM order_lines WHERE customer_id IS NULL") == [(True,)]
    [(value, shipping)] = rows("SELECT value, shipping FROM orders WHERE order_id = '536370'")
    assert round(value, 2) == 801.86 and shipping == 54.0  # 536370 has three POSTAGE of 18 pounds
    assert rows("SELECT title FROM products WHERE product_id = '85123A'") == [("WHITE HANGING HEART T-LIGHT HOLDER",)]
    assert rows("SELECT country FROM customers WHERE customer_id = '17850'") == [("United Kingdom",)]
    [(raw, line)] = rows("SELECT raw, line FROM rejected WHERE rule = 'not_a_product' ORDER BY line LIMIT 1")
    assert json.loads(raw)["StockCode"] and line > 0
    assert bring(sample.path(), preset="online_retail", time_zone="Europe/London").already_imported


@pytest.mark.slow
def test_the_sample_as_a_worksheet_saves_it_is_counted_the_same(bring, rows, tmp_path):
    """Windows-1252, semicolons, month first, customers as 17850.0."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT InvoiceNo, StockCode, Description, Quantity::BIGINT AS Quantity, "
            "strftime(InvoiceDate, '%-m/%-d/%Y %-H:%M') AS InvoiceDate, UnitPrice, CustomerID, Country "
            f"FROM '{sample.path()}') TO '{tmp_path}/utf8.csv' (HEADER, DELIMITER ';')"
        )
    (tmp_path / "sheet.csv").write_bytes((tmp_path / "utf8.csv").read_text(encoding="utf-8").encode("cp1252"))
    report = bring(tmp_path / "sheet.csv", time_zone="Europe/London")
    assert report.recognition.opened.encoding == "cp1252" and report.recognition.preset.name == "online_retail"
    assert report.n_rows == 541_909
    assert report.kept == {
        "order_lines": 527_792,
        "order_lines, returns": 8_704,
        "delivery charges, kept in orders.shipping": 1_973,
    }
    assert report.rejected == {"no_price": 2_501, "not_a_product": 939}
    assert rows("SELECT min(at)::VARCHAR, max(at)::VARCHAR FROM order_lines") == [("2010-12-01 08:26:00", "2011-12-09 12:50:00")]
    assert rows("SELECT count(*) FROM customers WHERE customer_id LIKE '%.0'") == [(0,)]


def test_orders_are_the_sum_of_their_lines(bring, rows):
    bring(
        "order_id,product_id,quantity,price,at,customer_id\n1,a,2,5,2024-01-01 10:00,c\n1,b,-1,3,2024-01-01 10:01,c\n2,a,1,5,2024-01-02,\n"
    )
    assert rows("SELECT order_id, value, customer_id FROM orders ORDER BY 1") == [("1", 7.0, "c"), ("2", 5.0, None)]
    assert rows("SELECT line_id FROM order_lines ORDER BY 1") == [("1-1",), ("1-2",), ("2-1",)]
    assert rows("SELECT customer_id FROM customers") == [("c",)]


def test_the_same_file_twice_changes_nothing(store, bring, write):
    first = bring(events(0, 100))
    assert (first.kept, first.already_imported) == ({"events": 100}, False)
    again = bring(events(0, 100))
    assert again.already_imported and store.count("events") == 100
    assert again.lines() == ["file.csv: already imported, nothing changed."]
    assert len(store.imports.list()) == 1


def test_the_same_file_read_otherwise_is_another_import(bring, store):
    content = "order_id,product_id,price,at,sent\n1,p,2,2024-01-01,2024-01-09\n"
    bring(content)
    other = bring(content, map={"sent": "order_lines.at"})
    assert not other.already_imported and other.kept == {"order_lines": 0, "already in the shop": 1}
    assert store.count("order_lines") == 1


def test_an_overlapping_newer_export_adds_only_what_is_new(bring, store):
    bring(events(0, 100), "a.csv")
    report = bring(events(50, 130), "b.csv")
    assert report.kept == {"events": 30, "already in the shop": 50} and report.tables["events"].n_known == 50
    assert store.count("events") == 130


def test_rows_appended_by_the_api_are_known_to_an_import(store, bring):
    store.append("events", [{"event_id": "e3", "at": "2024-01-01T00:00:00Z", "event": "view_item"}])
    assert bring(events(0, 10)).kept == {"events": 9, "already in the shop": 1}


def test_rows_without_an_id_get_one_of_their_content(bring, store):
    head = "at,event,customer_id,product_id\n"
    day = [f"2024-01-01 10:00:0{n % 5},view_item,c{n % 2},p\n" for n in range(10)]
    bring(head + "".join(day), "a.csv")
    assert store.count("events") == 10  # equal rows are numbered, not merged
    report = bring(head + "".join(day) + "2024-01-02 10:00:00,view_item,c,p\n", "b.csv")
    assert report.kept == {"events": 1, "already in the shop": 10}


def test_an_order_that_was_cut_is_completed_by_the_next_export(bring, store):
    head = "order_id,product_id,quantity,price,at\n"
    lines = [f"1,p{n},1,2,2024-01-01\n" for n in range(5)]
    bring(head + "".join(lines[:3]), "a.csv")
    assert bring(head + "".join(lines), "b.csv").kept == {"order_lines": 2, "already in the shop": 3}
    assert store.count("order_lines") == 5


def test_an_id_that_is_there_twice_in_a_file_is_rejected_once(bring, rows):
    report = bring(events(0, 5) + "e1,2024-01-01 10:59:00,purchase,x\n")
    assert report.kept == {"events": 5} and report.rejected == {"duplicate": 1}
    assert rows("SELECT event FROM events WHERE event_id = 'e1'") == [("view_item",)]
    [(line, raw)] = rows("SELECT line, raw FROM rejected")
    assert line == 7 and json.loads(raw)["events.product_id"] == "x"


def test_later_rows_of_a_product_win_and_empty_cells_do_not_erase(bring, rows):
    report = bring("product_id,title,brand,price\np,Cup,Acme,1\nq,Pan,,2\np,Mug,,3\n")
    assert report.kept == {"products": 2} and report.ignored == {"earlier rows of the same product_id": 1}
    assert rows("SELECT title, brand, price FROM products WHERE product_id = 'p'") == [("Mug", "Acme", 3.0)]


def test_a_catalog_with_stock_fills_both_tables(bring, rows):
    bring("商品编号,商品名称,品牌,类目,价格,库存\np1,茶杯,甲,家居,￥12.50,7\n")
    assert rows("SELECT title, brand, product_type, price FROM products") == [("茶杯", "甲", "家居", 12.5)]
    assert rows("SELECT product_id, quantity FROM stock_levels") == [("p1", 7.0)]


def test_line_numbers_of_the_file_make_the_ids_of_lines(bring, rows):
    bring("order_id,order_item_id,product_id,price,at\n9,2,b,1,2024-01-01\n9,1,a,1,2024-01-01\n")
    assert rows("SELECT line_id, product_id FROM order_lines ORDER BY 1") == [("9-1", "a"), ("9-2", "b")]


def test_a_dry_run_reports_and_writes_nothing(store, bring):
    report = bring(events(0, 50) + "x,never,view_item,p\n", dry_run=True)
    assert report.kept == {"events": 50} and report.rejected == {"type": 1} and report.dry_run
    assert store.count("events") == store.count("rejected") == 0 and not traces(store) and not store.imports.list()
    assert not bring(events(0, 50) + "x,never,view_item,p\n").already_imported


def test_a_file_of_nothing_but_broken_rows_is_a_misunderstanding(store, bring):
    with pytest.raises(ImportProblem, match="Not one of the 2 rows") as raised:
        bring(EVENTS + "e1,soon,view_item,p\ne2,later,view_item,p\n")
    assert "2 × type" in raised.value.got and "--map" in raised.value.next
    assert store.count("rejected") == 0 and not traces(store)


def test_a_header_without_rows_brings_nothing(bring, store):
    report = bring(EVENTS)
    assert report.n_rows == 0 and store.count("events") == 0


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_stopped_import_leaves_no_trace(store, write, share):
    seen: list[float] = []
    stop = threading.Event()

    def tell(now: float, doing: str) -> None:
        seen.append(now)
        if now >= share:
            stop.set()

    with pytest.raises(Cancelled):
        import_file(store, write(events(0, 20_000)), progress=Watched(tell, stop.is_set))
    assert seen and store.count("events") == 0 and not traces(store) and not store.imports.list()
    assert import_file(store, write(events(0, 20_000))).kept == {"events": 20_000}


@pytest.mark.slow
def test_a_running_statement_is_interrupted(store, write):
    path = write(EVENTS + "".join(f"e{n},2024-01-01,view_item,p\n" for n in range(1_500_000)))
    began = threading.Event()

    def tell(now: float, doing: str) -> None:
        if doing.startswith("reading"):
            began.set()

    with pytest.raises(Cancelled):
        import_file(store, path, progress=Watched(tell, began.is_set))
    assert not traces(store)


def test_a_full_disk_is_told_and_nothing_is_kept(store, write, monkeypatch):
    import shutil

    from shopkeeper.store.importers.reading import files

    path = write("订单号,商品编号,单价,下单时间\n1,p,1,2024-01-01\n", encoding="gb18030")
    full = shutil.disk_usage(path)._replace(free=10)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: full)
    with pytest.raises(DiskFull, match="no room") as raised:
        import_file(store, path)
    assert "nothing of it was kept" in raised.value.next and not traces(store)


def test_personal_columns_go_to_identities_only(bring, store, rows):
    content = (
        "order_id,product_id,quantity,price,at,customer_id,customer name,email,phone,shipping address,ip\n"
        "1,p,1,2,2024-01-01,c1,Ada Lovelace,ada@x.test,+44 20 1,Main St 1,10.1.2.3\n"
        "2,p,many,2,2024-01-01,c2,Bob Ross,bob@x.test,+1 555,Elm St 2,10.9.9.9\n"
        "3,Bob Ross,bob@x.test\n"
    )
    report = bring(content)
    assert report.rejected == {"columns": 1, "type": 1}
    assert rows("SELECT name, email, phone, address, ip FROM identities") == [
        ("Ada Lovelace", "ada@x.test", "+44 20 1", "Main St 1", "10.1.2.3")
    ]
    for raw, message in rows("SELECT raw, message FROM rejected"):
        for secret in ("Bob", "bob", "555", "Elm", "10.9"):
            assert secret not in raw + message
    everything = b"".join(path.read_bytes() for path in store.folder.root.rglob("*.parquet"))
    assert b"Lovelace" not in everything and b"ada@" not in everything


BYTES = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(st.sampled_from(['"', ",", ";", "\t", "\n", "\r\n", "\r", "a", "1", "2024-01-01", "view_item", "\0", "é", "中", "\\", "'", "|", "{", "}"]),
             max_size=80).map(lambda parts: "".join(parts).encode()),
)  # fmt: skip


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    root = tmp_path_factory.mktemp("fuzz")
    with Store.create(root / "shop") as made:
        yield made, root / "f.csv"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=BYTES)
def test_any_bytes_after_a_header_are_accounted_for(fuzzed, content):
    store, path = fuzzed
    path.write_bytes(b"event_id,at,event,product_id\ngood,2024-01-01,view_item,p\n" + content)
    try:
        report = import_file(store, path, dry_run=True)
    except ShopkeeperError as error:
        assert error.what and error.next
    else:
        assert report.adds_up, (content, report.lines())


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(content=BYTES)
def test_any_bytes_at_all_are_refused_in_words_or_accounted_for(fuzzed, content):
    store, path = fuzzed
    path.write_bytes(content)
    try:
        report = import_file(
            store, path, table="events", map={"'view_item'": "events.event", "'2024-01-01'": "events.at"}, dry_run=True
        )
    except ShopkeeperError as error:
        assert error.what and error.next
    else:
        assert report.adds_up


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufffd"), max_size=8)


@pytest.mark.slow
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(cells=st.lists(CELLS, min_size=1, max_size=30))
def test_whatever_is_written_properly_is_read_back(fuzzed, cells):
    import csv

    store, path = fuzzed
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["event_id", "at", "event", "search_term"])
        writer.writerows([str(n), "2024-01-01", "search", cell] for n, cell in enumerate(cells))
    report = import_file(store, path, dry_run=True)
    assert report.kept == {"events": len(cells)} and report.n_rows == len(cells), report.lines()
