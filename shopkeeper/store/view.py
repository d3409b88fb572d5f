"""A shop's tables as they were known at one moment: what tasks and people read. Implements `core.tasks.ShopView`."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import SettingError, unknown
from shopkeeper.core.progress import Progress
from shopkeeper.core.schema import TABLES
from shopkeeper.store.arrow_types import DUCKDB, conform, from_micros, to_micros
from shopkeeper.store.engines.duckdb import checked, explain, files, plain, tables_of
from shopkeeper.store.log.batches import together
from shopkeeper.store.log.segments import SEQ, SegmentInfo
from shopkeeper.store.snapshot import Snapshot

if TYPE_CHECKING:
    from shopkeeper.store.store import Store

VIEWS = Path(__file__).parent / "views"
Results = Mapping[str, "Path | pa.Table"]


class StoreView:
    """A read-only snapshot cut at ``as_of``. Thread-safe; close it, or use it in a ``with`` block.

    ``cut`` (microseconds) is where rows are cut when that is not ``as_of`` itself: a view of today shows all that is known.
    """

    def __init__(
        self,
        store: Store,
        *,
        snapshot: Snapshot,
        as_of: datetime,
        cut: int | None = None,
        seed: int,
        progress: Progress,
        time_zone: str,
        currency: str,
        results: Results,
        in_service: Mapping[str, Any] | None,
    ) -> None:
        self._store = store
        self.snapshot = snapshot
        self._as_of = as_of
        self._cut = to_micros(as_of) if cut is None else cut
        self._seed = seed
        self._progress = progress
        self._time_zone = checked_time_zone(time_zone)
        self._currency = currency
        self._results = dict(results)
        self._in_service = in_service
        self._cursor = store.engine.cursor()
        self._ready: set[str] = set()
        self._lock = threading.RLock()

    @property
    def as_of(self) -> datetime:
        """The moment at which the view is cut (UTC, inclusive)."""
        return self._as_of

    @property
    def time_zone(self) -> str:
        """The IANA name of the zone in which the shop's days begin and end."""
        return self._time_zone

    @property
    def currency(self) -> str:
        """The shop's currency, ISO 4217: what prices and amounts are rounded to."""
        return self._currency

    @property
    def seed(self) -> int:
        """Where all randomness of a task comes from."""
        return self._seed

    @property
    def progress(self) -> Progress:
        """Where the task says how far it is, and learns that it should stop."""
        return self._progress

    def table(self, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        """A fact, entity, view or result as Arrow, cut at ``as_of``; only the asked columns are read. Raises `UnknownName`."""
        self._check_columns(name, columns)
        wanted = "*" if columns is None else ", ".join(f'"{column}"' for column in columns)
        found = self._run(f'SELECT {wanted} FROM "{name}"', {}, [name])
        return conform(found, TABLES[name]) if name in TABLES and columns is None else found

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """A DuckDB query over every table by name, each cut at ``as_of``; ``$name`` parameters. Raises `QueryError`."""
        query = checked(query)
        with self._lock:
            return self._run(query, plain(parameters), tables_of(self._cursor, query, {**TABLES, **self._results}))

    def count(self, name: str) -> int:
        """How many rows ``table(name)`` has."""
        return int(self._run(f'SELECT count(*) AS n FROM "{name}"', {}, [name]).column("n")[0].as_py())

    def before(self, moment: datetime) -> StoreView:
        """The same snapshot cut at an earlier moment: what a back-test reads. Entities as they were then."""
        earlier = min(_aware(moment), self._as_of)
        return StoreView(
            self._store,
            snapshot=self.snapshot,
            as_of=earlier,
            seed=self._seed,
            progress=self._progress,
            time_zone=self._time_zone,
            currency=self._currency,
            results={name: _emptied(result) for name, result in self._results.items()},
            in_service=self._in_service,
        )

    def in_service(self) -> Mapping[str, Any] | None:
        """The card of this task's model in service, or None: what a new one must not be worse than."""
        return self._in_service

    def fingerprint(self, tables: Iterable[str], as_of: datetime | None = None) -> str:
        """A text that stays the same as long as the rows of these tables do, as far as a view as of then shows them.

        ``as_of``: the view's own moment, if not given.
        """
        limit = self._cut if as_of is None else to_micros(as_of)
        facts: dict[str, Any] = {}
        for name in sorted(self._sources(tables)):
            if name in self._results:
                result = self._results[name]
                facts[name] = str(result) if isinstance(result, Path) else f"{result.num_rows} rows"
                continue
            newest = self.snapshot.newest.get(name)
            # A cut after the newest row cuts nothing: the same rows, whatever its value.
            facts[name] = [self.snapshot.seqs.get(name, 0), None if newest is None or newest <= limit else limit]
        facts["time_zone"], facts["currency"] = self._time_zone, self._currency
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]

    def _sources(self, tables: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for name in tables:
            declared = TABLES.get(name)
            if name in self._results or (declared is not None and declared.kind != "view"):
                found.add(name)
            elif declared is not None:
                found |= self._sources(declared.of)
        return found

    def _check_columns(self, name: str, columns: Sequence[str] | None) -> None:
        declared = TABLES.get(name)
        for column in columns or ():
            if declared is not None:
                declared.column(column)

    def _run(self, query: str, parameters: Mapping[str, Any], names: Iterable[str]) -> pa.Table:
        with self._lock:
            try:
                for name in names:
                    self._prepare(name)
                return self._cursor.sql(query, params=dict(parameters) or None).to_arrow_table()
            except duckdb.Error as error:
                raise explain(error, query) from error

    def _prepare(self, name: str) -> None:
        """Make the table known to this view's cursor, on first use."""
        if name in self._ready:
            return
        declared = TABLES.get(name)
        if name in self._results:
            self._show_result(name, self._results[name])
        elif declared is None:
            raise unknown("table", name, {**TABLES, **self._results}, next="`shopkeeper show` lists the tables")
        elif declared.kind == "fact":
            self._show_fact(declared)
        elif declared.kind == "entity":
            self._cursor.register(name, self._store.read_entity(declared, self.snapshot.seqs.get(name, 0), self._cut))
        else:
            for source in declared.of:
                self._prepare(source)
            kind = "TABLE" if declared.is_held else "VIEW"
            self._cursor.execute(f'CREATE TEMP {kind} "{name}" AS {self._derived(declared)}')
        self._ready.add(name)

    def _derived(self, declared: Table) -> str:
        """The text of a shared view; ``{as_of}`` in it is the view's moment, ``{time_zone}`` the shop's."""
        if declared.differs_by and not self._cursor.execute(f'SELECT 1 FROM "{declared.differs_by}" LIMIT 1').fetchone():
            # Joined with nothing, a large shop's lines would still be hashed, and what is built on them planned worse.
            return f'SELECT * FROM "{declared.of[0]}"'
        clock = f"TIMESTAMP '{self._as_of.replace(tzinfo=None).isoformat(sep=' ')}'"
        text = (VIEWS / f"{declared.name}.sql").read_text(encoding="utf-8")
        return text.replace("{time_zone}", self._time_zone).replace("{as_of}", clock)

    def _show_result(self, name: str, result: Path | pa.Table) -> None:
        if isinstance(result, Path):
            self._cursor.execute(f'CREATE TEMP VIEW "{name}" AS SELECT * FROM read_parquet({files([str(result)])})')
        else:
            self._cursor.register(name, result)

    def _show_fact(self, table: Table) -> None:
        """The table as segments and tail, each row once, up to the snapshot's number and not after ``as_of``."""
        seq = self.snapshot.seqs.get(table.name, 0)
        segments, batches, codec = self._store.plan(table.name, seq)
        columns = ", ".join(f'"{name}"' for name in table.names)
        cut = f"TIMESTAMP '{from_micros(self._cut).replace(tzinfo=None).isoformat(sep=' ')}'"
        own = [one for one in segments if not one.stands_in]
        parts = self._reads(own, seq, columns, cut)
        if batches:
            self._cursor.register(f"_tail_{table.name}", together(codec, batches))
            parts.append(f'SELECT {columns} FROM "_tail_{table.name}" WHERE "at" <= {cut}')
        parts += self._stand_ins(table, [one for one in segments if one.stands_in], seq, columns, cut)
        if not parts:
            nothing = ", ".join(f'CAST(NULL AS {DUCKDB[column.type]}) AS "{column.name}"' for column in table.columns)
            parts.append(f"SELECT {nothing} WHERE false")
        self._cursor.execute(f'CREATE TEMP VIEW "{table.name}" AS {" UNION ALL ".join(parts)}')

    def _reads(self, segments: Sequence[SegmentInfo], seq: int, columns: str, cut: str | None) -> list[str]:
        """SELECTs of the segments' rows up to the snapshot's number and, unless that is None, to the cut."""
        return [
            f"SELECT {columns} FROM read_parquet({files(paths)}, union_by_name = true)" + (f" WHERE {where}" if where else "")
            for paths, where in self._grouped(segments, seq, cut and f'"at" <= {cut}')
        ]

    def _stand_ins(self, table: Table, made: Sequence[SegmentInfo], seq: int, columns: str, cut: str) -> list[str]:
        """SELECTs of the rows of segments that stand in for others, without those whose own row the snapshot has.

        An own row of a later moment replaces one, too: that a row was made for it does not depend on when files were brought in.
        """
        segments, batches, _ = self._store.plan(table.name, seq)
        own = self._reads([one for one in segments if not one.stands_in], seq, table.id, None)
        own += [f'SELECT {table.id} FROM "_tail_{table.name}"'] if batches else []
        parts = self._reads(made, seq, columns, cut)
        if not own or not made:
            return parts
        theirs = " UNION ALL ".join(self._reads(made, seq, table.id, None))
        self._cursor.execute(
            f'CREATE TEMP TABLE "_replaced_{table.name}" AS SELECT made.{table.id} FROM ({theirs}) AS made '
            f"SEMI JOIN ({' UNION ALL '.join(own)}) AS own ON made.{table.id} = own.{table.id}"
        )
        found = self._cursor.execute(f'SELECT count(*) FROM "_replaced_{table.name}"').fetchone()
        n_replaced = found[0] if found else 0
        if n_replaced == sum(one.n_rows for one in made):
            return []
        without = f'ANTI JOIN "_replaced_{table.name}" AS gone ON made.{table.id} = gone.{table.id}'
        return [f"SELECT made.* FROM ({part}) AS made {without}" for part in parts] if n_replaced else parts

    def _grouped(self, segments: Sequence[SegmentInfo], seq: int, cut: str | None) -> list[tuple[list[str], str]]:
        """Files that need the same condition together, so that whole ones are read without any."""
        groups: dict[str, list[str]] = {}
        for one in segments:
            conditions = []
            if one.has_seq and one.last_seq > seq:
                conditions.append(f"{SEQ} <= {seq}")
            if cut and (one.max_at is None or one.max_at > self._cut):
                conditions.append(cut)
            groups.setdefault(" AND ".join(conditions), []).append(str(self._store.folder.root / one.file))
        return [(paths, where) for where, paths in groups.items()]

    def close(self) -> None:
        """Let go of the cursor."""
        with self._lock, suppress(duckdb.Error):
            self._cursor.close()

    def __enter__(self) -> StoreView:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _emptied(result: Path | pa.Table) -> pa.Table:
    """A result's columns without its rows: they were made from what an earlier view must not know."""
    return pq.read_schema(result).empty_table() if isinstance(result, Path) else result.slice(0, 0)


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def checked_time_zone(name: str) -> str:
    """The name if the time zone database knows it; `SettingError` otherwise."""
    if name != "UTC" and name not in available_timezones():
        raise SettingError(
            f"There is no time zone {name!r}.",
            got=name,
            wanted="a name of the IANA database, such as Europe/London",
            next="correct time_zone in shop.toml",
        )
    return name
