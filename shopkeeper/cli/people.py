"""Commands for who may come in: keys for programs, users for the dashboard."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shopkeeper.cli.app import UPKEEP, AsJson, ShopPath, command, group, opened
from shopkeeper.cli.terminal.printing import json_out, table_out

if TYPE_CHECKING:
    from shopkeeper.store.accounts import Key, User

Role = Annotated[
    str,
    typer.Option(
        metavar="ROLE", help="storefront (send events, ask), operator (also read results, run tasks) or owner (everything)"
    ),
]
UserName = Annotated[str, typer.Argument(metavar="NAME", help="the user's name")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", metavar="", help="read the password from stdin instead of asking")
]

keys = group(
    "keys", panel=UPKEEP, help="API keys: who may use HTTP.", example="shopkeeper keys add storefront-web --role storefront"
)
users = group(
    "users", panel=UPKEEP, help="Users: who may log in to the dashboard.", example="shopkeeper users add anna --role owner"
)


@command("add", to=keys, example="shopkeeper keys add web --role storefront")
def add_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="what the key is for")],
    role: Role = "storefront",
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Make an API key and show it. It is shown this once: only its hash is kept."""
    with opened(shop) as here:
        text, key = here.store.accounts.add_key(name, role)
    if as_json:
        json_out(_key(key) | {"key": text})
    else:
        typer.echo(text)
        typer.echo(f"Key {key.key_id} for {key.name}, role {key.role}. Keep it now: it is not shown again.", err=True)


@command("list", to=keys, example="shopkeeper keys list --revoked")
def list_keys(
    revoked: Annotated[bool, typer.Option("--revoked", metavar="", help="also those that were revoked")] = False,
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """List the keys: name, role, when last used."""
    with opened(shop) as here:
        found = here.store.accounts.keys(revoked=revoked)
    _list([_key(key) for key in found], "No keys yet: the server listens on 127.0.0.1 only.", as_json=as_json)


@command("revoke", to=keys, example="shopkeeper keys revoke 3f9a12c4")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="the key's number, as `shopkeeper keys list` shows it")],
    as_json: AsJson = False,
    shop: ShopPath = None,
) -> None:
    """Revoke a key. From now on it opens nothing."""
    with opened(shop) as here:
        key = here.store.accounts.revoke_key(key_id)
    if as_json:
        json_out(_key(key))
    else:
        typer.echo(f"Revoked: {key.key_id} ({key.name}, {key.role}).")


@command("add", to=users, example="shopkeeper users add anna --role operator")
def add_user(
    name: UserName, role: Role = "operator", password_stdin: PasswordStdin = False, as_json: AsJson = False, shop: ShopPath = None
) -> None:
    """Add somebody who may log in to the dashboard; asks for the password."""
    with opened(shop) as here:
        user = here.store.accounts.add_user(name, _password(password_stdin), role)
    _told(user, f"{user.name} may log in as {user.role}.", as_json=as_json)


@command("list", to=users, example="shopkeeper users list")
def list_users(as_json: AsJson = False, shop: ShopPath = None) -> None:
    """List who may log in: name, role, last login."""
    with opened(shop) as here:
        found = here.store.accounts.users()
    _list([_user(user) for user in found], "No users yet: the dashboard asks for no login on 127.0.0.1.", as_json=as_json)


@command("password", to=users, example="shopkeeper users password anna")
def set_password(name: UserName, password_stdin: PasswordStdin = False, as_json: AsJson = False, shop: ShopPath = None) -> None:
    """Give a user a new password. Every login made with the old one ends."""
    with opened(shop) as here:
        here.store.accounts.user(name)
        user = here.store.accounts.set_password(name, _password(password_stdin))
    _told(user, f"{user.name} has a new password.", as_json=as_json)


@command("remove", to=users, example="shopkeeper users remove anna")
def remove_user(name: UserName, as_json: AsJson = False, shop: ShopPath = None) -> None:
    """Remove a user, who from now on cannot log in."""
    with opened(shop) as here:
        user = here.store.accounts.remove_user(name)
    _told(user, f"{user.name} cannot log in any more.", as_json=as_json)


def _password(from_stdin: bool) -> str:
    """Never from an option: those stay in the shell's history and are seen in the list of processes."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _key(key: Key) -> dict[str, Any]:
    return {
        "key_id": key.key_id, "name": key.name, "role": key.role, "created_at": key.created_at,
        "last_used_at": key.last_used_at, "revoked_at": key.revoked_at,
    }  # fmt: skip


def _user(user: User) -> dict[str, Any]:
    return {"name": user.name, "role": user.role, "created_at": user.created_at, "last_login_at": user.last_login_at}


def _told(user: User, sentence: str, *, as_json: bool) -> None:
    if as_json:
        json_out(_user(user))
    else:
        typer.echo(sentence)


def _list(rows: list[dict[str, Any]], nobody: str, *, as_json: bool) -> None:
    if as_json:
        json_out(rows)
    elif rows:
        table_out(list(rows[0]), (row.values() for row in rows))
    else:
        typer.echo(nobody)
