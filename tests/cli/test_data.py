"""init, import, show, sql."""

import contextlib
import csv
import io
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from shopkeeper import sample

PROGRAM = Path(sys.executable).with_name("shopkeeper")

LINES = """order_id,date,customer_id,product_id,title,quantity,price
1001,2026-01-05 09:12,C1,P1,Red cup,2,4.50
1001,2026-01-05 09:12,C1,P2,Blue plate,1,7.00
1002,2026-01-06 11:40,C2,P1,Red cup,many,4.50
"""


@pytest.fixture
def orders(corner_shop):
    path = corner_shop / "orders.csv"
    path.write_text(LINES)
    return path


def count(shopkeeper, table: str) -> int:
    return shopkeeper("sql", f"select count(*) n from {table}", "--json").json[0]["n"]


def test_init_makes_a_shop_and_says_what_is_next(shopkeeper, tmp_path):
    said = shopkeeper("init", tmp_path / "a", "--currency", "JPY", "--time-zone", "Asia/Tokyo", "--language", "ja")
    assert said.code == 0 and "Next: cd" in said.out
    assert "Asia/Tokyo" in (tmp_path / "a" / "shop.toml").read_text()
    again = shopkeeper("init", tmp_path / "a", "--json")
    assert again.code == 4 and again.problem["type"] == "urn:shopkeeper:shop-exists"


def test_init_for_programs(shopkeeper, tmp_path):
    made = shopkeeper("init", tmp_path / "a", "--json").json
    assert made["name"] == "a" and made["currency"] == "EUR" and made["folder"].endswith("/a")


def test_init_refuses_an_unknown_time_zone(shopkeeper, tmp_path):
    said = shopkeeper("init", tmp_path / "a", "--time-zone", "Mars/Olympus")
    assert said.code == 2 and "Mars/Olympus" in said.err
    assert not (tmp_path / "a").exists()


def test_import_shows_how_it_understands_the_file_and_reports(shopkeeper, orders):
    said = shopkeeper("import", orders)
    assert said.code == 0, said.err
    assert "order_lines" in said.out and "quantity" in said.out
    assert count(shopkeeper, "order_lines") == 2 and count(shopkeeper, "rejected") == 1


def test_a_dry_run_writes_nothing(shopkeeper, orders):
    said = shopkeeper("import", orders, "--dry-run")
    assert said.code == 0 and "order_lines" in said.out
    assert count(shopkeeper, "order_lines") == 0 and count(shopkeeper, "rejected") == 0


def test_import_for_programs_adds_up_and_knows_the_file_again(shopkeeper, orders):
    (report,) = shopkeeper("import", orders, "--json").json
    assert report["n_rows"] == 3 and report["adds_up"] is True and report["already_imported"] is False
    (again,) = shopkeeper("import", orders, "--json").json
    assert again["already_imported"] is True
    assert count(shopkeeper, "order_lines") == 2


def test_import_takes_columns_by_hand(shopkeeper, corner_shop):
    path = corner_shop / "clicks.csv"
    path.write_text("thing,who,ts,what\nP1,C1,2026-01-05T09:00:00Z,view_item\n")
    hand = [f"--map={pair}" for pair in ("thing=product_id", "who=customer_id", "ts=at", "what=event")]
    said = shopkeeper("import", path, "--table", "events", *hand)
    assert said.code == 0, said.err
    assert count(shopkeeper, "events") == 6


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere.csv"], 2, "There is no file"),
        (["orders.csv", "--map", "item"], 2, "COLUMN=OURS"),
        (["orders.csv", "--preset", "shopfy"], 2, "shopify"),
        (["orders.csv", "--table", "order_line"], 2, "did you mean 'order_lines'"),
    ],
)
def test_import_refuses(shopkeeper, orders, arguments, code, words):
    said = shopkeeper("import", *arguments)
    assert said.code == code and words in said.err


def test_show_lists_the_tables(shopkeeper, corner_shop):
    said = shopkeeper("show")
    assert said.code == 0
    line = next(line for line in said.out.splitlines() if line.startswith("events "))
    assert line.split()[:3] == ["events", "fact", "5"] and "2026-01-05 10:00:00" in line
    states = {state["table"]: state for state in shopkeeper("show", "--json").json}
    assert states["events"]["n_rows"] == 5 and states["product_counts"]["kind"] == "result"


def test_show_gives_the_newest_rows(shopkeeper, corner_shop):
    rows = shopkeeper("show", "events", "--limit", "2", "--json").json
    assert [row["event_id"] for row in rows] == ["e5", "e4"]
    assert rows[0]["at"] == "2026-01-05T10:00:00Z"
    said = shopkeeper("show", "events", "--limit", "2")
    assert "e5" in said.out and "e3" not in said.out
    assert "search_term" not in said.out  # a column without any value is left out for people
    assert len(shopkeeper("show", "events", "--json").json) == 5


