"""The Python face of a shop: open its folder, add to its tables, run its tasks, ask it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopkeeper.core.errors import BadRequest, Cancelled, NotLearned, ShopExists, ShopkeeperError, ShopNotFound
from shopkeeper.core.plan import plan
from shopkeeper.core.progress import Part, Progress, Silent
from shopkeeper.core.registry import REGISTRY, Registry
from shopkeeper.core.runs import Run
from shopkeeper.core.schema import TABLES
from shopkeeper.core.settings import Change, Resolved, knobs, resolve
from shopkeeper.core.tasks import Task
from shopkeeper.running import Order, run_task
from shopkeeper.serving import Answers
from shopkeeper.shop_file import FILE, ShopSettings, find_shop, known_time_zone, read_shop_file, write_shop_file

if TYPE_CHECKING:
    import pyarrow as pa
    from narwhals.typing import IntoDataFrame

    from shopkeeper.store.importers import ImportReport, Recognition
    from shopkeeper.store.store import Appended, Store
    from shopkeeper.store.view import Results, StoreView

    Rows = Sequence[Mapping[str, Any]] | IntoDataFrame


@dataclass(frozen=True)
class TableState:
    """A table as it stands: how many rows, how fresh."""

    name: str
    kind: str
    meaning: str
    n_rows: int
    newest_at: datetime | None


class Shop:
    """One shop: a folder of tables, what was learned from them, and the answers. A context manager; close it when done."""

    def __init__(self, store: Store, file_settings: Mapping[str, Mapping[str, Any]], registry: Registry) -> None:
        self.store = store
        self.registry = registry
        self._file_settings = file_settings
        self.folder: Path = store.folder.root
        self._shop: ShopSettings = self.settings("shop").values
        self.name = self._shop.name or self.folder.name
        self.currency = self._shop.currency.upper()
        self.time_zone = known_time_zone(self._shop.time_zone)
        self.languages = self._shop.languages
        self.answers = Answers(store, registry, self.time_zone, self.currency)
        self._is_open = True

    # -- opening and closing

    @classmethod
    def open(cls, path: str | Path | None = None) -> Shop:
        """The shop at ``path``, or in this folder or the nearest one above. Raises `ShopNotFound`, `SettingError`."""
        from shopkeeper.store.store import Store

        registry = REGISTRY.discover()
        root = find_shop(Path.cwd()) if path is None else Path(path)
        if root is None or not (root / FILE).is_file():
            raise ShopNotFound(
                "There is no shop here.",
                got=str(path or Path.cwd()),
                wanted=f"a folder with {FILE}" + ("" if path else ", here or above"),
                next="`shopkeeper init my-shop` makes one, `shopkeeper demo` opens the sample shop",
            )
        sections = read_shop_file(root, registry)
        settings: Resolved[Any] = resolve("store", registry.sections["store"], [(FILE, sections.get("store", {}))])
        return cls(Store.open(root, settings=settings.values), sections, registry)

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        name: str = "",
        currency: str = "EUR",
        time_zone: str = "UTC",
        languages: Sequence[str] = ("en",),
    ) -> Shop:
        """A new, empty shop in a new or empty folder. Raises `ShopExists`, `SettingError`."""
        from shopkeeper.store.store import Store

        root = Path(path)
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise ShopExists(
                "There already is something where the shop should go.",
                got=str(root),
                wanted="a folder that does not exist or is empty",
                next="choose another folder",
            )
        settings = ShopSettings(name or root.resolve().name, currency.upper(), known_time_zone(time_zone), tuple(languages))
        Store.create(root).close()
        write_shop_file(root, settings)
        return cls.open(root)

    def close(self) -> None:
        """Write down what is pending and let the files go."""
        self._is_open = False
        self.answers.close()
        self.store.close()

    def __repr__(self) -> str:
        """Name, folder and how many rows its tables have."""
        if not self._is_open:
            return f"<Shop {self.name!r} in {self.folder}, closed>"
        n_rows = sum(self.store.count(table.name) for table in TABLES.values() if table.kind in ("fact", "entity"))
        return f"<Shop {self.name!r} in {self.folder}, {n_rows:,} rows>"

    def __enter__(self) -> Shop:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- tables

    def append(self, table: str, rows: Rows, *, source: str = "python") -> Appended:
        """Add rows (dicts or any dataframe) to a fact table; on disk when this returns. Rows already there are only counted."""
        return self.store.append(table, _as_dicts(rows), source=source)

    def upsert(self, table: str, rows: Rows, *, source: str = "python") -> Appended:
        """Add or change rows (dicts or any dataframe) of an entity table; columns that are not given stay as they are."""
        return self.store.upsert(table, _as_dicts(rows), source=source)

    def inspect(self, path: str | Path, **understood: Any) -> Recognition:
        """What an import of this file would understand; writes nothing. ``understood`` as in `import_file`."""
        from shopkeeper.store import importers

        return importers.inspect(Path(path), time_zone=self.time_zone, currency=self.currency, **understood)

    def import_file(
        self,
        path: str | Path,
        *,
        dry_run: bool = False,
        progress: Progress = Silent(),  # noqa: B008 - stateless
        **understood: Any,
    ) -> ImportReport:
        """Bring a file into the shop: CSV, JSON lines, Parquet or a product feed. Raises `ImportProblem`, `Cancelled`.

        ``understood`` says how to take it where that is not recognized: ``preset``, ``table``, ``map`` ({their column: ours}),
        and for delimited text ``delimiter``, ``encoding`` and ``header`` (False: the first line is data).
        """
        from shopkeeper.store import importers

        return importers.import_file(
            self.store,
            Path(path),
            dry_run=dry_run,
            time_zone=self.time_zone,
            currency=self.currency,
            pseudonym_key=self.store.accounts.secret("pseudonym"),
            progress=progress,
            **understood,
        )

    def view(self, as_of: datetime | None = None) -> StoreView:
        """A read-only snapshot with every table and every result in service; close it when done."""
        known = {"time_zone": self.time_zone, "currency": self.currency, "results": self._results(), "seed": self._shop.seed}
        return self.store.view(as_of=as_of, **known)

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None, *, as_of: datetime | None = None) -> pa.Table:
        """The rows of a DuckDB query over every table, view and result. Raises `QueryError`."""
        with contextlib.closing(self.view(as_of)) as view:
            return view.sql(query, parameters)

    def table(self, name: str, *, as_of: datetime | None = None) -> pa.Table:
        """A whole table, view or result. Raises `UnknownName`, and `NotLearned` for a result that was never made."""
        writer = self.registry.writer(self.registry.table(name).name)
        if writer is not None and self.result_run(writer) is None:
            raise NotLearned(
                f"There are no {name!r} yet.",
                got=f"no finished run of {writer.name!r}",
                wanted="one",
                next=f"`shopkeeper learn {writer.name}`",
            )
        with contextlib.closing(self.view(as_of)) as view:
            return view.table(name)

    def tables(self) -> list[TableState]:
        """Every fact, entity and result table with its rows and freshness."""
        states = [
            TableState(table.name, table.kind, table.meaning, self.store.count(table.name), self.store.freshness(table.name))
            for table in TABLES.values()
            if table.kind in ("fact", "entity")
        ]
        for task in self.registry.tasks.values():
            run = self.result_run(task)
            n_rows, made = (run.n_rows, run.started_at) if run else (0, None)
            states.append(TableState(task.writes.name, "result", task.writes.meaning, n_rows, made))
        return states

    # -- settings

    def settings(self, section: str, given: Mapping[str, Any] | None = None, origin: str = "given") -> Resolved[Any]:
        """A section's settings: defaults, then `shop.toml`, then ``given``. Raises `SettingError`."""
        layers = [(FILE, self._file_settings.get(section, {})), (origin, given or {})]
        return resolve(section, self.registry.sections[section], layers)

    def changes(self) -> list[tuple[str, Change]]:
        """Every setting that differs from its default, with its section and who said so."""
        found = ((section, self.settings(section)) for section in sorted(self.registry.sections))
        return [(section, change) for section, resolved in found for change in resolved.changes]

    # -- tasks

    def run(
        self,
        task: str,
        settings: Mapping[str, Any] | None = None,
        *,
        as_of: datetime | None = None,
        force: bool = False,
        progress: Progress = Silent(),  # noqa: B008 - stateless
        **named: Any,
    ) -> FinishedRun:
        """Run one task (not what it reads from) and keep its result. Raises what stopped it; the run is recorded all the same.

        Settings for this run alone stand by their names, ``shop.run("customers.value", horizon_days=90)``, or in a mapping.
        """
        declared = self.registry.task(task)
        resolved = self.settings(declared.capability, {**(settings or {}), **named})
        order = Order(
            task=declared,
            settings=resolved,
            as_of=as_of,
            force=force,
            seed=self._shop.seed,
            time_zone=self.time_zone,
            currency=self.currency,
            progress=progress,
            results=self._results(),
        )
        return FinishedRun(run_task(self.store, self.registry, order), self)

    def learn(
        self,
        tasks: Sequence[str] | None = None,
        *,
        as_of: datetime | None = None,
        force: bool = False,
        progress: Progress = Silent(),  # noqa: B008 - stateless
    ) -> list[Run]:
        """Run tasks (default: all but those on request) and what they read from, in the order of the plan.

        A task without enough data is refused by name and one that fails is recorded; the others still run.
        Raises `Cancelled` when ``progress`` says stop.
        """
        for name in tasks or ():
            self.registry.task(name)
        order = plan(self.registry.tasks, tasks or [name for name, task in self.registry.tasks.items() if not task.on_request])
        runs: list[Run] = []
        for index, task in enumerate(order):
            part = Part(progress, index / len(order), (index + 1) / len(order), f"{task.name}: ")
            try:
                runs.append(self.run(task.name, as_of=as_of, force=force, progress=part).run)
            except Cancelled:
                raise
            except ShopkeeperError:
                runs.append(self.store.runs.history(task.name, limit=1)[0])
        return runs

    def runs(self, task: str | None = None, limit: int = 50, offset: int = 0) -> list[Run]:
        """What was run, newest first."""
        found: list[Run] = self.store.runs.history(task, limit=limit, offset=offset)
        return found

    def restore_previous(self, task: str) -> str:
        """Put the task's previous model, and its result, back into service; gives its version. Raises `NotLearned`."""
        self.registry.task(task)
        version: str = self.store.models.restore_previous(task)
        return version

    def result_run(self, task: Task) -> Run | None:
        """The run whose result is in service: the one that learned the current model, else the newest finished one."""
        current = self.store.models.current(task.name)
        if current is None:
            run: Run | None = self.store.runs.latest(task.name)
            return run if run is not None and run.promoted else None
        found: Run | None = self.store.runs.of_version(task.name, current.version)
        return found

    def _results(self) -> Results:
        """Every result table by name: the file in service, or no rows where there is none yet."""
        from shopkeeper.store.arrow_types import arrow_schema

        found: dict[str, Path | pa.Table] = {}
        for task in self.registry.tasks.values():
            run = self.result_run(task)
            table = task.writes
            found[table.name] = self.store.folder.result(table.name, run.run_id) if run else arrow_schema(table).empty_table()
        return found

    # -- answers

    def ask(self, name: str, **request: Any) -> dict[str, Any]:
        """The body of an answer; fields as its request declares. Raises `UnknownName`, `SettingError`, `NotLearned`."""
        return self.answers.ask(name, request)

    def __getattr__(self, name: str) -> Room:
        """A room by name: ``shop.recommend.for_customer(customer="17850")``."""
        registry: Registry = self.__dict__.get("registry", REGISTRY)
        rooms = {answer.capability for answer in registry.answers.values()} | {
            task.capability for task in registry.tasks.values()
        }
        if name.startswith("_") or name not in rooms:
            raise AttributeError(f"a Shop has no {name!r}; rooms: {', '.join(sorted(rooms))}")
        return Room(self, name)

    def __dir__(self) -> Iterator[str]:
        yield from super().__dir__()
        yield from {answer.capability for answer in self.registry.answers.values()}


