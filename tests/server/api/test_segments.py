"""POST /api/segments/count."""


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
