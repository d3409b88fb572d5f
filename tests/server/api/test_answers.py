from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import counting
import httpx
import pytest

from shopkeeper import Reply, answer, parameter
from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

Serve = Callable[..., httpx.Client]


def test_an_answer_has_an_address_and_its_decision_is_written_down(counted_shop: Shop, serve: Serve):
    client = serve()
    body = client.get("/api/counting/how_many", params={"product": "A"}).json()
    assert (body["product_id"], body["n_events"]) == ("A", 3)
    assert body["model_version"] == counted_shop.answers.ready()["counting.how_many"]
    assert client.post("/api/counting/how_many", json={"product": "A"}).json()["n_events"] == 3
    counted_shop.answers.flush()
    kept = counted_shop.sql("select * from decisions where decision_id = $id", {"id": body["decision_id"]}).to_pylist()
    assert [(row["answer"], row["customer_id"]) for row in kept] == [("counting.how_many", "anna")]


def test_what_was_sent_just_now_counts_in_the_next_answer(counted_shop: Shop, serve: Serve):
    import time

    client = serve()
    assert client.post("/api/events", json={"event": "view_item", "product_id": "B"}).status_code == 200
    deadline = time.monotonic() + 2
    while client.get("/api/counting/how_many?product=B").json()["n_events"] != 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)


WRONG = [
    ("prodct=A", "'counting.how_many' takes no 'prodct'.", "did you mean 'product'?"),
    ("n=11", "counting.how_many n cannot be '11'.", "a whole number, 1 to 10"),
    ("n=many", "counting.how_many n cannot be 'many'.", "a whole number, 1 to 10"),
    ("product=%FF", "The query string cannot be read.", "name=value&name=value in UTF-8"),
]


def test_a_wrong_request_is_told_in_four_parts(counted_shop: Shop, serve: Serve):
    client = serve()
    for query, what, wanted in WRONG:
        reply = client.get(f"/api/counting/how_many?{query}")
        assert (reply.status_code, reply.json()["title"], reply.json()["wanted"]) == (422, what, wanted)
        assert reply.json()["got"]
        assert reply.json()["next"]


def test_a_body_that_is_no_object_is_told(counted_shop: Shop, serve: Serve):
    client = serve()
    for body in (b"[]", b"3", b"{", b'{"n": 1'):
        reply = client.post("/api/counting/how_many", content=body, headers={"Content-Type": "application/json"})
        assert reply.status_code == 422
        assert reply.json()["title"] in ("The body is not an object.", "The body is not JSON.")


def test_before_anything_is_learned_it_says_what_to_do(shop: Shop, declared: list[str], serve: Serve):
    counting.declare(declared)
    reply = serve().get("/api/counting/how_many")
    assert reply.status_code == 409
    assert reply.json()["next"] == "`shopkeeper learn counting.count`"


def test_the_document_has_ranges_defaults_and_help(counted_shop: Shop, serve: Serve):
    operations = serve().get("/api/openapi.json").json()["paths"]["/api/counting/how_many"]
    product, n = operations["get"]["parameters"]
    assert n["schema"] == {"type": "integer", "minimum": 1, "maximum": 10, "default": 1, "description": "a number in a range"}
    assert (product["name"], product["in"], product["required"], product["description"]) == ("product", "query", False, "the product to count")  # fmt: skip
    assert operations["get"]["summary"] == "How often this product was met."
    assert set(operations["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]) == {"product", "n"}


@dataclass(frozen=True)
class Echo:
    """What to say back."""

    word: str = parameter("", "any word")
    words: tuple[str, ...] = parameter((), "several words")


def test_an_answer_declared_in_one_file_appears(counted_shop: Shop, declared: list[str], serve: Serve):
    @answer("counting.echo", uses="counting.count")
    def echo(model: object, request: Echo) -> Reply:
        """The same words."""
        return Reply({"word": request.word, "words": list(request.words)})

    declared.append("counting.echo")
    client = serve()
    body = client.get("/api/counting/echo?word=h%C3%A9+%26&words=a&words=b").json()
    assert (body["word"], body["words"]) == ("hé &", ["a", "b"])
    assert client.get("/api/counting/echo?words=a,b").json()["words"] == ["a", "b"]
    assert client.get("/api/openapi.json").json()["paths"]["/api/counting/echo"]["get"]["summary"] == "The same words."
    assert "decision_id" not in body
