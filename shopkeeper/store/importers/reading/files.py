"""What a file is, told by its content and not by its name: format, compression, encoding; and its columns."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

from shopkeeper.core.errors import DiskFull, ImportProblem
from shopkeeper.core.progress import Progress, Silent
from shopkeeper.store.importers.reading.encodings import HEAD_BYTES, check_encoding, encoding_of, high_lines, to_utf8
from shopkeeper.store.importers.reading.layout import SPACES, Layout, layout_of

Format = Literal["csv", "jsonl", "json", "parquet", "xml"]
COMPRESSIONS = ((b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"))
KINDS_WE_READ = "CSV, JSON lines, a JSON array, Parquet or a Google Merchant feed in XML, each also .gz or .zst"
STRANGE = (
    (b"PK\x03\x04", "a ZIP or Excel file", "unpack it, or save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", "save the sheet as CSV"),
    (b"SQLite format 3", "a SQLite database", "export its tables as CSV"),
    (b"%PDF", "a PDF", "export the data itself as CSV"),
    (b"BZh", "a bzip2 file", "unpack it with bunzip2"),
    (b"\xfd7zXZ", "an xz file", "unpack it with unxz"),
)


@dataclass(frozen=True)
class Opened:
    """A file and how to read it. ``readable`` is what DuckDB reads: the file itself, or a temporary UTF-8 or JSONL copy."""

    path: Path
    readable: Path
    format: Format
    compression: str
    encoding: str
    layout: Layout | None = None

    @property
    def n_bytes(self) -> int:
        """Size of the file as it came."""
        return self.path.stat().st_size


def open_file(
    path: Path,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Opened:
    """What the file is, from its first megabyte. `ImportProblem` when it cannot be read or is of a kind that we do not read."""
    _readable(path)
    with explained(path), path.open("rb") as raw:
        first = raw.read(16)
    compression = next((name for mark, name in COMPRESSIONS if first.startswith(mark)), "")
    with explained(path), stream(path, compression) as source:
        head = source.read(HEAD_BYTES)
        # a head of ASCII says nothing: in a long file the first name with an accent may stand far behind
        letters = high_lines(source) if encoding is None and head.isascii() and b"\0" not in head[:400] else b""
    for mark, what, advice in STRANGE:
        if head.startswith(mark):
            raise ImportProblem(f"{path.name} is {what}.", got=what, wanted=KINDS_WE_READ, next=advice)
    if head.startswith(b"PAR1"):
        if compression:
            raise ImportProblem(
                f"{path.name} is a compressed Parquet file.", got=compression, wanted="Parquet as it is", next="unpack it first"
            )
        return Opened(path, path, "parquet", "", "")
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise ImportProblem(
            f"{path.name} is empty.", got=f"{path.stat().st_size} bytes", wanted=KINDS_WE_READ, next="export it again"
        )
    name = check_encoding(encoding) if encoding else encoding_of(letters or head)
    text = head.decode(name, "replace").lstrip("\ufeff")
    if name == "utf-8-sig":
        name = "utf-8"
    opened = Opened(path, path, _format(text), compression, name)
    if opened.format == "csv":
        whole_lines = text if len(head) < HEAD_BYTES else text[: text.rfind("\n") + 1] or text
        opened = replace(opened, layout=layout_of(whole_lines, delimiter, header))
    return opened


def _format(text: str) -> Format:
    start = text.lstrip()
    if start.startswith("<"):
        return "xml"
    if start.startswith("{"):
        return "jsonl"
    if start.startswith("[") and start[1:].lstrip()[:1] in ("{", "]", ""):
        return "json"
    return "csv"


def _readable(path: Path) -> None:
    if path.is_dir():
        raise ImportProblem(f"{path} is a folder.", got="a folder", wanted="a file", next="import its files one by one")
    if not path.exists():
        raise ImportProblem(f"There is no file {path}.", got=str(path), wanted="a file", next="look at the path")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what the system says about a file or a disk into `ImportProblem` or `DiskFull`."""
    import duckdb
    import pyarrow as pa

    try:
        yield
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            raise disk_full(path, str(error)) from None
        raise unreadable(path, str(error)) from None
    except (EOFError, zipfile.BadZipFile, pa.ArrowInvalid) as error:
        raise unreadable(path, str(error)) from None
    except duckdb.OutOfMemoryException as error:
        raise ImportProblem(
            f"There is not enough memory to import {path.name}.",
            got=str(error).splitlines()[0][:300],
            wanted="rows of ordinary size, and memory for some of them at a time",
            next="import it in parts, or on a machine with more memory",
        ) from None
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        if "No space left" in str(error) or "disk space" in str(error):
            raise disk_full(path, said) from None
        raise unreadable(path, said) from None


def unreadable(path: Path, said: str) -> ImportProblem:
    """The error for a file that cannot be read to its end."""
    return ImportProblem(
        f"{path.name} cannot be read.",
        got=said[:300],
        wanted=KINDS_WE_READ,
        next="check that the file is complete and that you may read it, or export it again",
    )


def disk_full(path: Path, said: str) -> DiskFull:
    """The error for a disk without room; the import leaves nothing behind."""
    return DiskFull(
        f"The disk has no room to import {path.name}.",
        got=said[:300],
        wanted=f"about {2 * path.stat().st_size / 1e6:,.0f} MB free",
        next="make room and import it again: nothing of it was kept",
    )


@contextmanager
def stream(path: Path, compression: str) -> Iterator[BinaryIO]:
    """The file's bytes, unpacked."""
    import pyarrow as pa

    if not compression:
        with path.open("rb") as plain:
            yield plain
        return
    with pa.input_stream(str(path), compression=compression, buffer_size=1 << 20) as packed:
        yield io.BufferedReader(_Readable(packed), 1 << 20)


class _Readable(io.RawIOBase):
    """An Arrow stream as Python's raw stream, so that buffers, codecs and parsers take it."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._source.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def prepare(opened: Opened, folder: Path, progress: Progress | None = None) -> Opened:
    """The same file, made readable for DuckDB: in UTF-8, and XML as JSON lines, by a copy in ``folder`` where needed."""
    from shopkeeper.store.importers.reading.xml_feed import xml_to_jsonl

    spaced = opened.layout is not None and opened.layout.delimiter == SPACES
    if opened.format == "parquet" or (opened.format != "xml" and opened.encoding == "utf-8" and not spaced):
        return opened
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"readable-{opened.path.name}.tmp"
    with explained(opened.path), stream(opened.path, opened.compression) as source:
        if shutil.disk_usage(folder).free < 2 * opened.n_bytes:
            raise disk_full(opened.path, f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB free")
        if opened.format == "xml":
            xml_to_jsonl(source, target)
        else:
            to_utf8(source, opened.encoding, target, progress or Silent(), opened.n_bytes, spaced=spaced)
    if spaced and opened.layout is not None:
        opened = replace(opened, layout=replace(opened.layout, delimiter="\t"))
    kind: Format = "jsonl" if opened.format == "xml" else opened.format
    return replace(opened, readable=target, compression="", format=kind)
