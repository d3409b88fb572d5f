"""The features worked out by kernels are those of the view, to the last bit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.customers.state.working_out import customer_state
from shopkeeper.core.schema import CUSTOMER_STATE
from shopkeeper.store.store import Store

START = datetime(2024, 1, 1, tzinfo=UTC)


def a_motley_shop(random, n_customers=40, n_orders=150):
    """Everything that a shop's data can be: guests, orders without lines, lines without customers, events only, odd names."""
    customers = [f"c{k}" for k in range(n_customers)]
    kinds = ["Home", 'A "b" \\ c', "照明", "", None, "Home > Lamps"]
    products = [
        {"product_id": f"p{k}", "product_type": kinds[k % len(kinds)], "brand": [None, "X", "Y"][k % 3]} for k in range(30)
    ]
    lines, orders, events, states = [], [], [], []
    for k in range(n_orders):
        whose = str(random.choice(customers[: n_customers // 2])) if random.random() < 0.9 else None
        at = START + timedelta(minutes=int(random.integers(0, 500 * 1440)))
        told = random.random()
        session = f"s{k}" if random.random() < 0.5 else None
        if told < 0.6:
            orders.append({
                "order_id": f"o{k}", "at": at, "customer_id": whose, "session_id": session, "value": float(random.normal(20, 15)),
                "discount": float(random.choice([0, 1.0])), "channel": str(random.choice(["email", "cpc"])),
                "payment_method": [None, "card", "paypal"][random.integers(3)],
            })  # fmt: skip
        for number in range(int(random.integers(0, 6))):
            quantity = float(random.choice([1, 2, 0.125, -1], p=[0.6, 0.2, 0.1, 0.1]))
            lines.append({
                "line_id": f"{k}-{number}", "order_id": f"o{k}", "at": at + timedelta(days=9 * (quantity < 0)), "quantity": quantity,
                "customer_id": whose if random.random() < 0.9 else None, "product_id": f"p{int(random.integers(0, 34))}",
                "price": round(float(random.choice([0, 3.333, 10, 20, 9])), 3), "discount": float(random.choice([0, 0, 0.5])),
            })  # fmt: skip
        for number in range(int(random.integers(0, 4))):
            events.append({
                "event_id": f"{k}-{number}", "at": at - timedelta(minutes=3 * number), "customer_id": str(random.choice(customers[5:])) if random.random() < 0.6 else None,
                "session_id": session, "event": str(random.choice(["view_item", "add_to_cart", "search", "purchase", "begin_checkout"])),
                "product_id": f"p{int(random.integers(0, 40))}", "search_term": "red Lamp", "value": 5.0, "device": "mobile",
                "order_id": f"o{k}" if random.random() < 0.3 else None,
            })  # fmt: skip
        for number, status in enumerate(
            random.choice(["", "c", "p c", "c p", "s r", "c f", "c p c"], p=[0.4, *[0.1] * 6]).split()
        ):
            states.append({  # some are called off weeks later, which an earlier view must not know, and some are taken up again
                "status_id": f"{k}-{number}", "order_id": f"o{k}", "at": at + timedelta(days=int(random.integers(0, 60)) * (number + 1)),
                "status": {"c": "cancelled", "p": "paid", "s": "shipped", "r": "returned", "f": "refunded"}[status],
            })  # fmt: skip
    return {"products": products, "order_lines": lines, "orders": orders, "events": events, "order_status": states}


@pytest.fixture(scope="module", params=[1, 2])
def motley(request, tmp_path_factory):
    tables = a_motley_shop(np.random.default_rng(request.param))
    with Store.create(tmp_path_factory.mktemp("motley") / "shop") as store:
        store.upsert("products", tables.pop("products"))
        store.upsert("customers", [{"customer_id": "quiet"}])
        for name, rows in tables.items():
            assert not store.append(name, rows).rejected
        yield store


@pytest.mark.parametrize("day", [100, 400, 600])
@pytest.mark.parametrize("time_zone", ["UTC", "Pacific/Auckland"])
def test_kernels_and_view_agree_to_the_last_bit(motley, day, time_zone):
    with motley.view(as_of=START + timedelta(days=day), time_zone=time_zone) as view:
        wanted, found = view.table("customer_state"), customer_state(view)
        assert found.schema == wanted.schema
        different = [
            name for name in CUSTOMER_STATE.names if not found[name].combine_chunks().equals(wanted[name].combine_chunks())
        ]
        assert different == []
        assert wanted.num_rows > 20
        assert 2 < view.count("cancelled_orders") < 80
        assert view.count("session_customers") > 2


def test_the_order_of_rows_does_not_matter(tmp_path):
    random = np.random.default_rng(3)
    tables = a_motley_shop(random)
    found = []
    for name in ("one", "other"):
        with Store.create(tmp_path / name) as store:
            store.upsert("products", tables["products"])
            for table in ("order_lines", "orders", "events", "order_status"):
                store.append(table, [tables[table][k] for k in random.permutation(len(tables[table]))])
            with store.view(as_of=START + timedelta(days=600)) as view:
                found.append(customer_state(view))
    assert found[0].equals(found[1])


def test_an_empty_shop_and_one_line(tmp_path):
    with Store.create(tmp_path / "shop") as store:
        with store.view(as_of=START) as view:
            assert customer_state(view).num_rows == 0
        line = {"line_id": "1", "order_id": "o", "at": START, "customer_id": "c", "product_id": "p", "quantity": 2, "price": 3.0}
        store.append("order_lines", [line])
        with store.view(as_of=START + timedelta(days=1)) as view:
            (row,) = customer_state(view).to_pylist()
    assert (row["customer_id"], row["n_orders"], row["value"], row["recency_days"]) == ("c", 1, 6.0, 1.0)
    assert row["gap_mean_days"] is None
    assert row["categories"] is None
