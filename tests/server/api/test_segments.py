"""POST /api/segments/count, and the answers about segments beside it."""

import pytest

from shopkeeper.core.errors import ExpressionError


def test_a_count_and_a_mistake(shop, serve):
    shop.append("order_lines", [
        {"line_id": f"l{n}", "order_id": f"o{n}", "at": f"2026-01-{n + 1:02}T10:00:00Z", "customer_id": customer, "product_id": "p",
         "quantity": 1, "price": 10.0} for n, customer in enumerate(["anna", "anna", "ben"])])  # fmt: skip
    client = serve()
    early = client.post("/api/segments/count", json={"expression": "n_orders >= 2"})
    assert (early.status_code, early.json()["type"]) == (409, "urn:shopkeeper:not-learned")
    shop.run("customers.features")
    shop.run("customers.profiles")
    body = client.post("/api/segments/count", json={"expression": "n_orders>=2"}).json()
    assert body == {
        "expression": "n_orders >= 2", "n_customers": 1, "n_reachable": 1, "value": 20.0, "share": 0.5, "value_share": 2 / 3,
        "notes": [],
    }  # fmt: skip
    wrong = client.post("/api/segments/count", json={"expression": "n_order >= 2"})
    assert wrong.status_code == 422
    problem = wrong.json()
    assert (problem["position"], problem["end"], problem["wanted"]) == (0, 7, "did you mean n_orders?")
    assert client.post("/api/segments/count", json={"expresion": "x"}).status_code == 422


def test_the_answers_refuse_a_mistake_in_the_same_way(shop, serve):
    shop.append("order_lines", [
        {"line_id": f"l{n}", "order_id": f"o{n}", "at": f"2026-01-{n + 1:02}T10:00:00Z", "customer_id": f"c{n}", "product_id": "p",
         "quantity": 1, "price": 10.0} for n in range(5)])  # fmt: skip
    for task in ("customers.features", "customers.profiles", "customers.segments"):
        shop.run(task)
    client = serve()
    counted = client.post("/api/segments/count", json={"expression": "laped"})
    for answer in ("segment_members", "look_alikes"):
        told = client.get(f"/api/customers/{answer}", params={"expression": "laped"})
        assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")
        assert told.json() == counted.json()
        assert told.json()["caret"] == "laped\n^^^^^"
        unknown = client.get(f"/api/customers/{answer}", params={"segment": "high_valu"})
        assert (unknown.status_code, unknown.json()["nearest"]) == (404, "high_value")
        assert client.get(f"/api/customers/{answer}").status_code == 422
    with pytest.raises(ExpressionError, match="not known"):
        shop.customers.segment_members(expression="laped")
