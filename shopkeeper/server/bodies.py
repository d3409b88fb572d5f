"""What is in a request: its body as bytes or rows, its query as a dictionary."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import orjson

from shopkeeper.core.errors import BadRequest, TooLarge, TooSlow, UnknownForm
from shopkeeper.server.security import Headers

if TYPE_CHECKING:
    from starlette.types import Receive

NDJSON = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
MOST_FIELDS = 200
LINES_AT_ONCE = 1000  # the event loop breathes after so many lines: an answer waits for less than a millisecond or two


async def read_body(receive: Receive, headers: Headers, timeout_seconds: float) -> bytes:
    """The whole body. Raises `TooSlow`, `TooLarge` (the gate counts) and `UnknownForm` for a compressed one."""
    if headers.get(b"content-encoding", b"identity") not in (b"", b"identity"):
        raise UnknownForm(
            "A compressed body cannot be taken.",
            got=headers[b"content-encoding"].decode("latin-1"),
            wanted="a body without Content-Encoding",
            next="send it plain; for large files there is `shopkeeper import`",
        )
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(timeout_seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise BadRequest("The request was broken off.", got="half a body", wanted="all of it", next="send it again")
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise TooSlow(
            "The request took too long to arrive.", got=f"more than {timeout_seconds:g} seconds", wanted="all of the body",
            next="send smaller requests",
        ) from None  # fmt: skip


def media_type(headers: Headers) -> str:
    """The content type without its parameters, in lower case; empty when there is none."""
    return headers.get(b"content-type", b"").decode("latin-1").partition(";")[0].strip().lower()


def parse_json(raw: bytes) -> Any:
    """The body as JSON. Raises `BadRequest`, whose words say where it is broken."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        shown = raw[max(0, error.pos - 20) : error.pos + 20].decode("utf-8", "replace")
        raise BadRequest("The body is not JSON.", got=f"{error} near {shown!r}", wanted="JSON", next="correct it there") from None


def parse_object(raw: bytes, wanted: str) -> dict[str, Any]:
    """The body as one JSON object; an empty body is an empty object."""
    value = parse_json(raw) if raw.strip() else {}
    if not isinstance(value, dict):
        raise BadRequest("The body is not an object.", got=type(value).__name__, wanted=wanted, next='send {"name": value, …}')
    return value


async def parse_rows(raw: bytes, headers: Headers, most_rows: int) -> tuple[list[Any], bool]:
    """The rows of a batch, and whether it was a single object. By content type: JSON (object or array) or NDJSON.

    A line of NDJSON that is not JSON becomes a row that is not an object, so that it is refused by its index.
    """
    kind = media_type(headers)
    if kind in NDJSON:
        return await _parse_lines(raw, most_rows), False
    if kind not in ("application/json", ""):
        raise UnknownForm(
            "Rows in this form cannot be taken.", got=kind, wanted="application/json or application/x-ndjson",
            next="set the Content-Type header to what the body is",
        )  # fmt: skip
    value = parse_json(raw)
    if isinstance(value, dict):
        return [value], True
    if not isinstance(value, list):
        raise BadRequest(
            "The body is neither an object nor an array.", got=type(value).__name__, wanted="one row or an array of rows",
            next="send [{…}, {…}]",
        )  # fmt: skip
    _check_count(len(value), most_rows)
    return value, False


async def _parse_lines(raw: bytes, most_rows: int) -> list[Any]:
    lines = [line for line in raw.split(b"\n") if line.strip()]
    _check_count(len(lines), most_rows)
    rows: list[Any] = []
    for start in range(0, len(lines), LINES_AT_ONCE):
        rows.extend(map(_line, lines[start : start + LINES_AT_ONCE]))
        await asyncio.sleep(0)
    return rows


def _line(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return line.decode("utf-8", "replace")


def _check_count(n_rows: int, most_rows: int) -> None:
    if n_rows > most_rows:
        raise TooLarge(
            "The batch has too many rows.", got=f"{n_rows:,} rows", wanted=f"at most {most_rows:,}",
            next="send several batches; for files there is `shopkeeper import`", limit_rows=most_rows,
        )  # fmt: skip


def parse_query(query: bytes) -> dict[str, Any]:
    """The query string as name -> text, or a list of texts where a name is given more than once."""
    found: dict[str, Any] = {}
    try:
        text = query.decode("ascii")
        if "%" in text or "+" in text or text.count("&") >= MOST_FIELDS:
            pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
        else:  # nothing is encoded in most queries, and this is three times as fast
            pairs = [(name, value) for name, _, value in (field.partition("=") for field in text.split("&")) if name]
    except ValueError:
        raise BadRequest(
            "The query string cannot be read.", got=query[:100].decode("latin-1"), wanted="name=value&name=value in UTF-8",
            next="percent-encode what is not a letter or digit",
        ) from None  # fmt: skip
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def with_ids(rows: list[Any], id_column: str, idempotency_key: bytes | None) -> list[Any]:
    """Rows without a number of their own get one made from the request's Idempotency-Key and their place in it.

    So a request that is sent again after a lost reply counts once, even where the caller has no numbers for its rows.
    """
    if not idempotency_key:
        return rows
    return [
        {**row, id_column: hashlib.sha256(b"%b:%d" % (idempotency_key, index)).hexdigest()[:32]}
        if isinstance(row, dict) and row.get(id_column) in (None, "")
        else row
        for index, row in enumerate(rows)
    ]
