"""The law of streaming: after new events the answers equal those of a full learn with the same parameters."""

from datetime import UTC

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.answers import ForCustomer, Similar, for_customer, similar
from shopkeeper.capabilities.recommend.loaded.model import load_model
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.tasks import learn

FIXED = RecommendSettings(tuning_trials=0)


def as_events(rows, first):
    return [
        {
            "event_id": f"e{first + number}", "event": row["event"], "product_id": row["product_id"],
            "customer_id": row["customer_id"], "session_id": None, "at": row["at"].replace(tzinfo=UTC),
        }
        for number, row in enumerate(rows)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shop(tastes):
    """Interactions in order of time, one of ten of them a look, and two moments an hour that several share."""
    rows = sorted(tastes["interactions"], key=lambda row: (row["at"], row["customer_id"], row["product_id"]))
    return [{**row, "event": "view_item" if number % 10 == 0 else "purchase"} for number, row in enumerate(rows)]


def opened(rows, tastes, view_of, save, folder):
    folder.mkdir()
    view = view_of({**tastes, "interactions": rows})
    return load_model(save(learn(view, FIXED), folder), view)


def answers(model, customers, n=10):
    asked = [for_customer(model, ForCustomer(customer=name, n=n, exclude_bought=True)).body["products"] for name in customers]
    return [{product["product_id"]: product for product in products} for products in asked]


@pytest.mark.parametrize("share", [0.6, 0.9, 0.999])
def test_streamed_answers_equal_learned_ones(share, shop, tastes, view_of, save, tmp_path):
    n = int(len(shop) * share)
    whole = opened(shop, tastes, view_of, save, tmp_path / "whole")
    streamed = opened(shop[:n], tastes, view_of, save, tmp_path / "part")
    for low in range(n, len(shop), 50):
        streamed.observe("events", as_events(shop[low : low + 50], low))
    customers = sorted({row["customer_id"] for row in shop})
    same, scale, reasons = [], [], []
    for ours, theirs in zip(answers(streamed, customers), answers(whole, customers), strict=True):
        same.append(len(ours.keys() & theirs.keys()) / 10)
        both = [code for code in ours if code in theirs and theirs[code]["score"] > 0]
        ratio = np.array([ours[code]["score"] / theirs[code]["score"] for code in both])
        scale.append(ratio.std() / ratio.mean())
        reasons += [ours[code]["reasons"][0]["product_id"] == theirs[code]["reasons"][0]["product_id"] for code in both]
    assert np.mean(same) > 0.98
    assert np.median(scale) < 0.02
    assert np.mean(reasons) > 0.95


def test_without_streaming_they_would_differ(shop, tastes, view_of, save, tmp_path):
    """The law above can fail."""
    whole = opened(shop, tastes, view_of, save, tmp_path / "whole")
    part = opened(shop[: int(len(shop) * 0.6)], tastes, view_of, save, tmp_path / "part")
    customers = sorted({row["customer_id"] for row in shop})
    same = [len(a.keys() & b.keys()) / 10 for a, b in zip(answers(part, customers), answers(whole, customers), strict=True)]
    assert np.mean(same) < 0.9


def test_what_is_bought_now_is_trending_now(model):
    rows = [
        {"event_id": str(n), "event": "purchase", "product_id": "p33", "customer_id": f"new{n}", "at": model_now(model)}
        for n in range(400)
    ]
    assert for_customer(model, ForCustomer(customer="nobody", n=1)).body["products"][0]["product_id"] != "p33"
    model.observe("events", rows)
    assert for_customer(model, ForCustomer(customer="nobody", n=1)).body["products"][0]["product_id"] == "p33"


def model_now(model):
    from datetime import datetime

    return datetime(2024, 7, 20, tzinfo=UTC)


def test_products_that_came_after_learning_are_found_through_those_who_bought_them(model):
    now = model_now(model)
    rows = []
    for n in range(20):
        for place, product in enumerate(("p01", "brand new")):
            rows.append(
                {"event_id": f"{n}{place}", "event": "purchase", "product_id": product, "customer_id": f"early{n}", "at": now}
            )
    model.observe("events", rows)
    model.observe("events", [{"event_id": "x", "event": "purchase", "product_id": "p01", "customer_id": "late", "at": now}])
    shown = for_customer(model, ForCustomer(customer="late", n=10)).body["products"]
    found = next(product for product in shown if product["product_id"] == "brand new")
    assert found["rung"] == "customer"
    assert found["reasons"][0]["product_id"] == "p01"


def test_a_new_product_is_recommendable_the_minute_it_arrives(model):
    """It stands beside its kin, both ways, with the kin as the reason."""
    row = {
        "product_id": "arrived",
        "title": "clock number 65 and a half",
        "brand": "Birch",
        "product_type": "Garden",
        "price": 9.0,
    }
    model.observe("products", [row])
    beside_new = similar(model, Similar(product="arrived", n=5)).body["products"]
    assert all("clock" in product["title"] for product in beside_new)
    assert {product["rung"] for product in beside_new} == {"content"}
    assert beside_new[0]["reasons"][0]["product_id"] == "arrived"
    everything = similar(model, Similar(product="p05", n=200)).body["products"]
    found = next(product for product in everything if product["product_id"] == "arrived")
    assert found["rung"] == "content"
    assert found["reasons"][0]["product_id"] == "p05"


def test_events_years_after_the_last_ones_are_no_numbers_without_end(model):
    from datetime import datetime

    later = datetime(2040, 1, 1, tzinfo=UTC)
    rows = [
        {"event_id": f"y{n}", "event": "purchase", "product_id": f"p{n % 60:02}", "customer_id": f"c{n:03}", "at": later}
        for n in range(120)
    ]
    model.observe("events", rows)
    for name in ("c007", "c250", "nobody"):
        products = for_customer(model, ForCustomer(customer=name, n=20)).body["products"]
        assert len(products) == 20
        assert all(np.isfinite(product["score"]) for product in products)