def test_show_as_it_was_known(shopkeeper, corner_shop):
    rows = shopkeeper("show", "events", "--as-of", "2026-01-03T10:00:00", "--json").json
    assert {row["event_id"] for row in rows} == {"e1", "e2", "e3"}


def test_show_as_csv(shopkeeper, corner_shop):
    rows = list(csv.DictReader(io.StringIO(shopkeeper("show", "products", "--csv").out)))
    assert rows[0]["title"] == "Apple" and rows[0]["brand"] == ""


@pytest.mark.parametrize(
    ("table", "code", "words"), [("event", 2, "did you mean 'events'"), ("product_counts", 3, "shopkeeper learn counting.count")]
)
def test_show_says_what_is_missing(shopkeeper, corner_shop, table, code, words):
    said = shopkeeper("show", table)
    assert said.code == code and words in said.err


def test_sql_for_people_programs_and_files(shopkeeper, corner_shop, tmp_path):
    query = "select product_id, count(*) n from events group by all order by all"
    assert shopkeeper("sql", query).out.splitlines()[-1].split() == ["C", "1"]
    assert shopkeeper("sql", query, "--json").json[0] == {"product_id": "A", "n": 3}
    assert shopkeeper("sql", query, "--csv").out.splitlines()[1] == '"A",3'
    said = shopkeeper("sql", query, "--arrow", tmp_path / "rows.arrow")
    assert said.out == "" and "3 rows" in said.err
    with pa.memory_map(str(tmp_path / "rows.arrow")) as source:
        assert pa.ipc.open_file(source).read_all().column_names == ["product_id", "n"]


def test_sql_that_is_wrong(shopkeeper, corner_shop):
    said = shopkeeper("sql", "select nothing from events", "--json")
    assert said.code == 2 and said.problem["type"] == "urn:shopkeeper:query"


def test_sql_changes_nothing(shopkeeper, corner_shop):
    assert shopkeeper("sql", "delete from events").code != 0
    assert count(shopkeeper, "events") == 5


def at_a_terminal(folder, answer: str, *arguments: str) -> str:
    """What the program shows somebody who sits at a terminal and types ``answer``."""
    ours, theirs = pty.openpty()
    with subprocess.Popen([PROGRAM, *arguments], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        os.write(ours, answer.encode() + b"\n")
        shown = b""
        with contextlib.suppress(OSError):  # EIO is how a terminal ends
            while part := os.read(ours, 65536):
                shown += part
    os.close(ours)
    assert program.returncode == 0, shown.decode()
    return shown.decode()


def test_import_asks_at_a_terminal_and_takes_no_for_an_answer(shopkeeper, orders):
    shown = at_a_terminal(orders.parent, "n", "import", "orders.csv")
    assert "Import it so?" in shown and "not imported" in shown and "order_lines" in shown
    assert count(shopkeeper, "order_lines") == 0
    assert "2  order_lines" in at_a_terminal(orders.parent, "y", "import", "orders.csv")
    assert count(shopkeeper, "order_lines") == 2


def test_ctrl_c_during_an_import_keeps_the_files_before(shopkeeper, orders):
    importing = subprocess.Popen(
        [PROGRAM, "import", "orders.csv", sample.path()], cwd=orders.parent, env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with importing:
        while not importing.stdout.readline().startswith("online_retail.parquet"):
            pass
        importing.send_signal(signal.SIGINT)
        _, said = importing.communicate()
    assert importing.returncode == 130 and "files reported above are in the shop" in said
    assert count(shopkeeper, "order_lines") == 2


def test_how_a_text_is_laid_out_can_be_said(shopkeeper, tmp_path):
    folder = str(tmp_path / "shop")
    shopkeeper("init", folder)
    (tmp_path / "lines.txt").write_bytes("订单一|2026-01-05|A|2|4.50\n订单二|2026-01-06|B|1|7.00\n".encode("gb18030"))
    columns = ("order_id", "at", "product_id", "quantity", "price")
    maps = [part for n, ours in enumerate(columns, 1) for part in ("--map", f"column{n}=order_lines.{ours}")]
    layout = ("--delimiter", "|", "--encoding", "gb18030", "--no-header")
    said = shopkeeper("import", str(tmp_path / "lines.txt"), "--shop", folder, *layout, *maps, "--yes")
    assert said.code == 0, said.err
    said = shopkeeper("sql", "select order_id, price from order_lines order by all", "--shop", folder, "--csv")
    assert said.out.splitlines()[1:] == ['"订单一",4.5', '"订单二",7']


def test_a_place_that_cannot_be_written_is_told(shopkeeper, corner_shop, tmp_path):
    (tmp_path / "a_file").write_text("")
    for arguments in (("init", tmp_path / "a_file" / "shop"), ("sql", "select 1", "--arrow", tmp_path / "a_file" / "x.arrow")):
        said = shopkeeper(*arguments)
        assert said.code == 2
        assert "cannot be written." in said.err
