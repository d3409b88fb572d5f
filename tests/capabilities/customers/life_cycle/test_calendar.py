from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import pytest

from shopkeeper.capabilities.customers.life_cycle.calendar import (
    clock_changes,
    first_days,
    local_sql,
    micros,
    month_begins,
    month_of,
    months_of,
)

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)


def test_londons_clocks_in_2024():
    assert clock_changes(FIRST, LAST, "Europe/London") == [
        (FIRST, timedelta(0)),
        (datetime(2024, 3, 31, 1, tzinfo=UTC), timedelta(hours=1)),
        (datetime(2024, 10, 27, 1, tzinfo=UTC), timedelta(0)),
    ]


def test_clocks_that_never_change_and_those_by_half_an_hour():
    assert len(clock_changes(FIRST, LAST, "Asia/Shanghai")) == 1
    lord_howe = clock_changes(FIRST, LAST, "Australia/Lord_Howe")
    assert [(at, ahead) for at, ahead in lord_howe][1] == (datetime(2024, 4, 6, 15, tzinfo=UTC), timedelta(hours=10, minutes=30))


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
def test_local_time_in_sql_is_what_the_time_zone_database_says(zone):
    from zoneinfo import ZoneInfo

    moments = [FIRST + timedelta(minutes=37 * n) for n in range(14_000)]
    local = local_sql("at_", FIRST, LAST, zone)
    rows = [moment.replace(tzinfo=None) for moment in moments]
    found = duckdb.execute(f"SELECT {local} FROM (SELECT unnest($rows) AS at_)", {"rows": rows}).fetchall()
    assert [row[0] for row in found] == [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]


def test_months():
    assert months_of(np.array([0, 30, 31, -1])).tolist() == [0, 0, 1, -1]
    assert [str(day) for day in first_days(np.array([0, 659]))] == ["1970-01-01", "2024-12-01"]
    assert month_of(datetime(2024, 6, 30, 23, 30, tzinfo=UTC), "Europe/London") == 54 * 12 + 6
    assert month_of(datetime(2024, 6, 30, 23, 30, tzinfo=UTC), "UTC") == 54 * 12 + 5
    assert month_begins(54 * 12 + 6, "Europe/London") == micros(datetime(2024, 6, 30, 23, tzinfo=UTC))
