"""Runs what a page shows: its ``console`` and ``python`` blocks, one after the other, in one folder a page.

How to write a page so that it can be run:

- A ``console`` block holds lines that begin with ``$ `` (a command; ``> `` continues it) and, below each, what it prints.
  Output that is shown is compared line by line; ``…`` stands for anything, alone on a line for any lines. Output that is not
  shown is not compared. A command must succeed, unless its block says ``exits=3``. ``cd`` lasts until the end of the page.
- ``shopkeeper serve`` and ``shopkeeper demo`` are started in the background and stopped at the end of the page; the port 8000 is
  replaced by a free one everywhere on the page.
- A ``python`` block is run as a script; with ``continued`` after the block before it. One that begins with ``>>>`` is a doctest.
- A block with ``file=NAME`` is written to that file when it is reached.
- Anything else (``sh``, ``text``, ``toml`` …) is shown only.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHOWN_PORT = "8000"
LONGEST_SECONDS = 240
BASH = shutil.which("bash") or "/bin/bash"
PROGRESS = re.compile(r".+: +\d+%  +\d+\.\d s  .*")
FENCE = re.compile(r"^(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=fence)[ ]*$", re.MULTILINE | re.DOTALL)


class PageError(Exception):
    """A page that promises something which does not happen: its file, line, and what came instead."""


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    options: dict[str, str]
    body: str
    line: int


@dataclass(frozen=True)
class Command:
    """One command of a console block and the output shown below it."""

    text: str
    shown: list[str]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    found = []
    for match in FENCE.finditer(text):
        words = match["info"].split()
        options = dict(word.partition("=")[::2] for word in words[1:])
        found.append(Block(words[0] if words else "", options, match["body"], text.count("\n", 0, match.start()) + 2))
    return found


def commands(body: str) -> list[Command]:
    """The commands of a console block."""
    found: list[Command] = []
    for line in body.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif line.startswith("> ") and found and not found[-1].shown:
            found[-1] = Command(found[-1].text + "\n" + line[2:], [])
        elif found:
            found[-1].shown.append(line)
    return found


def matches(shown: list[str], printed: str) -> bool:
    """Whether the output shown is what was printed: ``…`` inside a line is anything, alone on a line any lines.

    Lines of progress count for nothing: work that takes a second prints them, and which work does depends on the machine.
    """
    wanted = [" ".join(line.split()) for line in shown if line.strip()]
    got = "\n".join(" ".join(line.split()) for line in printed.splitlines() if line.strip() and not PROGRESS.fullmatch(line))
    pattern = ""
    for line in wanted:
        pattern += r"(?:.*\n)*?" if line == "…" else re.sub(r"(\\ )?…", ".*", re.escape(line)) + r"\n"
    return re.fullmatch(pattern, got + "\n" if got else "") is not None


@dataclass
class Reader:
    """Somebody who follows a page in a folder of their own, word by word. Close it: it may have servers running."""

    page: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=lambda: free_port())  # noqa: PLW0108 - defined below
    servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._here = self.folder
        self._python = ""
        bin_folder = str(Path(sys.executable).parent)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SHOPKEEPER", "PYTEST", "COLUMNS"))}
        self._environment = kept | {"PATH": f"{bin_folder}{os.pathsep}{kept.get('PATH', '')}", "PYTHONUNBUFFERED": "1"}
        self._environment |= self.environment

    def read(self) -> int:
        """Do everything that the page shows; gives the number of blocks that were run. Raises `PageError`."""
        n_run = 0
        for block in blocks(self.page.read_text(encoding="utf-8")):
            if "file" in block.options:
                path = self._here / block.options["file"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.body, encoding="utf-8")
            elif block.language == "console":
                self._console(block)
                n_run += 1
            elif block.language == "python":
                self._script(block)
                n_run += 1
        return n_run

    def close(self) -> None:
        """Stop the servers that the page started."""
        for server in self.servers:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGINT)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()
            if server.stdout:
                server.stdout.close()

    def _console(self, block: Block) -> None:
        wanted = int(block.options.get("exits", "0"))
        for command in commands(block.body):
            text = self._with_port(command.text)
            if text.startswith("cd ") and "\n" not in text and "&&" not in text:
                self._here = (self._here / text[3:].strip()).resolve()
                if not self._here.is_dir():
                    raise self._wrong(block, command.text, "a folder", "there is none")
            elif re.match(r"shopkeeper (serve|demo)\b", text) and "--no-serve" not in text and "--help" not in text:
                self._serve(block, command, text)
            else:
                done = subprocess.run(  # noqa: S603 - runs what our own pages show
                    [BASH, "-c", text], check=False, cwd=self._here, env=self._environment, stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True, timeout=LONGEST_SECONDS,
                )  # fmt: skip
                if done.returncode != wanted:
                    raise self._wrong(block, command.text, f"exit code {wanted}", f"{done.returncode}\n{done.stdout}")
                self._compare(block, command, done.stdout)

    def _serve(self, block: Block, command: Command, text: str) -> None:
        """Start a server and wait until it answers and has printed what the page shows."""
        log = self.folder / f"served-{len(self.servers)}.txt"
        listening = text if "--port" in text else f"{text} --port {self.port}"
        with log.open("wb") as out:
            server = subprocess.Popen(  # noqa: S603 - runs what our own pages show
                [BASH, "-c", f"exec {listening}"], cwd=self._here, env=self._environment, stdout=out, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.servers.append(server)
        deadline = time.monotonic() + LONGEST_SECONDS
        while not _answers(self.port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise self._wrong(block, command.text, "a server that answers", log.read_text(errors="replace"))
            time.sleep(0.2)
        if command.shown:
            time.sleep(0.5)
            self._compare(block, command, log.read_text(errors="replace"))

    def _script(self, block: Block) -> None:
        body = self._with_port(block.body)
        if body.lstrip().startswith(">>>"):
            path = self.folder / "page.txt"
            path.write_text(body.replace("…", "..."), encoding="utf-8")
            arguments = [sys.executable, "-m", "doctest", "-o", "ELLIPSIS", "-o", "NORMALIZE_WHITESPACE", str(path)]
        else:
            self._python = (self._python if "continued" in block.options else "") + body
            arguments = [sys.executable, "-c", self._python]
        done = subprocess.run(  # noqa: S603 - runs what our own pages show
            arguments, check=False, cwd=self._here, env=self._environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=LONGEST_SECONDS,
        )  # fmt: skip
        if done.returncode:
            raise self._wrong(block, "this python block", "no error", done.stdout)

    def _compare(self, block: Block, command: Command, printed: str) -> None:
        shown = [self._with_port(line) for line in command.shown]
        if any(line.strip() for line in shown) and not matches(shown, printed):
            raise self._wrong(block, command.text, "\n" + "\n".join(shown), "\n" + printed)

    def _with_port(self, text: str) -> str:
        return re.sub(rf"(?<=[: =]){SHOWN_PORT}\b", str(self.port), text)

    def _wrong(self, block: Block, what: str, wanted: str, got: str) -> PageError:
        return PageError(f"{self.page.name}, line {block.line}: {what}\nwanted: {wanted}\ngot: {got}")


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2) as reply:
            json.load(reply)
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except (OSError, ValueError):
        return False
    return True
