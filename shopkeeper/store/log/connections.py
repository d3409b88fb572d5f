"""Connections to shop.sqlite: one a thread, closed when the thread is gone or the store is closed."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shopkeeper.store.folder import Folder
from shopkeeper.store.log import database
from shopkeeper.store.log.locks import locked


class Connections:
    """Gives each thread its own connection."""

    def __init__(self, folder: Folder, busy_seconds: float) -> None:
        self._folder = folder
        self._busy_seconds = busy_seconds
        self._mine = threading.local()
        self._all: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._lock = threading.Lock()

    def get(self) -> sqlite3.Connection:
        """This thread's connection; whoever takes it does not close it."""
        found: sqlite3.Connection | None = getattr(self._mine, "connection", None)
        if found is None:
            found = self._mine.connection = self.open()
            with self._lock:
                gone = [one for one in self._all if not one[0].is_alive()]
                for one in gone:
                    one[1].close()
                    self._all.remove(one)
                self._all.append((threading.current_thread(), found))
        return found

    def open(self) -> sqlite3.Connection:
        """A connection of the caller's own, to be closed by the caller."""
        return database.connect(self._folder.database, busy_seconds=self._busy_seconds)

    def state(self) -> tuple[sqlite3.Connection, int, int]:
        """Something that changes whenever anybody, this thread included, may have written; costs a few microseconds."""
        connection = self.get()
        # data_version tells of all other connections' commits, total_changes of this one's.
        return connection, connection.execute("PRAGMA data_version").fetchone()[0], connection.total_changes

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection inside a write transaction, durable when the block ends. Raises the house's errors."""
        connection = self.get()
        with (
            database.in_words(self._folder.database),
            locked(self._folder.write_lock, seconds=self._busy_seconds),
            database.transaction(connection),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection inside a read transaction. Raises the house's errors."""
        with database.in_words(self._folder.database), database.reading(self.get()) as connection:
            yield connection

    def close(self) -> None:
        """Close every thread's connection."""
        with self._lock:
            for _, connection in self._all:
                connection.close()
            self._all.clear()
            self._mine = threading.local()
