import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from shopkeeper.cli.terminal.printing import cell, facts_out, json_out, rows_out, size, table_out

ROWS = pa.table(
    {
        "product_id": ["a", None],
        "price": [2.5, float("nan")],
        "at": pa.array([datetime(2011, 12, 9, 12, 50, tzinfo=UTC), None], pa.timestamp("us")),
    }
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""), (True, "yes"), (False, "no"), (3, "3"), (0.12345, "0.1235"), (0.0000321, "3.2e-05"), (2.50, "2.5"), (12345.678, "12345.68"),
        (datetime(2011, 12, 9, 12, 50, 1, tzinfo=UTC), "2011-12-09 12:50:01"), (date(2011, 12, 9), "2011-12-09"),
        ("a\nb", "a b"), ("x" * 101, "x" * 99 + "…"),
    ],
)  # fmt: skip
def test_cell(value, words):
    assert cell(value) == words


def test_json_has_moments_with_zone_and_no_nan(capsys):
    rows_out(ROWS, as_json=True, as_csv=False)
    rows = json.loads(capsys.readouterr().out)
    assert rows == [
        {"product_id": "a", "price": 2.5, "at": "2011-12-09T12:50:00Z"},
        {"product_id": None, "price": None, "at": None},
    ]


def test_json_of_anything_else_is_text(capsys):
    json_out({"at": datetime(2011, 12, 9, tzinfo=UTC), "set": complex(1, 2)})
    assert json.loads(capsys.readouterr().out) == {"at": "2011-12-09T00:00:00Z", "set": "(1+2j)"}


def test_csv(capfdbinary):
    rows_out(ROWS, as_json=False, as_csv=True)
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert lines[0] == '"product_id","price","at"'
    assert lines[1].startswith('"a",2.5,2011-12-09 12:50:00')


def test_a_table_keeps_square_brackets_and_folds_nothing_in_a_pipe(capsys):
    table_out(("name", "n"), [("[bold]not markup[/bold]", 1), ("wide " * 10, 22)], title="A title")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "A title"
    first, second = lines[-2:]
    assert first.startswith("[bold]not markup[/bold]")
    assert second.startswith("wide wide") and second.endswith("22")
    assert len(first) == len(second)  # numbers stand to the right


def test_facts_stand_in_two_columns(capsys):
    facts_out({"a": 1, "longer": None})
    assert capsys.readouterr().out == "a       1\nlonger\n"


@pytest.mark.parametrize(("n_bytes", "words"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (3 << 40, "3.0 TiB")])
def test_size(n_bytes, words):
    assert size(n_bytes) == words
