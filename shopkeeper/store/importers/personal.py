"""What names a person: keyed pseudonyms, and the masking of rows that are kept for inspection."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from shopkeeper.store.importers.reading.relation import literal
from shopkeeper.store.importers.words.synonyms import matches, plain

if TYPE_CHECKING:
    import duckdb

MASK = "***"
DIGITS = 32
BLOCK_BYTES = 64
IDENTITY_COLUMNS = ("name", "email", "phone", "address", "ip")
LOOKS_PERSONAL = re.compile(
    r"(^|billing|shipping|customer|buyer|recipient|contact)"
    r"(name|firstname|lastname|fullname|email|phone|mobile|street|address[12]?|company|zip|postcode|postalcode|city|ip)$"
    r"|^(ipaddress|emailaddress|phonenumber|birthday|birthdate|dateofbirth|passport|taxid)$|姓名|手机|电话|邮箱|地址|身份证|收货人"
)


def pseudonym(value: str, key: bytes) -> str:
    """The customer number that stands for an e-mail address or a telephone number: HMAC-SHA256, 128 bits, written p….

    Case and blanks at the ends do not matter. The same value has the same pseudonym in one shop and another in any other.
    """
    return "p" + hmac.new(key, value.strip().lower().encode(), hashlib.sha256).hexdigest()[:DIGITS]


def define_pseudonym(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Define the SQL macro ``pseudonym(text)`` of the same result (RFC 2104). The key stays out of every statement's text."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK_BYTES else key).ljust(BLOCK_BYTES, b"\0")
    connection.execute("SET VARIABLE inner_pad = ?", [bytes(byte ^ 0x36 for byte in block)])
    connection.execute("SET VARIABLE outer_pad = ?", [bytes(byte ^ 0x5C for byte in block)])
    connection.execute(
        "CREATE OR REPLACE TEMP MACRO pseudonym(x) AS 'p' || left(sha256(getvariable('outer_pad')::BLOB || "
        f"unhex(sha256(getvariable('inner_pad')::BLOB || encode(lower(trim(x))))) ), {DIGITS})"
    )


def personal_columns(names: Iterable[str]) -> frozenset[str]:
    """The columns of a file that may name a person, whether we keep them or not."""
    names = list(names)
    found = {
        column for match in matches("identities", names).items() for column in match[1].columns if match[0] in IDENTITY_COLUMNS
    }
    weak = {name for name in found if plain(name) in ("name",)}
    return frozenset((found - weak) | {name for name in names if LOOKS_PERSONAL.search(plain(name)) and plain(name) != "name"})


def shape(sql: str) -> str:
    """SQL of a text with every letter as x and every digit as 9: enough to see what is wrong with a line."""
    return f"regexp_replace(regexp_replace({sql}, '\\pL', 'x', 'g'), '\\pN', '9', 'g')"


def raw_json(names: Iterable[tuple[str, str]], personal: Iterable[str]) -> str:
    """SQL of a row as JSON from (name, expression) pairs, the filled personal ones masked."""
    masked = set(personal)
    pairs = [
        f"{literal(name)}, "
        + (f"CASE WHEN {sql} IS NULL THEN NULL ELSE '{MASK}' END" if name in masked else f"CAST({sql} AS VARCHAR)")
        for name, sql in names
    ]
    return f"CAST(json_object({', '.join(pairs)}) AS VARCHAR)"
