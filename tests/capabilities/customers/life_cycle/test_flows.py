from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

ZONE_END = {date(2024, 6, 1): datetime(2024, 6, 30, 23, tzinfo=UTC), date(2024, 11, 1): datetime(2024, 12, 1, tzinfo=UTC)}
"""When two months end in London, in UTC."""


@pytest.fixture
def flows(world, call):
    return call(world, "customers.flows").table.to_pylist()


def test_what_comes_into_a_stage_is_what_leaves_it_a_month_later(flows):
    months = sorted({row["month"] for row in flows})
    assert len(months) == 25
    before = None
    for month in months:
        rows = [row for row in flows if row["month"] == month]
        into, out = Counter(), Counter()
        for row in rows:
            into[row["to_stage"]] += row["n_customers"]
            out[row["from_stage"]] += row["n_customers"]
        first_seen = out.pop("", 0)
        if before is not None:
            assert out == before
            assert into.total() == before.total() + first_seen
        before = into
    assert before.total() == 61


def test_a_stage_is_told_from_what_was_known_then(world, call, flows):
    """The stages at a month's end are those that the shop as of that moment tells: borders, too, know nothing later."""
    for month, end in ZONE_END.items():
        told = call(world, "customers.life_cycle", as_of=end - timedelta(microseconds=1)).table["stage"].to_pylist()
        into = Counter()
        for row in flows:
            if row["month"] == month:
                into[row["to_stage"]] += row["n_customers"]
        assert into == Counter(told)


def test_a_shop_that_ends_earlier_had_the_same_months(world, call, flows):
    then = call(world, "customers.flows", as_of=ZONE_END[date(2024, 11, 1)] - timedelta(microseconds=1)).table.to_pylist()
    months = {row["month"] for row in then} & {row["month"] for row in flows}
    assert len(months) == 23
    assert [row for row in then if row["month"] in months] == [row for row in flows if row["month"] in months]


def test_the_newest_month_is_not_over_and_has_the_stages_of_now(world, call, flows):
    now = Counter(call(world, "customers.life_cycle").table["stage"].to_pylist())
    newest = [row for row in flows if row["month"] == date(2025, 1, 1)]
    into = Counter()
    for row in newest:
        into[row["to_stage"]] += row["n_customers"]
    assert into == now
    assert {row["is_complete"] for row in newest} == {False}
    assert {row["is_complete"] for row in flows if row["month"] < date(2025, 1, 1)} == {True}


def test_value_is_what_was_bought_in_the_month(world, flows):
    sales = world.sql(
        "SELECT date_trunc('month', date)::DATE AS month, sum(revenue) AS value FROM daily_sales GROUP BY 1"
    ).to_pylist()
    by_month = {row["month"]: row["value"] for row in sales}
    for month in {row["month"] for row in flows}:
        rows = [row for row in flows if row["month"] == month]
        assert sum(row["value"] for row in rows) == pytest.approx(by_month[month])
        year = [
            value for other, value in by_month.items() if 0 <= (month.year - other.year) * 12 + month.month - other.month < 12
        ]
        assert sum(row["value_12m"] for row in rows) == pytest.approx(sum(year))


def test_fewer_months_on_request(world, call):
    table = call(world, "customers.flows", flow_months=2).table
    assert sorted(set(table["month"].to_pylist())) == [date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)]
    first = [row for row in table.to_pylist() if row["month"] == date(2024, 11, 1)]
    assert any(row["from_stage"] for row in first), "who was there before is not new"


def test_one_order(ordered, call):
    result = call(ordered([("c", "2024-05-05T10:00:00Z", 3.0)]), "customers.flows")
    assert [(row["from_stage"], row["to_stage"], row["n_customers"], row["value"]) for row in result.table.to_pylist()] == [
        ("", "new", 1, 3.0)
    ]