@dataclass(frozen=True)
class FinishedRun:
    """A run together with its shop: ``.table`` reads its result, everything else is the `Run`'s."""

    run: Run
    shop: Shop

    @property
    def table(self) -> pa.Table:
        """The rows that this run wrote."""
        import pyarrow.parquet

        path = self.shop.store.folder.result(self.run.writes, self.run.run_id)
        return pyarrow.parquet.read_table(path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.run, name)


class Room:
    """The answers of one capability as methods; the request's first field may stand without its name."""

    def __init__(self, shop: Shop, name: str) -> None:
        self._shop = shop
        self._name = name

    def __getattr__(self, verb: str) -> Any:
        answer = self._shop.registry.answer(f"{self._name}.{verb}")

        def ask(first: Any = None, /, **request: Any) -> dict[str, Any]:
            place = {} if first is None else {knobs(answer.request)[0].name: first}  # whose profile, which product …
            return self._shop.ask(answer.name, **place, **request)

        ask.__doc__ = answer.doc
        return ask

    def __dir__(self) -> Iterator[str]:
        answers = self._shop.registry.answers.values()
        yield from (answer.name.split(".")[1] for answer in answers if answer.capability == self._name)


def _as_dicts(rows: Rows) -> Sequence[Mapping[str, Any]]:
    """Rows as dicts: of pandas, polars, Arrow and whatever else narwhals knows, too."""
    if isinstance(rows, Sequence):
        return rows
    import narwhals

    try:
        return narwhals.from_native(rows, eager_only=True).rows(named=True)
    except TypeError as error:
        raise BadRequest(
            "These are no rows.",
            got=type(rows).__name__,
            wanted="a list of dicts or a dataframe",
            next="make a list of dicts of it",
        ) from error
