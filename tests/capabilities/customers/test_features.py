"""The task customers.features: the view's rows, kept, at the clock of everything that they come from."""

from __future__ import annotations

from datetime import UTC, datetime

LINE = {
    "line_id": "1",
    "order_id": "o",
    "at": "2024-01-01T10:00:00Z",
    "customer_id": "c",
    "product_id": "p",
    "quantity": 2,
    "price": 3,
}


def test_what_is_kept_is_the_view_of_the_newest_moment(shop):
    shop.append("order_lines", [LINE, {**LINE, "line_id": "2", "order_id": "o2", "at": "2024-01-05T10:00:00Z"}])
    shop.append("reviews", [{"review_id": "r", "at": "2024-01-11T10:00:00Z", "customer_id": "d", "rating": 4}])
    run = shop.run("customers.features")
    assert run.headline == "2 customers are known: 1 with orders, 1 of them with more than one (100%)."
    assert run.provenance.as_of == datetime(2024, 1, 11, 10, tzinfo=UTC)  # behind views of views
    kept = shop.table("customer_features")
    assert kept.equals(shop.table("customer_state", as_of=run.provenance.as_of))
    assert kept["recency_days"].to_pylist() == [6.0, None]


def test_a_new_message_is_a_reason_to_run_again_and_a_new_price_is_none(shop):
    shop.append("order_lines", [LINE])
    shop.run("customers.features")
    shop.append("competitor_prices", [{"product_id": "p", "at": "2024-02-01", "competitor": "x", "price": 3}])
    assert shop.run("customers.features").state == "unchanged"
    message = {
        "message_id": "m",
        "at": "2024-02-01",
        "conversation_id": "v",
        "sender": "customer",
        "customer_id": "c",
        "text": "hi",
    }
    shop.append("messages", [message])
    again = shop.run("customers.features")
    assert (again.state, again.table["n_messages"].to_pylist()) == ("done", [1])
