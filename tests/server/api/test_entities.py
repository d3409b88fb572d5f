from __future__ import annotations

import httpx
import pytest

from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow


def test_an_entity_is_merged_and_its_price_remembered(client: httpx.Client, shop: Shop):
    assert client.put("/api/entities/products/A", json={"title": "Lamp", "price": 10}).json()["n_new"] == 1
    assert client.post("/api/entities/products", json=[{"product_id": "A", "price": 12}, {"product_id": "B"}]).status_code == 200
    row = client.get("/api/entities/products/A").json()
    assert (row["title"], row["price"]) == ("Lamp", 12.0)
    kept = shop.sql("select price from prices where product_id = 'A' order by at").to_pylist()
    assert kept[-1] == {"price": 12.0}


def test_one_that_is_not_there(client: httpx.Client):
    reply = client.get("/api/entities/products/none")
    assert (reply.status_code, reply.json()["title"]) == (404, "'products' has no row 'none'.")


def test_a_name_with_quotes_is_only_a_name(client: httpx.Client):
    client.put("/api/entities/products/it's%20%22x%22", json={"title": "Quoted"})
    assert client.get("/api/entities/products/it's%20%22x%22").json()["title"] == "Quoted"


WRONG = [
    ("PUT", "/api/entities/products/A", {"product_id": "B"}, 422, "The address and the body name different rows."),
    ("PUT", "/api/entities/products/A", {"price": -1}, 422, "This row of 'products' cannot be taken."),
    ("POST", "/api/entities/products", [3], 422, "Row 0 is not an object."),
    ("POST", "/api/entities/product", [], 404, "There is no entity table 'product'."),
    ("GET", "/api/entities/product/A", None, 404, "There is no entity table 'product'."),
]


def test_what_cannot_be_done_is_told(client: httpx.Client):
    for method, path, body, status, title in WRONG:
        reply = client.request(method, path, json=body)
        assert (reply.status_code, reply.json()["title"]) == (status, title)


def test_some_rejected(client: httpx.Client):
    reply = client.post("/api/entities/products", json=[{"product_id": "A"}, {"product_id": "B", "price": "dear"}])
    assert reply.status_code == 207
    assert [each["index"] for each in reply.json()["rejected"]] == [1]
