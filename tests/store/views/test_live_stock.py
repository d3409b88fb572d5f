"""Live stock says what the view `last_stock` says, after every count."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.store.views.live_stock import LiveStock, last_counts

START = datetime(2026, 1, 1, tzinfo=UTC)
IDS = [f"p{number}" for number in range(4)]


def some_counts(random, n):
    return [
        (IDS[random.integers(4)], ("", "north")[random.integers(2)], int(random.integers(9)), int(random.integers(30)))
        for _ in range(n)
    ]


def rows(counts, first=0):
    """No two counts are of one moment: which of them was the last is then told."""
    return [
        {"stock_id": f"s{first + n}", "product_id": product, "location": location or None, "quantity": float(quantity),
         "at": START + timedelta(hours=hour, seconds=first + n)}
        for n, (product, location, quantity, hour) in enumerate(counts)
    ]  # fmt: skip


def codes(table):
    return np.array([IDS.index(each) for each in table["product_id"].to_pylist()], np.int64)


@pytest.mark.parametrize(("seed", "n_before", "n_after"), [(1, 0, 8), (2, 12, 0), (3, 12, 12), (4, 3, 20), (5, 20, 3)])
def test_what_comes_later_is_counted_as_the_view_counts_it(shop, seed, n_before, n_after):
    random = np.random.default_rng(seed)
    before, after = some_counts(random, n_before), some_counts(random, n_after)
    if before:
        shop.append("stock_levels", rows(before))
    with shop.view() as view:
        known = last_counts(view)
        stock = LiveStock(known, codes(known))
    code, quantity = stock.at_load()
    found = dict(zip(code.tolist(), quantity.tolist(), strict=True))
    new = rows(after, len(before))
    if new:
        shop.append("stock_levels", new)
    stranger = {"product_id": "stranger", "at": START, "quantity": 1.0}
    found |= dict(stock.take([*new, stranger], lambda each: IDS.index(each) if each in IDS else -1))
    with shop.view() as view:
        wanted = {IDS.index(row["product_id"]): row["quantity"] for row in view.table("last_stock").to_pylist()}
    assert found == wanted


def test_products_that_nobody_asks_for_are_left_out(shop):
    shop.append("stock_levels", rows([("p0", "", 3, 0), ("p1", "", 4, 0)]))
    with shop.view() as view:
        code, quantity = LiveStock(last_counts(view), np.array([-1, 0])).at_load()
    assert (code.tolist(), quantity.tolist()) == ([0], [4.0])
