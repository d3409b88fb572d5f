"""Who may come in: API keys for programs and users (people of the shop's staff) for the dashboard.

Kept in `shop.sqlite`. Of a key only its SHA-256 is kept: the key is 256 random bits, so there is nothing to guess and a
slow hash would protect nothing. Passwords are chosen by people, so they are kept as scrypt hashes (RFC 7914).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from shopkeeper.core.errors import BadRequest, NotAuthenticated, TooManyRequests, UnknownName, unknown

Role = Literal["storefront", "operator", "owner"]
ROLES: tuple[str, ...] = get_args(Role)  # each may do what the ones before it may

KEY_PREFIX = "shk"

# RFC 7914; n, r, p are one of the equivalent minimums of OWASP's password sheet: 32 MiB and about 0.2 s a check.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 3
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 1000

# Wrong passwords within the window after which a login has to wait: for one name from one address, for one address
# whatever the name, and for one name from everywhere. The last is high, so that a stranger cannot lock the owner out.
WINDOW_SECONDS = 15 * 60
MOST_FAILURES = {"pair": 5, "address": 20, "name": 100}

TABLES = """
CREATE TABLE IF NOT EXISTS api_keys (
    key_id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, last_used_at INTEGER, revoked_at INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS users (
    user_id TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, role TEXT NOT NULL, password TEXT NOT NULL,
    created_at INTEGER NOT NULL, last_login_at INTEGER, removed_at INTEGER) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS users_name ON users (name) WHERE removed_at IS NULL;
CREATE TABLE IF NOT EXISTS failed_logins (subject TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS failed_logins_subject ON failed_logins (subject, at);
CREATE TABLE IF NOT EXISTS ended_sessions (session_id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
"""


@dataclass(frozen=True)
class Key:
    """One API key, without its secret. ``key_id`` is the visible part of it."""

    key_id: str
    name: str
    role: Role
    hash: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class User:
    """One person who may log in. ``stamp`` changes with the password: sessions made before it stop to hold."""

    user_id: str
    name: str
    role: Role
    stamp: str
    created_at: datetime
    last_login_at: datetime | None


class Accounts:
    """Keys, users, the server's secrets and the count of wrong passwords. Thread-safe.

    ``connect`` gives this thread's connection to `shop.sqlite`, ``writing`` the same inside a durable transaction, ``clock``
    the seconds since 1970.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        writing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connect = connect
        self._writing = writing
        self._clock = clock
        self._ready = False

    # -- keys

    def add_key(self, name: str, role: str) -> tuple[str, Key]:
        """A new key as text (shown this once, kept nowhere) and what is kept of it. Raises `BadRequest` for a wrong role."""
        checked = _checked_role(role)
        key_id = secrets.token_hex(4)
        text = f"{KEY_PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO api_keys (key_id, name, role, hash, created_at) VALUES (?, ?, ?, ?, ?)",
                (key_id, name, checked, hash_of(text), self._now()),
            )
        return text, next(key for key in self.keys() if key.key_id == key_id)

    def keys(self, *, revoked: bool = False) -> list[Key]:
        """The keys that hold, oldest first; with ``revoked`` also those that no longer do."""
        condition = "" if revoked else " WHERE revoked_at IS NULL"
        columns = "key_id, name, role, hash, created_at, last_used_at, revoked_at"
        rows = self._connection().execute(f"SELECT {columns} FROM api_keys{condition} ORDER BY created_at, key_id").fetchall()
        return [
            Key(key_id, name, role, kept, _moment(created), _moment(used), _moment(gone))
            for key_id, name, role, kept, created, used, gone in rows
        ]

    def revoke_key(self, key_id: str) -> Key:
        """The key of that id, which from now on opens nothing. Raises `UnknownName`."""
        known = {key.key_id: key for key in self.keys()}
        if key_id not in known:
            raise unknown("API key", key_id, known, next="`shopkeeper keys list` lists them")
        with self._changing() as connection:
            connection.execute("UPDATE api_keys SET revoked_at = ? WHERE key_id = ?", (self._now(), key_id))
        return next(key for key in self.keys(revoked=True) if key.key_id == key_id)

    def mark_used(self, used_at: Mapping[str, float]) -> None:
        """Remember when keys were last used: key_id -> seconds since 1970."""
        with self._changing() as connection:
            connection.executemany(
                "UPDATE api_keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE key_id = ?",
                [(int(seconds * 1e6), key_id) for key_id, seconds in used_at.items()],
            )

    # -- users

    def add_user(self, name: str, password: str, role: str) -> User:
        """A new user. Raises `BadRequest` for a wrong role, a bad password or a name that is taken."""
        checked = _checked_role(role)
        name = name.strip()
        if not name or len(name) > 100 or not name.isprintable():
            raise BadRequest("A user needs a name.", got=repr(name), wanted="1 to 100 printable characters", next="give a name")
        record = hash_password(password)
        user_id = secrets.token_hex(8)
        with self._changing() as connection:
            taken = connection.execute("SELECT name FROM users WHERE removed_at IS NULL").fetchall()
            if name.casefold() in {row[0].casefold() for row in taken}:
                raise BadRequest(
                    f"There already is a user {name!r}.", got=name, wanted="a name that is free", next="choose another name"
                )
            connection.execute(
                "INSERT INTO users (user_id, name, role, password, created_at) VALUES (?, ?, ?, ?, ?)",
                (user_id, name, checked, record, self._now()),
            )
        return self.user(name)

    def users(self) -> list[User]:
        """Everybody who may log in, oldest first."""
        columns = "user_id, name, role, password, created_at, last_login_at"
        rows = (
            self._connection()
            .execute(f"SELECT {columns} FROM users WHERE removed_at IS NULL ORDER BY created_at, user_id")
            .fetchall()
        )
        return [
            User(user_id, name, role, _stamp(record), _moment(created), _moment(logged_in))
            for user_id, name, role, record, created, logged_in in rows
        ]

    def user(self, name: str) -> User:
        """The user of that name (upper and lower case are the same). Raises `UnknownName`."""
        known = {user.name.casefold(): user for user in self.users()}
        if name.casefold() not in known:
            raise unknown("user", name, (user.name for user in known.values()), next="`shopkeeper users list` lists them")
        return known[name.casefold()]

    def set_password(self, name: str, password: str) -> User:
        """The user with a new password; every session made with the old one ends. Raises `UnknownName`, `BadRequest`."""
        return self._change(name, "password", hash_password(password))

    def set_role(self, name: str, role: str) -> User:
        """The user with another role. Raises `UnknownName`, `BadRequest`."""
        return self._change(name, "role", _checked_role(role))

    def _change(self, name: str, column: str, value: str) -> User:
        user = self.user(name)
        with self._changing() as connection:
            connection.execute(f"UPDATE users SET {column} = ? WHERE user_id = ?", (value, user.user_id))
        return self.user(name)

    def remove_user(self, name: str) -> User:
        """The user who from now on cannot log in any more. Raises `UnknownName`."""
        user = self.user(name)
        with self._changing() as connection:
            connection.execute("UPDATE users SET removed_at = ? WHERE user_id = ?", (self._now(), user.user_id))
        return user

    def check_password(self, name: str, password: str, address: str = "") -> User:
        """The user who gave the right password; takes about 0.2 s of one core whatever the outcome.

        Raises `NotAuthenticated`, the same for a wrong name and a wrong password, and `TooManyRequests` after too many
        wrong ones (5 for this name from this address, 20 from this address, 100 for this name, in 15 minutes).
        """
        subjects = {
            "pair": f"pair:{name.casefold()}:{address}", "address": f"address:{address}", "name": f"name:{name.casefold()}",
        }  # fmt: skip
        # Counted before the check and taken back after a right one: parallel guesses cannot slip through in between.
        counted_at = self._count_login(subjects)
        user = next((user for user in self.users() if user.name.casefold() == name.casefold()), None)
        right = password_matches(password, self._password_of(user) if user else _NOBODY)
        if user is None or not right:
            raise NotAuthenticated(
                "Name or password is wrong.", got="a login that is not known", wanted="a user's name and password",
                next="try again, or set a new password with `shopkeeper users password NAME`",
            )  # fmt: skip
        with self._changing() as connection:
            connection.execute("DELETE FROM failed_logins WHERE subject = ?", (subjects["pair"],))
            taken_back = [(subjects["address"], counted_at), (subjects["name"], counted_at)]
            connection.executemany("DELETE FROM failed_logins WHERE subject = ? AND at = ?", taken_back)
            connection.execute("UPDATE users SET last_login_at = ? WHERE user_id = ?", (self._now(), user.user_id))
        return user

    def _password_of(self, user: User) -> str:
        row = self._connection().execute("SELECT password FROM users WHERE user_id = ?", (user.user_id,)).fetchone()
        return str(row[0])

    def _count_login(self, subjects: Mapping[str, str]) -> int:
        now = self._now()
        with self._changing() as connection:
            connection.execute("DELETE FROM failed_logins WHERE at < ?", (now - WINDOW_SECONDS * 1_000_000,))
            for kind, subject in subjects.items():
                first, n_failed = connection.execute(
                    "SELECT min(at), count(*) FROM failed_logins WHERE subject = ?", (subject,)
                ).fetchone()
                if n_failed >= MOST_FAILURES[kind]:
                    wait_seconds = max(1, int(WINDOW_SECONDS - (now - first) / 1e6) + 1)
                    raise TooManyRequests(
                        "Too many wrong passwords.", got=f"{n_failed} in {WINDOW_SECONDS // 60} minutes",
                        wanted=f"fewer than {MOST_FAILURES[kind]}", next=f"wait {wait_seconds} seconds and try again",
                        retry_after_seconds=wait_seconds,
                    )  # fmt: skip
            connection.executemany("INSERT INTO failed_logins VALUES (?, ?)", [(subject, now) for subject in subjects.values()])
        return now

    # -- sessions and secrets

    def end_session(self, session_id: str, expires_at: float) -> None:
        """Remember that this session was logged out, until it would have ended by itself (seconds since 1970)."""
        with self._changing() as connection:
            connection.execute("DELETE FROM ended_sessions WHERE expires_at < ?", (self._now(),))
            connection.execute("INSERT OR IGNORE INTO ended_sessions VALUES (?, ?)", (session_id, int(expires_at * 1e6)))

    def ended_sessions(self) -> frozenset[str]:
        """The sessions that were logged out and would otherwise still hold."""
        return frozenset(row[0] for row in self._connection().execute("SELECT session_id FROM ended_sessions"))

    def secret(self, name: str) -> bytes:
        """32 random bytes of that name, made when first asked for and then always the same."""
        row = self._connection().execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        if row is None:
            with self._changing() as connection:
                connection.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_bytes(32)))
                row = connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])

    @property
    def is_open(self) -> bool:
        """Whether there never was a key or a user. Revoking the last key does not open a shop again."""
        return (
            not self._connection().execute("SELECT (SELECT count(*) FROM api_keys) + (SELECT count(*) FROM users)").fetchone()[0]
        )

    # -- the database

    def _now(self) -> int:
        return int(self._clock() * 1_000_000)

    def _connection(self) -> sqlite3.Connection:
        connection = self._connect()
        if not self._ready:
            there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "secrets" not in there:
                with self._writing() as writing:
                    for statement in TABLES.split(";\n"):
                        writing.execute(statement)
            self._ready = True
        return connection

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        self._connection()
        with self._writing() as connection:
            yield connection


