"""What a file is, by its content; what cannot be read is said in words."""

from __future__ import annotations

import gzip
import os

import pytest

from shopkeeper.core.errors import ImportProblem
from shopkeeper.store.importers import inspect
from shopkeeper.store.importers.reading.files import open_file


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a,b\n1,2\n", "csv"),
        (b'{"a": 1}\n', "jsonl"),
        (b' [ {"a": 1} ]', "json"),
        (b"<?xml version='1.0'?><rss/>", "xml"),
        (b"[note],b\n1,2", "csv"),
    ],
)
def test_the_format_is_told_by_content_and_not_by_name(write, content, kind):
    assert open_file(write(content, "data.bin")).format == kind
    assert open_file(write(gzip.compress(content), "data.txt")).format == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n ", "is empty"),
        (b"PK\x03\x04....", "ZIP or Excel"),
        (b"%PDF-1.7 ...", "is a PDF"),
        (b"SQLite format 3\0", "SQLite database"),
        (b"\x1f\x8b\x08\x00broken", "cannot be read"),
        (gzip.compress(b"a,b\n" * 100_000)[:-200], "cannot be read"),
        (b"PAR1 no parquet", "cannot be read"),
        (b'{"a": 1', "has no JSON object"),
        (b"<rss><item></rss>", "XML file is broken"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><rss><item><id>&a;</id></item></rss>', "declares entities"),
    ],
)
def test_what_cannot_be_read_is_an_import_problem_with_advice(write, content, words):
    with pytest.raises(ImportProblem, match=words) as raised:
        inspect(write(content, "x.dat"))
    assert raised.value.wanted and raised.value.next


def test_no_file_a_folder_and_no_rights(tmp_path, write):
    with pytest.raises(ImportProblem, match="There is no file"):
        inspect(tmp_path / "none.csv")
    with pytest.raises(ImportProblem, match="is a folder"):
        inspect(tmp_path)
    path = write("a,b\n1,2\n")
    path.chmod(0)
    if os.geteuid() != 0:  # root may read everything
        with pytest.raises(ImportProblem, match="cannot be read"):
            inspect(path)
