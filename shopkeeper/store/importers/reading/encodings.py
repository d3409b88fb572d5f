"""In which encoding a text file is written, and the same text as UTF-8.

UTF-8 is what DuckDB reads; anything else is turned into a temporary UTF-8 file once, by Python's own codecs.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import BinaryIO

from shopkeeper.core.errors import ImportProblem
from shopkeeper.core.progress import Progress

HEAD_BYTES = 1 << 20
CHUNK_BYTES = 4 << 20
CHINESE_SHARE = 0.7
STRAY_SHARE = 0.1
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(head: bytes) -> str:
    """The encoding of a text whose first bytes are ``head``: utf-8, utf-8-sig, utf-16, utf-16-le, utf-16-be, gb18030 or cp1252.

    A text that is UTF-8 but for a few stray bytes stays UTF-8: those lines are rejected one by one.
    """
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if len(head) >= 4 and b"\0" in head[:400]:
        return "utf-16-le" if head[1:400:2].count(0) > head[0:400:2].count(0) else "utf-16-be"
    n_good, n_bad = _utf8_letters(head)
    if n_bad <= STRAY_SHARE * n_good:
        return "utf-8"
    return "gb18030" if _looks_chinese(head) else "cp1252"


def high_lines(source: BinaryIO) -> bytes:
    """The lines with bytes beyond ASCII in the rest of a file, up to a megabyte of them."""
    found: list[bytes] = []
    n_found = 0
    rest = b""
    while n_found < HEAD_BYTES and (chunk := source.read(CHUNK_BYTES)):
        if rest.isascii() and chunk.isascii():
            rest = b""
            continue
        *lines, rest = (rest + chunk).split(b"\n")
        found += [line for line in lines if not line.isascii()]
        n_found = sum(map(len, found)) + len(rest)
    if not rest.isascii():
        found.append(rest)
    return b"\n".join(found)


def _utf8_letters(head: bytes) -> tuple[int, int]:
    """How many letters beyond ASCII decode as UTF-8, and how many pieces do not; a cut last letter counts as neither."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(head)
    n_bad = text.count("�") - head.count(b"\xef\xbf\xbd")
    n_good = sum(1 for letter in text if letter > "\x7f") - text.count("�")
    return n_good, n_bad


def _looks_chinese(head: bytes) -> bool:
    """True when most bytes beyond ASCII come in pairs that GB2312 uses for Chinese letters and marks."""
    n_pairs = n_high = place = 0
    while place < len(head):
        first = head[place]
        if first < 0x80:
            place += 1
            continue
        second = head[place + 1] if place + 1 < len(head) else 0
        pair = 0xA1 <= first <= 0xF7 and second >= 0xA1
        n_pairs += 2 * pair
        n_high += 1 + (second >= 0x80)
        place += 2
    return n_high > 0 and n_pairs >= CHINESE_SHARE * n_high


def check_encoding(name: str) -> str:
    """``name`` if Python knows such an encoding; `ImportProblem` otherwise."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ImportProblem(
            f"There is no text encoding {name!r}.",
            got=name,
            wanted="an encoding such as utf-8, utf-16, gb18030, cp1252, shift_jis",
            next="leave the encoding out: it is recognized from the file",
        ) from None


def to_utf8(source: BinaryIO, encoding: str, target: Path, progress: Progress, n_bytes: int, *, spaced: bool = False) -> None:
    """Write ``source`` as UTF-8 to ``target``; bytes that cannot be decoded become U+FFFD, and such rows are rejected later.

    ``spaced`` turns runs of blanks between columns into one tab each.
    """
    text = codecs.getreader(encoding)(source, "replace")
    n_read = 0
    rest = ""
    with target.open("wb") as out:
        while chunk := text.read(CHUNK_BYTES):
            piece, rest = rest + chunk, ""
            if spaced:
                whole, end, rest = piece.rpartition("\n")
                piece = re.sub(r"[ \t]+", "\t", re.sub(r"(?m)^[ \t]+|[ \t\r]+$", "", whole)) + end
            out.write(piece.encode("utf-8", "replace"))
            n_read += len(chunk)
            progress.step(min(n_read / max(n_bytes, 1), 1.0), f"turning {encoding} into UTF-8")
        out.write(re.sub(r"[ \t]+", "\t", rest.strip()).encode("utf-8", "replace"))