def allows(role: str | None, needed: str) -> bool:
    """Whether ``role`` may do what ``needed`` may: owner ⊃ operator ⊃ storefront; None may do nothing."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def hash_of(key: str) -> str:
    """What is kept of a key: its SHA-256 as 64 hex digits."""
    return hashlib.sha256(key.encode()).hexdigest()


def hash_password(password: str) -> str:
    """What is kept of a password: ``scrypt$n$r$p$salt$hash``. Raises `BadRequest` when it is too short or too long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadRequest(
            "This password cannot be used.", got=f"{len(password)} characters",
            wanted=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters", next="choose a longer one, for example four words",
        )  # fmt: skip
    salt = secrets.token_bytes(16)
    return "$".join(["scrypt", str(SCRYPT_N), str(SCRYPT_R), str(SCRYPT_P), *map(_text, (salt, _scrypt(password, salt)))])


def password_matches(password: str, record: str) -> bool:
    """Whether this is the password of which ``record`` was kept; compared in constant time."""
    try:
        _, n, r, p, salt, wanted = record.split("$")
        got = _scrypt(password[:LONGEST_PASSWORD], base64.b64decode(salt), int(n), int(r), int(p))
        return hmac.compare_digest(got, base64.b64decode(wanted))
    except (ValueError, binascii.Error):
        return False


def _scrypt(password: str, salt: bytes, n: int = SCRYPT_N, r: int = SCRYPT_R, p: int = SCRYPT_P) -> bytes:
    raw = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(raw, salt=salt, n=n, r=r, p=p, maxmem=256 * n * r, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


# The record of a password that nobody has: a login with an unknown name takes as long as one with a known name.
_NOBODY = "$".join(["scrypt", str(SCRYPT_N), str(SCRYPT_R), str(SCRYPT_P), _text(bytes(16)), _text(bytes(32))])


def _stamp(record: str) -> str:
    return hashlib.sha256(record.encode()).hexdigest()[:16]


def _moment(microseconds: int | None) -> Any:
    return None if microseconds is None else datetime.fromtimestamp(microseconds / 1e6, UTC)


def _checked_role(role: str) -> str:
    if role not in ROLES:
        raise _unknown_role(role, ROLES)
    return role


def _unknown_role(role: str, known: Iterable[str]) -> UnknownName:
    return unknown("role", role, known, next="storefront sends events and asks, operator also runs tasks, owner may do all")
