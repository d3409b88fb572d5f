"""What pages remember, and when they look again."""

from __future__ import annotations

import counting

from shopkeeper.server.dashboard.models.memory import MAX_KEPT, Memory

LINE = {"order_id": "o", "customer_id": "c", "product_id": "p", "quantity": 1.0, "price": 1.0, "at": "2026-01-01"}


def counted(memory, calls):
    def make(view):
        calls.append(view)
        return view.count("order_lines")

    return memory.get("n", make)


def test_the_same_data_are_asked_once(shop, empty_memory):
    calls = []
    assert [counted(empty_memory, calls) for _ in range(3)] == [0, 0, 0]
    assert len(calls) == 1


def test_new_rows_are_seen_at_once_when_nothing_is_kept_fresh(shop, empty_memory):
    calls = []
    counted(empty_memory, calls)
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    assert counted(empty_memory, calls) == 1


def test_within_the_fresh_seconds_nothing_is_looked_up_unless_told(shop):
    memory, calls = Memory(shop, fresh_seconds=3600), []
    counted(memory, calls)
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    assert counted(memory, calls) == 0
    memory.forget()
    assert counted(memory, calls) == 1
    memory.close()


def test_rows_of_other_tables_do_not_ask_again(shop, empty_memory):
    calls = []

    def read(of):
        empty_memory.get("n", lambda view: calls.append(view.count("order_lines")), of=of)
        return calls

    read(("order_lines",))
    shop.append("events", [{"event_id": "e", "at": "2026-01-01", "event": "view_item"}])
    assert read(("order_lines",)) == [0]
    shop.append("order_lines", [{**LINE, "line_id": "1"}])
    assert read(("order_lines",)) == [0, 1]


def test_a_run_and_a_restored_model_ask_what_is_made_of_runs_again(declared, shop, empty_memory):
    counting.declare(declared)
    shop.append("events", [{"event_id": "e", "at": "2026-01-01", "event": "view_item", "product_id": "p"}])
    calls = []
    for change in (
        lambda: None,
        lambda: shop.run("counting.count"),
        lambda: shop.run("counting.count", {"value": 0.9}),
        lambda: None,
    ):
        change()
        empty_memory.get("r", lambda view: calls.append(1), of=("runs",))
    assert len(calls) == 3
    shop.restore_previous("counting.count")
    empty_memory.get("r", lambda view: calls.append(1), of=("runs",))
    assert len(calls) == 4


def test_what_was_rejected_today_is_seen_though_the_shops_orders_are_old(shop, empty_memory):
    shop.append("order_lines", [{**LINE, "line_id": "1"}, {**LINE, "line_id": "2", "quantity": "many"}])
    assert empty_memory.get("rejected", lambda view: view.count("rejected")) == 1


def test_memory_does_not_grow_without_end(empty_memory):
    for number in range(MAX_KEPT * 2):
        empty_memory.get(number, lambda view: number)  # noqa: B023 - called at once
    assert len(empty_memory._kept) == MAX_KEPT


def test_a_closed_memory_opens_again(shop, empty_memory):
    calls = []
    counted(empty_memory, calls)
    empty_memory.close()
    assert counted(empty_memory, calls) == 0
    assert len(calls) == 2
