"""keys and users."""

import io

import pytest


def test_a_key_is_shown_once_and_then_only_known(shopkeeper, corner_shop):
    said = shopkeeper("keys", "add", "web", "--role", "storefront")
    text = said.out.strip()
    assert said.code == 0 and text.startswith("shk_") and "not shown again" in said.err
    listed = shopkeeper("keys", "list")
    assert "web" in listed.out and text not in listed.out
    (key,) = shopkeeper("keys", "list", "--json").json
    assert key["role"] == "storefront" and "hash" not in key
    assert shopkeeper("keys", "revoke", key["key_id"]).code == 0
    assert "No keys" in shopkeeper("keys", "list").out
    assert len(shopkeeper("keys", "list", "--revoked", "--json").json) == 1


def test_keys_for_programs(shopkeeper, corner_shop):
    made = shopkeeper("keys", "add", "web", "--role", "operator", "--json").json
    assert made["key"].startswith(f"shk_{made['key_id']}_") and made["role"] == "operator"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["keys", "add", "web", "--role", "owners"], "did you mean 'owner'"),
        (["keys", "revoke", "12345678"], "There is no API key"),
        (["users", "remove", "nobody"], "There is no user"),
    ],
)
def test_people_that_are_not_there(shopkeeper, corner_shop, arguments, words):
    said = shopkeeper(*arguments)
    assert said.code == 2 and words in said.err


def give(monkeypatch, password: str):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))


def test_users(shopkeeper, corner_shop, monkeypatch):
    assert "No users" in shopkeeper("users", "list").out
    give(monkeypatch, "four quiet green words")
    said = shopkeeper("users", "add", "anna", "--role", "owner", "--password-stdin")
    assert said.code == 0 and "anna may log in as owner" in said.out
    (user,) = shopkeeper("users", "list", "--json").json
    assert user["name"] == "anna" and "password" not in user
    give(monkeypatch, "another four quiet words")
    assert shopkeeper("users", "password", "anna", "--password-stdin", "--json").json["name"] == "anna"
    assert "cannot log in" in shopkeeper("users", "remove", "anna").out


def test_a_short_password_is_refused(shopkeeper, corner_shop, monkeypatch):
    give(monkeypatch, "short")
    said = shopkeeper("users", "add", "anna", "--password-stdin")
    assert said.code == 2 and "5 characters" in said.err
