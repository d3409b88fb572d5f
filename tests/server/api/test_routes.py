"""Every address against every role; the matrix is made from the application, so a new address cannot be forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import counting
import httpx
import pytest
from fastapi.routing import APIRoute

from shopkeeper.core.errors import DeclarationError
from shopkeeper.server.api.routes import KNOWN_ROLES, NEEDS, Routes
from shopkeeper.server.app import create_app
from shopkeeper.server.settings import ServerSettings
from shopkeeper.shop import Shop
from shopkeeper.store.accounts import ROLES, allows

pytestmark = pytest.mark.slow

Serve = Callable[..., httpx.Client]


def addresses(app) -> Iterator[tuple[str, str, str]]:
    """(method, path, role) of every address of the API."""
    for route in app.state.fast.values():
        for method in route.methods:
            yield method, route.path, route.role
    for route in app.state.api.routes:
        assert isinstance(route, APIRoute), f"{route} has no rights"
        for method in route.methods:
            yield method, route.path, route.openapi_extra[NEEDS]


def test_every_address_says_who_may_use_it(shop: Shop, declared: list[str]):
    counting.declare(declared)
    found = list(addresses(create_app(shop, ServerSettings(dashboard=False))))
    assert len(found) > 40
    assert {role for _, _, role in found} == set(KNOWN_ROLES)
    anyone = {path for _, path, role in found if role == "anyone"}
    assert anyone == {"/api/health", "/api/health/live", "/api/health/ready", "/api/openapi.json"}
    storefront = {path for _, path, role in found if role == "storefront"}
    assert storefront >= {"/api/events", "/api/counting/how_many", "/api/facts/outcomes", "/api/facts/impressions"}
    assert not any(path.startswith(("/api/table", "/api/entit", "/api/job", "/api/run")) for path in storefront)


def test_every_role_at_every_address(shop: Shop, declared: list[str], serve: Serve):
    counting.declare(declared)
    keys = {role: shop.store.accounts.add_key(role, role)[0] for role in ROLES}
    client = serve(refused_rate_per_second=10_000)
    wrong = []
    for method, path, needed in addresses(create_app(shop, ServerSettings(dashboard=False))):
        address = path.replace("{table}", "nothing").replace("{name}", "products").replace("{task}", "no.task")
        address = address.replace("{id}", "1").replace("{job_id}", "1")
        for role in (None, *ROLES):
            headers = {"X-Api-Key": keys[role]} if role else {}
            if path == "/api/learn":  # would start work
                headers["Content-Type"] = "text/plain"
            status = client.request(method, address, headers=headers).status_code
            expected = "any" if needed == "anyone" or allows(role, needed) else (403 if role else 401)
            passes = status not in (401, 403) if expected == "any" else status == expected
            if not passes or (status >= 500 and path != "/api/health/ready"):
                wrong.append((method, path, role, status, expected))
    assert wrong == []


@pytest.mark.parametrize("name", ["identities", "rejected"])
def test_personal_data_is_the_owners(shop: Shop, serve: Serve, name: str):
    keys = {role: shop.store.accounts.add_key(role, role)[0] for role in ROLES}
    shop.upsert("identities", [{"customer_id": "anna", "email": "anna@example.com"}])
    shop.append("events", [{"event": "nonsense"}])
    client = serve()
    as_operator, as_owner = ({"X-Api-Key": keys[role]} for role in ("operator", "owner"))
    for form in ("json", "csv", "arrow"):
        reply = client.get(f"/api/tables/{name}", params={"format": form}, headers=as_operator)
        assert reply.status_code == 403
        assert b"anna" not in reply.content
        assert client.get(f"/api/tables/{name}", params={"format": form}, headers=as_owner).status_code == 200
    assert name not in {table["name"] for table in client.get("/api/tables", headers=as_operator).json()}
    assert name in {table["name"] for table in client.get("/api/tables", headers=as_owner).json()}
    if name == "identities":
        assert client.get("/api/entities/identities/anna", headers=as_operator).status_code == 403
        assert client.get("/api/entities/identities/anna", headers=as_owner).json()["email"] == "anna@example.com"


def test_an_address_without_rights_cannot_be_declared(shop: Shop):
    app = create_app(shop, ServerSettings(dashboard=False))
    routes = Routes(app.state.api, app.state.security)
    with pytest.raises(DeclarationError, match="GET /api/new has no known role"):
        routes.add("GET", "/api/new", "everybody", lambda: None)


# -- the document


def references(value) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_document_describes_every_address_and_only_what_is_there(counted_shop: Shop, serve: Serve):
    app = create_app(counted_shop, ServerSettings(dashboard=False))
    written = serve().get("/api/openapi.json").json()
    assert written == json.loads(json.dumps(app.openapi()))
    assert written["openapi"].startswith("3.1")
    described = {(method.upper(), path) for path, operations in written["paths"].items() for method in operations}
    hidden = {("POST", "/api/facts/{table}"), ("POST", "/api/entities/{table}"), ("GET", "/api/entities/{table}/{id}")}
    assert described == {(method, path) for method, path, _ in addresses(app)} - hidden
    assert "/api/counting/how_many" in written["paths"]


def test_the_document_is_whole(counted_shop: Shop):
    written = create_app(counted_shop, ServerSettings(dashboard=False)).openapi()
    schemas = written["components"]["schemas"]
    for reference in references(written):
        assert reference.removeprefix("#/components/schemas/") in schemas
    identities = [operation["operationId"] for operations in written["paths"].values() for operation in operations.values()]
    assert len(identities) == len(set(identities))
    for path, operations in written["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert any(status.startswith("2") for status in operation["responses"]), where
            assert bool(operation.get("security")) is (operation[NEEDS] != "anyone"), where
            placed = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
            assert placed == set(_braces(path)), where
            if "422" in operation["responses"]:
                assert "application/problem+json" in operation["responses"]["422"]["content"], where


def _braces(path: str) -> Iterator[str]:
    for part in path.split("/"):
        if part.startswith("{"):
            yield part.strip("{}")
