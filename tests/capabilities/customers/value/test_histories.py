"""What was known at the end of a day, by hand."""

from shopkeeper.capabilities.customers.value.histories import came, histories

ROWS = [("a", 10, 5.0), ("a", 14, 7.0), ("a", 20, 9.0), ("b", 12, 4.0), ("b", 13, -4.0), ("c", 30, 8.0), ("a", 25, -2.0)]


def test_what_was_known_of_each_customer(make_trade):
    found = histories(make_trade(ROWS), 20)
    assert found.customer.tolist() == [0, 1]
    assert found.n_repeats.tolist() == [2, 0]
    assert found.last.tolist() == [10, 0]
    assert found.age.tolist() == [10, 8]
    assert found.paid.tolist() == [21, 0]
    assert found.n_orders.tolist() == [3, 1]
    assert found.order_value.tolist() == [7, 0]
    assert found.first_day.tolist() == [10, 12]


def test_later_days_add_orders_and_take_returns_off(make_trade):
    found = histories(make_trade(ROWS), 30)
    assert found.customer.tolist() == [0, 1, 2]
    assert found.paid.tolist() == [19, 0, 8]
    assert found.age.tolist() == [20, 18, 0]


def test_what_came_after(make_trade):
    trade = make_trade(ROWS)
    orders, paid = came(trade, histories(trade, 14))
    assert orders.tolist() == [1, 0]
    assert paid.tolist() == [7, 0]


def test_orders_of_one_day_count_once(make_trade):
    found = histories(make_trade([("a", 3, 5.0), ("a", 3, 6.0), ("a", 4, 1.0)]), 9)
    assert found.n_repeats.tolist() == [1]
    assert found.paid.tolist() == [12]


def test_nobody_was_known_before_the_first_day(make_trade):
    found = histories(make_trade(ROWS), 9)
    assert len(found) == 0
    assert len(found.grouped()) == 0


def test_some_of_them(make_trade):
    found = histories(make_trade(ROWS), 30).some([2, 0])
    assert found.customer.tolist() == [2, 0]
    assert len(found.each()) == 2
