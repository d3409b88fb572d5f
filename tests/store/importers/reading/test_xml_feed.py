"""A feed's items become JSON lines."""

from __future__ import annotations

import io
import json

import pytest

from shopkeeper.core.errors import ImportProblem
from shopkeeper.store.importers.reading.xml_feed import xml_to_jsonl


def test_items_with_their_own_names_and_the_first_of_repeated_ones(tmp_path):
    xml = b"<rss><channel><title>shop</title><item><g:id xmlns:g='x'>1</g:id><a>x</a><a>y</a><s><p>5</p></s><e/></item><item/></channel></rss>"
    assert xml_to_jsonl(io.BytesIO(xml), tmp_path / "x") == 2
    first, second = (json.loads(line) for line in (tmp_path / "x").read_text().splitlines())
    assert first == {"id": "1", "a": "x", "s.p": "5"} and second == {}


def test_broken_xml_tells_its_line(tmp_path):
    with pytest.raises(ImportProblem, match="line 3"):
        xml_to_jsonl(io.BytesIO(b"<rss>\n<item>\n</rss>"), tmp_path / "x")
