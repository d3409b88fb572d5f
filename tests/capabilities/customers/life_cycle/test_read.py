from contextlib import closing
from datetime import date, timedelta

import pytest

from shopkeeper.capabilities.customers.life_cycle.read import UNITS, read_trade
from shopkeeper.core.errors import NotEnoughData


def row(number, customer, at, quantity=1.0, price=10.0, order=None):
    return {"line_id": str(number), "order_id": order or f"o{number}", "at": at, "customer_id": customer, "product_id": "p",
            "quantity": quantity, "price": price}  # fmt: skip


def trade(shop):
    with closing(shop.view()) as view:
        return read_trade(view, "customers.life_cycle")


def days(found):
    return [str(date(1970, 1, 1) + timedelta(days=int(day))) for day in found.day]


def test_an_order_is_a_day_of_the_shops_own_and_a_return_counts_when_it_came(shop):
    shop.append("order_lines", [
        row(1, "b", "2024-06-30T22:59:00Z"),
        row(2, "b", "2024-06-30T23:01:00Z"),  # the first of July in London
        row(3, "b", "2024-07-01T08:00:00Z", order="o2", price=0.07),  # the same order goes on
        row(4, "b", "2024-07-01T09:00:00Z"),
        row(5, "b", "2024-07-05T09:00:00Z", quantity=-1),
        row(6, "a", "2024-07-02T09:00:00Z", quantity=3),
        row(7, None, "2024-07-02T09:00:00Z"),
        row(8, "only returns", "2024-07-02T09:00:00Z", quantity=-1),
    ])  # fmt: skip
    found = trade(shop)
    assert found.customers.to_pylist() == ["a", "b"]
    assert found.customer.tolist() == [0, 1, 1, 1]
    assert days(found) == ["2024-07-02", "2024-06-30", "2024-07-01", "2024-07-05"]
    assert found.n_orders.tolist() == [1, 1, 2, 0]
    assert (found.units / UNITS).tolist() == [30, 10, 20.07, -10]
    assert found.history.starts.tolist() == [0, 1, 3]
    assert found.history.at[2] == 1_719_824_400_000_000, "the newest order of the day"


def test_a_shop_of_returns_and_guests_is_refused(shop):
    shop.append("order_lines", [row(1, None, "2024-07-02T09:00:00Z"), row(2, "x", "2024-07-02T09:00:00Z", quantity=-1)])
    with pytest.raises(NotEnoughData, match="needs orders of known customers") as refused:
        trade(shop)
    assert refused.value.got == "1 customers who only sent back"
    assert refused.value.wanted
    assert refused.value.next


def test_what_the_refusal_advises_works_lines_get_their_orders_customer(shop, tmp_path):
    lines, orders = tmp_path / "lines.csv", tmp_path / "orders.csv"
    lines.write_text("order_id,product_id,quantity,price,at\n1,p,1,5,2024-01-01\n2,p,1,5,2024-01-02\n3,p,1,5,2024-01-02\n")
    orders.write_text("order_id,customer_id,order_date\n1,c,2024-01-01\n2,d,2024-01-02\n3,,2024-01-02\n")
    shop.import_file(lines)
    with pytest.raises(NotEnoughData, match="needs orders of known customers") as refused:
        trade(shop)
    assert "import orders with the store's customer numbers" in refused.value.next
    shop.import_file(orders)
    found = trade(shop)
    assert found.customers.to_pylist() == ["c", "d"]
    assert found.n_orders.tolist() == [1, 1]


def test_a_cancelled_order_is_no_day_and_its_return_no_loss(shop):
    shop.append("order_lines", [
        row(1, "a", "2024-07-02T09:00:00Z"), row(2, "a", "2024-07-05T09:00:00Z"), row(3, "a", "2024-07-06T09:00:00Z", -1, order="o2"),
    ])  # fmt: skip
    shop.append("order_status", [{"status_id": "1", "order_id": "o2", "at": "2024-07-06T08:00:00Z", "status": "cancelled"}])
    found = trade(shop)
    assert days(found) == ["2024-07-02"]
    assert (found.units / UNITS).tolist() == [10]
