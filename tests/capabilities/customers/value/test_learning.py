"""The task itself on small shops: chosen, judged, told; and honest where there is little."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.registry import REGISTRY

START = datetime(2024, 1, 1, 12, tzinfo=UTC)


def fill(shop, rows):
    """Rows (customer, day, worth); a worth below 0 is a return."""
    lines = [
        {
            "line_id": f"l{number}", "order_id": f"o{number}", "at": START + timedelta(days=int(day)), "customer_id": customer,
            "product_id": "p", "quantity": 1 if worth > 0 else -1, "price": abs(worth),
        }
        for number, (customer, day, worth) in enumerate(rows)
    ]  # fmt: skip
    assert not shop.append("order_lines", lines).rejected
    return shop


def told(shop, as_of=None, **settings):
    task = REGISTRY.discover().tasks["customers.value"]
    with closing(shop.view(as_of)) as view:
        return task.function(view, shop.settings("customers", settings).values)


@pytest.fixture(scope="module")
def full(tmp_path_factory, make_rows):
    from shopkeeper.shop import Shop

    folder = tmp_path_factory.mktemp("value") / "shop"
    with Shop.create(folder, name="Value", currency="EUR", time_zone="Europe/Berlin") as shop:
        yield fill(shop, make_rows(400, start=0))


def test_every_customer_is_told_a_value(full):
    found = told(full, horizon_days=180)
    rows = found.table.to_pylist()
    assert len(rows) == 400
    assert [row["customer_id"] for row in rows] == sorted(row["customer_id"] for row in rows)
    assert {row["horizon_days"] for row in rows} == {180}
    assert {row["model"] for row in rows} == {found.card["model"]}
    assert found.scores[0].verdict == "better"
    assert found.card["held_out"]["orders_within_share"] > 0.85
    assert found.card["expected_value"] == pytest.approx(sum(row["expected_value"] for row in rows))
    assert "400 customers" in found.headline
    assert set(found.card["parameters"]) in ({"r", "alpha", "a", "b"}, {"r", "alpha", "s", "beta"})


def test_who_orders_often_and_lately_is_worth_most(full):
    rows = told(full, horizon_days=180).table.to_pylist()
    best = max(rows, key=lambda row: row["expected_orders"])
    worst = min(rows, key=lambda row: row["p_alive"])
    assert best["n_repeat_orders"] > 5
    assert best["p_alive"] > 0.8
    assert worst["p_alive"] < 0.2
    assert worst["expected_orders"] < best["expected_orders"] / 10


def test_a_model_that_is_named_is_taken(full):
    found = told(full, value_model="nbd")
    assert found.card["model"] == "nbd"
    assert set(found.table["p_alive"].to_pylist()) == {1.0}
    assert list(found.card["held_out"]["log_chance"]) == ["nbd"]


def test_wider_bounds_are_wider(full):
    one, other = told(full, value_interval_share=0.5), told(full, value_interval_share=0.99)
    for name in ("expected_orders_high", "expected_value_high"):
        assert np.all(other.table[name].to_numpy() >= one.table[name].to_numpy()), name


def test_nothing_later_is_seen(full):
    cut = START + timedelta(days=300)
    found = told(full, as_of=cut)
    assert found.table.num_rows <= 400
    assert sum(found.table["n_repeat_orders"].to_pylist()) < sum(told(full).table["n_repeat_orders"].to_pylist())


def test_a_shop_of_customers_who_ordered_once(shop):
    found = told(fill(shop, [(f"c{n}", n, 20.0 + n % 7) for n in range(200)]))
    assert found.scores == ()
    assert found.card["is_regularized"]
    assert "drawn to usual values" in found.headline
    assert "not yet judged" in found.headline
    assert max(found.table["expected_orders"].to_pylist()) < 0.1
    assert found.table["order_value"].to_pylist()[0] == pytest.approx(23.0, rel=0.2)


def test_one_customer(shop):
    found = told(fill(shop, [("only", 0, 30.0), ("only", 9, 30.0)]))
    row = found.table.to_pylist()[0]
    assert row["n_repeat_orders"] == 1
    assert row["value_so_far"] == 60.0
    assert 0.0 < row["p_alive"] <= 1.0
    assert row["expected_value_low"] <= row["expected_value"] <= row["expected_value_high"]


def test_what_came_back_lessens_the_worth(shop):
    rows = [(f"c{n}", day, 10.0) for n in range(30) for day in (0, 10, 20)]
    found = told(
        fill(shop, [*rows, ("c0", 25, -10.0), ("c0", 26, -10.0), ("c1", 27, -10.0), ("c1", 28, -10.0), ("c1", 29, -10.0)])
    )
    rows = {row["customer_id"]: row for row in found.table.to_pylist()}
    assert rows["c0"]["value_so_far"] == pytest.approx(10.0)
    assert rows["c1"]["value_so_far"] == pytest.approx(0.0)
    assert rows["c1"]["order_value"] <= rows["c0"]["order_value"] <= rows["c2"]["order_value"]
    assert rows["c0"]["n_repeat_orders"] == 2, "a return is no order"


def test_guests_and_returns_alone_are_refused(shop):
    fill(shop, [(None, 0, 5.0), ("c", 1, -5.0)])
    with pytest.raises(NotEnoughData) as caught:
        told(shop)
    assert caught.value.facts["task"] == "customers.value"


def test_days_are_the_shops_own(tmp_path):
    """Half past eleven at night in Greenwich is the next day in Berlin: two orders of one day there count once."""
    from shopkeeper.shop import Shop

    with Shop.create(tmp_path / "shop", name="Zone", currency="EUR", time_zone="Europe/Berlin") as shop:
        lines = [
            {"line_id": str(n), "order_id": str(n), "at": at, "customer_id": "a", "product_id": "p", "quantity": 1, "price": 5.0}
            for n, at in enumerate((datetime(2024, 1, 1, 23, 30, tzinfo=UTC), datetime(2024, 1, 2, 10, tzinfo=UTC)))
        ]
        shop.append("order_lines", lines)
        assert told(shop).table["n_repeat_orders"].to_pylist() == [0]


def test_season_or_growth_is_said(shop):
    """Everybody orders twice as often in the newest third."""
    rows = [(f"c{n}", day, 10.0) for n in range(80) for day in [*range(n % 20, 200, 20), *range(200, 300, 8)]]
    found = told(fill(shop, rows))
    assert any("more orders than foretold" in note for note in found.card["notes"])
