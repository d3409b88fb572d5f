"""Bytes become text: recognized, and turned into UTF-8 without losing a row."""

from __future__ import annotations

import gzip
import io

import pyarrow as pa
import pytest

from shopkeeper.core.errors import ImportProblem
from shopkeeper.core.progress import Silent
from shopkeeper.store.importers.reading.encodings import check_encoding, encoding_of, to_utf8

CHINESE = "订单号,商品编号,数量,单价,客户编号,下单时间\n1,甲,2,3.5,张三,2024年1月5日\n2,乙,1,￥1200,,2024/1/5 10:00\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        ("é,b\n".encode(), "utf-8"),
        ("a".encode("utf-8-sig"), "utf-8-sig"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (CHINESE.encode("utf-16-le"), "utf-16-le"),
        ("order,b\n1,2".encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("gb18030"), "gb18030"),
        ("Café,£5,naïve crème brûlée\n".encode("cp1252"), "cp1252"),
        ("价格".encode()[:-1], "utf-8"),  # cut in the middle of a letter
        ("价格贵".encode() * 20 + b"\xff", "utf-8"),  # one stray byte makes no other encoding
    ],
)
def test_the_encoding_is_told_by_the_bytes(content, expected):
    assert encoding_of(content) == expected


def test_text_is_the_same_in_utf8(tmp_path):
    for encoding in ("utf-16", "gb18030", "shift_jis"):
        text = "注文,数\n" * 1000
        to_utf8(io.BytesIO(text.encode(encoding)), encoding, tmp_path / "x", Silent(), 1)
        assert (tmp_path / "x").read_text(encoding="utf-8") == text


def test_runs_of_blanks_become_tabs(tmp_path):
    to_utf8(io.BytesIO(b" 1  2 \r\n  3 4"), "utf-8", tmp_path / "x", Silent(), 1, spaced=True)
    assert (tmp_path / "x").read_bytes() == b"1\t2\n3\t4"


def test_an_unknown_encoding_is_an_import_problem():
    with pytest.raises(ImportProblem, match="There is no text encoding 'utf-99'"):
        check_encoding("utf-99")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("packed", ["", "gz", "zst"])
def test_every_encoding_and_compression_brings_the_same_rows(bring, rows, encoding, packed):
    content = CHINESE.encode(encoding)
    if packed == "gz":
        content = gzip.compress(content)
    elif packed == "zst":
        content = pa.compress(content, codec="zstd", asbytes=True)
    report = bring(content, f"orders.csv.{packed}", time_zone="Asia/Shanghai")
    assert report.recognition.opened.encoding == encoding.removesuffix("-sig")
    found = rows(
        "SELECT order_id, product_id, quantity, price, customer_id, strftime(at, '%Y-%m-%d %H:%M') FROM order_lines ORDER BY 1"
    )
    assert found == [("1", "甲", 2.0, 3.5, "张三", "2024-01-04 16:00"), ("2", "乙", 1.0, 1200.0, None, "2024-01-05 02:00")]


def test_bytes_that_are_no_text_are_rejected_with_their_line(bring, rows):
    good = "".join(f"{n},商品{n},1,1,2024-01-01\n" for n in range(200))
    content = ("order_id,product_id,quantity,price,at\n" + good).encode() + b"x,\xff\xfe,1,1,2024-01-01\n"
    report = bring(content)
    assert report.rejected == {"encoding": 1} and report.kept == {"order_lines": 200}
    assert rows("SELECT line FROM rejected") == [(202,)]


def test_undecodable_bytes_of_another_encoding_are_rejected_too(bring):
    content = (CHINESE * 3).replace("甲,", "甲,").encode("gb18030") + b"9,\xff\xff,1,1,,2024-01-05\n"
    report = bring(content, encoding="utf-8")
    assert report.rejected.get("encoding") == 1


def test_an_accent_far_behind_the_head_decides_all_the_same(bring, rows):
    head = "order_id,product_id,quantity,price,at,product name\n"
    plain = "".join(f"{n},p,1,1,2024-01-01,Cup\n" for n in range(60_000))
    report = bring((head + plain + "x,caf,1,1,2024-01-01,Café £5\n").encode("cp1252"))
    assert report.recognition.opened.encoding == "cp1252" and report.rejected == {}
    assert rows("SELECT title FROM products WHERE product_id = 'caf'") == [("Café £5",)]


def test_lines_beyond_ascii_are_found_whole_wherever_chunks_end(monkeypatch):
    from shopkeeper.store.importers.reading import encodings

    text = "plain\n价格\nplain\n贵".encode()
    for size in range(1, len(text) + 1):
        monkeypatch.setattr(encodings, "CHUNK_BYTES", size)
        found = encodings.high_lines(io.BytesIO(text))
        assert {line.decode() for line in found.split(b"\n")} == {"价格", "贵"}, size
