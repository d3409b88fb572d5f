"""What is asked about customers, through the shop's own door."""

from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.core.errors import SettingError
from shopkeeper.core.registry import REGISTRY

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def learned(shop):
    shop.append("order_lines", [
        {"line_id": f"l{n}", "order_id": f"o{n}", "at": NOW - timedelta(days=n), "customer_id": f"c{n % 9}", "product_id": "p",
         "quantity": 1 + n % 9, "price": 2.0} for n in range(40)])  # fmt: skip
    for task in ("customers.features", "customers.profiles", "customers.segments"):
        shop.run(task)
    return shop


def test_three_answers_of_one_model():
    names = {name: answer.uses for name, answer in REGISTRY.discover().answers.items() if name.startswith("customers.")}
    assert names == dict.fromkeys(
        ("customers.profile", "customers.segment_members", "customers.look_alikes"), "customers.segments"
    )


def test_in_python_as_short_as_that(learned):
    assert learned.customers.profile(customer="c1")["orders"]["n_orders"] == 5
    assert learned.customers.segment_members(expression="n_orders >= 5")["n_customers"] == 4
    assert learned.customers.look_alikes(expression="n_orders >= 5", n=2)["n_members"] == 4


def test_a_segment_saved_since_learning_is_answered_at_once(learned):
    learned.upsert("segments", [{"segment_id": "often", "title": "Often", "expression": "n_orders >= 5"}])
    body = learned.ask("customers.segment_members", segment="often")
    assert [row["customer_id"] for row in body["customers"]] == ["c0", "c1", "c2", "c3"]
    assert "often" in [tag["segment_id"] for tag in learned.ask("customers.profile", customer="c2")["tags"]]


def test_a_refusal_holds_at_once(learned):
    learned.upsert("customers", [{"customer_id": "c0", "accepts_marketing": False}])
    body = learned.ask("customers.segment_members", expression="n_orders >= 5", reachable_only=True)
    assert [row["customer_id"] for row in body["customers"]] == ["c1", "c2", "c3"]
    assert body["n_reachable"] == 3


def test_who_must_be_named(learned):
    with pytest.raises(SettingError, match="needs 'customer'"):
        learned.ask("customers.profile")
