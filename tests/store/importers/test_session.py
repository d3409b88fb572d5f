"""The engine of one import: counts, stops, and keeps its secrets."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import Cancelled, ImportProblem
from shopkeeper.core.progress import Silent, Watched
from shopkeeper.store.importers.session import Session, memory_bytes


@pytest.fixture
def session(tmp_path):
    made = Session(tmp_path / "file.csv", tmp_path / "spill", "Europe/Berlin", b"a very secret key", Silent())
    yield made
    made.close()


@pytest.mark.parametrize("n_rows", [0, 1, 100_000])
def test_the_rows_that_a_scan_reads_are_counted_beside_it(session, tmp_path, n_rows):
    (tmp_path / "a.csv").write_text("a,b\n" + "".join(f"{n},{n % 3}\n" for n in range(n_rows)))
    read = f"read_csv('{tmp_path}/a.csv', auto_detect=false, header=true, columns={{'a': 'VARCHAR', 'b': 'VARCHAR'}})"
    with session.counting(tmp_path) as counted:
        written = session.work(f"COPY (SELECT a FROM {read} WHERE b = '0') TO '{tmp_path}/o.parquet'", 0, 1, "x")
    assert counted == [n_rows] and written == len(range(0, n_rows, 3))


def test_two_scans_are_not_mistaken_for_one(session, tmp_path):
    with session.counting(tmp_path) as counted:
        session.work(f"COPY (FROM range(5) UNION ALL FROM range(7)) TO '{tmp_path}/o.parquet'", 0, 1, "x")
    assert counted in ([None], [5], [7]) and counted != [12]


def test_a_statement_is_interrupted_when_the_watcher_says_so(tmp_path):
    calls = []
    watched = Watched(lambda share, doing: calls.append(doing), lambda: len(calls) > 1)
    session = Session(tmp_path / "f", tmp_path / "spill", "UTC", b"", watched)
    try:
        with pytest.raises(Cancelled):
            session.work("SELECT sum(hash(a.range + b.range)) FROM range(10_000_000) a, range(100_000) b", 0, 1, "long work")
        assert session.one("SELECT 1") == (1,)
    finally:
        session.close()


def test_errors_are_import_problems_without_the_key(session):
    with pytest.raises(ImportProblem) as raised:
        session.rows("SELECT pseudonym('x'), no_such_column")
    assert "secret" not in raised.value.sentence and raised.value.what == "file.csv cannot be read."


def test_moments_without_a_zone_are_the_shops(session):
    assert session.one("SELECT (TIMESTAMPTZ '2024-07-01 12:00' AT TIME ZONE 'UTC')::VARCHAR") == ("2024-07-01 10:00:00",)


def test_memory_is_bounded():
    assert 0 < memory_bytes() <= 4_000_000_000
