"""How long work shows where it is: a bar with the time left at a terminal, plain lines anywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from shopkeeper.core.progress import Progress, Silent

LINE_EVERY_SECONDS, NEXT_LINE_SECONDS = 5.0, 1.0
SHORT_SECONDS = 1.0


@contextmanager
def watching(title: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Somebody to hand to long work as its progress. Everything goes to stderr, so that stdout stays clean."""
    if quiet:
        yield Silent()
    elif sys.stderr.isatty():
        with _bar(title) as bar:
            yield bar
    else:
        yield Lines(title)


class Lines:
    """A line when the work turns to something else, one a second at most; one in five seconds while it does not.

    Short work says nothing.
    """

    def __init__(self, title: str, *, short_seconds: float = SHORT_SECONDS) -> None:
        self._title = title
        self._short_seconds = short_seconds
        self._began = time.monotonic()
        self._last_at = 0.0
        self._last_doing = ""

    def step(self, share: float, doing: str) -> None:
        """Print how far the work is, unless that was said a moment ago."""
        now = time.monotonic()
        if now - self._began < self._short_seconds:
            return
        pause = LINE_EVERY_SECONDS if doing == self._last_doing else NEXT_LINE_SECONDS
        if now - self._last_at < pause:
            return
        self._last_at, self._last_doing = now, doing
        typer.echo(f"{self._title}: {share:4.0%}  {now - self._began:5.1f} s  {doing}", err=True)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    class Bar:
        """One line that fills."""

        def __init__(self, bars: Bars, task: TaskID) -> None:
            self._bars = bars
            self._task = task

        def step(self, share: float, doing: str) -> None:
            """Move the bar."""
            self._bars.update(self._task, completed=share, doing=doing)

    columns = (
        TextColumn("{task.description}"), BarColumn(bar_width=30), TaskProgressColumn(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(), TextColumn("{task.fields[doing]}", markup=False),
    )  # fmt: skip
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        yield Bar(bars, bars.add_task(title, total=1.0, doing=""))
