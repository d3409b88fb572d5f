from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from shopkeeper.core.errors import BadRequest, NotAuthenticated, StoreBusy, TooManyRequests, UnknownName
from shopkeeper.store import accounts as accounts_module
from shopkeeper.store.accounts import Accounts, allows, hash_of, hash_password, password_matches
from shopkeeper.store.settings import StoreSettings
from shopkeeper.store.store import Store

PASSWORD = "correct horse battery"
REAL_COST = (accounts_module.SCRYPT_N, accounts_module.SCRYPT_R, accounts_module.SCRYPT_P)
REAL_NOBODY = accounts_module._NOBODY


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_760_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def cheap_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same function with a small cost; the real cost has its own test."""
    monkeypatch.setattr(accounts_module, "SCRYPT_N", 2**4)
    monkeypatch.setattr(accounts_module, "SCRYPT_P", 1)
    monkeypatch.setattr(accounts_module, "_NOBODY", REAL_NOBODY.replace("$32768$8$3$", "$16$8$1$"))
    monkeypatch.setattr(accounts_module._scrypt, "__defaults__", (2**4, 8, 1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path, settings=StoreSettings(busy_seconds=0.3)) as made:
        yield made


@pytest.fixture
def accounts(store: Store, clock: Clock) -> Accounts:
    return Accounts(store.connect, store.writing, clock)


def everything_written(tmp_path: Path) -> bytes:
    return b"".join(path.read_bytes() for path in tmp_path.glob("shop.sqlite*"))


def test_a_key_is_shown_once_and_only_its_hash_is_kept(accounts: Accounts, tmp_path: Path):
    text, key = accounts.add_key("web", "storefront")
    assert re.fullmatch(r"shk_[0-9a-f]{8}_[\w-]{43}", text)
    assert text.split("_")[1] == key.key_id
    assert (key.name, key.role, key.hash, key.revoked_at) == ("web", "storefront", hash_of(text), None)
    written = everything_written(tmp_path)
    assert text.split("_", 2)[2].encode() not in written
    assert key.hash.encode() in written


def test_a_revoked_key_is_listed_only_on_request_and_cannot_be_revoked_twice(accounts: Accounts):
    _, first = accounts.add_key("web", "storefront")
    _, second = accounts.add_key("till", "operator")
    assert accounts.revoke_key(first.key_id).revoked_at is not None
    (kept,) = accounts.keys()
    assert kept.name == "till"
    assert {key.name for key in accounts.keys(revoked=True)} == {"web", "till"}
    with pytest.raises(UnknownName, match="There is no API key"):
        accounts.revoke_key(first.key_id)
    assert accounts.keys()[0].key_id == second.key_id


def test_a_misspelled_role_names_the_right_one(accounts: Accounts):
    with pytest.raises(UnknownName, match="did you mean 'storefront'"):
        accounts.add_key("web", "store-front")
    with pytest.raises(UnknownName, match="did you mean 'operator'"):
        accounts.add_user("anna", PASSWORD, "oprator")
    assert accounts.keys() == accounts.users() == []


def test_when_a_key_was_used_never_goes_back(accounts: Accounts):
    _, key = accounts.add_key("web", "storefront")
    accounts.mark_used({key.key_id: 2000.0})
    accounts.mark_used({key.key_id: 1000.0})
    (kept,) = accounts.keys()
    assert kept.last_used_at is not None
    assert kept.last_used_at.timestamp() == 2000.0


def test_roles_contain_each_other():
    matrix = {(role, needed): allows(role, needed) for role in ("storefront", "operator", "owner", None, "boss")
              for needed in ("storefront", "operator", "owner")}  # fmt: skip
    assert {pair for pair, allowed in matrix.items() if allowed} == {
        ("storefront", "storefront"), ("operator", "storefront"), ("operator", "operator"),
        ("owner", "storefront"), ("owner", "operator"), ("owner", "owner"),
    }  # fmt: skip


def test_a_password_is_kept_as_scrypt_with_its_own_salt():
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first != second
    assert first.startswith("scrypt$")
    assert PASSWORD not in first
    assert password_matches(PASSWORD, first)
    assert password_matches(PASSWORD, second)
    assert not password_matches(PASSWORD + "x", first)
    assert not password_matches("", first)
    assert not password_matches(PASSWORD, "scrypt$16$8$1$!!$??")
    assert not password_matches(PASSWORD, "plain")


def test_the_cost_is_what_the_password_sheet_asks_for_and_unknown_names_pay_it_too():
    assert REAL_NOBODY.split("$")[1:4] == ["32768", "8", "3"]
    assert REAL_COST == (2**15, 8, 3)


@pytest.mark.parametrize("password", ["", "short", "x" * 1001])
def test_a_bad_password_is_refused_with_what_to_do(accounts: Accounts, password: str):
    with pytest.raises(BadRequest, match="10 to 1000 characters") as caught:
        accounts.add_user("anna", password, "owner")
    assert password not in caught.value.sentence or not password
    assert "choose a longer one" in caught.value.next


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 101])
def test_a_user_needs_a_name(accounts: Accounts, name: str):
    with pytest.raises(BadRequest, match="A user needs a name"):
        accounts.add_user(name, PASSWORD, "owner")


def test_a_name_is_taken_once_whatever_its_case_and_free_after_removal(accounts: Accounts):
    accounts.add_user("Anna", PASSWORD, "owner")
    with pytest.raises(BadRequest, match="There already is a user 'anna'"):
        accounts.add_user("anna", PASSWORD, "operator")
    accounts.remove_user("ANNA")
    assert accounts.users() == []
    assert accounts.add_user("anna", PASSWORD, "operator").role == "operator"


def test_the_right_password_opens_and_is_remembered(accounts: Accounts, clock: Clock):
    made = accounts.add_user("anna", PASSWORD, "operator")
    user = accounts.check_password("ANNA", PASSWORD, "10.0.0.1")
    assert (user.user_id, user.role, made.last_login_at) == (made.user_id, "operator", None)
    assert accounts.user("anna").last_login_at.timestamp() == clock.now


def test_a_wrong_name_and_a_wrong_password_cannot_be_told_apart(accounts: Accounts):
    accounts.add_user("anna", PASSWORD, "operator")
    told = []
    for name, password in (("anna", "wrong password"), ("nobody", PASSWORD)):
        with pytest.raises(NotAuthenticated) as caught:
            accounts.check_password(name, password, "10.0.0.1")
        told.append(caught.value.as_problem())
    assert told[0] == told[1]


def test_a_new_password_changes_the_stamp_and_the_old_one_no_longer_opens(accounts: Accounts):
    before = accounts.add_user("anna", PASSWORD, "operator")
    after = accounts.set_password("anna", "another long password")
    assert before.stamp != after.stamp
    with pytest.raises(NotAuthenticated):
        accounts.check_password("anna", PASSWORD)
    assert accounts.check_password("anna", "another long password").user_id == before.user_id
    assert accounts.set_role("anna", "owner").role == "owner"


def fail(accounts: Accounts, name: str, address: str) -> None:
    with pytest.raises(NotAuthenticated):
        accounts.check_password(name, "wrong password", address)


def test_five_wrong_passwords_make_a_login_wait_but_not_from_elsewhere(accounts: Accounts, clock: Clock):
    accounts.add_user("anna", PASSWORD, "owner")
    for _ in range(5):
        fail(accounts, "anna", "10.0.0.1")
    with pytest.raises(TooManyRequests, match="Too many wrong passwords") as caught:
        accounts.check_password("anna", PASSWORD, "10.0.0.1")
    assert 0 < caught.value.facts["retry_after_seconds"] <= 15 * 60 + 1
    assert accounts.check_password("anna", PASSWORD, "10.0.0.2").name == "anna"
    clock.now += 15 * 60 + 1
    assert accounts.check_password("anna", PASSWORD, "10.0.0.1").name == "anna"


def test_one_address_cannot_try_many_names(accounts: Accounts):
    for index in range(20):
        fail(accounts, f"name-{index}", "10.0.0.1")
    with pytest.raises(TooManyRequests):
        accounts.check_password("name-99", "wrong password", "10.0.0.1")


def test_right_passwords_do_not_count_as_wrong_ones(accounts: Accounts, clock: Clock):
    accounts.add_user("anna", PASSWORD, "owner")
    for _ in range(30):
        clock.now += 1
        accounts.check_password("anna", PASSWORD, "10.0.0.1")


def test_guesses_at_the_same_time_are_all_counted(accounts: Accounts):
    def guess(_: int) -> str:
        try:
            accounts.check_password("anna", "wrong password", "10.0.0.1")
        except (NotAuthenticated, TooManyRequests) as error:
            return error.slug
        return "in"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count("not-authenticated") == 5
    assert outcomes.count("too-many-requests") == 19


def test_the_count_survives_a_restart(accounts: Accounts, store: Store, clock: Clock):
    for _ in range(5):
        fail(accounts, "anna", "10.0.0.1")
    with pytest.raises(TooManyRequests):
        Accounts(store.connect, store.writing, clock).check_password("anna", PASSWORD, "10.0.0.1")


def test_a_shop_is_open_until_its_first_key_or_user_and_never_again(accounts: Accounts):
    assert accounts.is_open
    _, key = accounts.add_key("web", "owner")
    accounts.revoke_key(key.key_id)
    assert not accounts.is_open


def test_a_removed_last_user_does_not_open_the_shop_again(accounts: Accounts):
    accounts.add_user("anna", PASSWORD, "owner")
    accounts.remove_user("anna")
    assert not accounts.is_open


def test_a_secret_is_made_once(accounts: Accounts, store: Store):
    first = accounts.secret("sessions")
    assert len(first) == 32
    assert accounts.secret("sessions") == Accounts(store.connect, store.writing).secret("sessions") == first
    assert accounts.secret("pseudonym") != first


def test_ended_sessions_are_forgotten_when_they_would_have_ended(accounts: Accounts, clock: Clock):
    accounts.end_session("a", clock.now + 10)
    clock.now += 11
    accounts.end_session("b", clock.now + 10)
    assert accounts.ended_sessions() == {"b"}


def test_a_held_database_is_told_as_busy(accounts: Accounts, store: Store):
    accounts.add_key("web", "owner")
    with closing(sqlite3.connect(store.folder.database)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="Another process holds"):
            accounts.add_key("till", "owner")
        holder.rollback()
    assert len(accounts.keys()) == 1
