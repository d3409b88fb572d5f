"""The shipped sample is the whole data set, unchanged, with its attribution."""

from __future__ import annotations

import duckdb
import pytest

from shopkeeper import sample


def test_it_is_complete_and_attributed():
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT count(*), count(DISTINCT InvoiceNo) FROM '{sample.path()}'").fetchall() == [
            (541_909, 25_900)
        ]
    words = sample.path().with_name("ATTRIBUTION.md").read_text()
    for needed in (
        "Daqing Chen",
        "Online Retail",
        "2015",
        "UCI Machine Learning Repository",
        "https://doi.org/10.24432/C5BW33",
        "CC BY 4.0",
    ):
        assert needed in words


@pytest.mark.realdata
def test_no_value_was_changed(real_data):
    original = real_data / "online_retail" / "online_retail.parquet"
    with duckdb.connect() as connection:
        for one, other in ((original, sample.path()), (sample.path(), original)):
            assert connection.execute(f"SELECT count(*) FROM (FROM '{one}' EXCEPT ALL FROM '{other}')").fetchall() == [(0,)]
