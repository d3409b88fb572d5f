"""What an import will understand of a file: shown before anything is written, and exact about what is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shopkeeper.core import schema
from shopkeeper.core.errors import ImportProblem, unknown
from shopkeeper.store.importers.presets.preset import Preset
from shopkeeper.store.importers.reading.files import Opened
from shopkeeper.store.importers.words import synonyms

RETURNED_AT = "returned_at"  # not a column of order_lines: a preset's moment at which a line was taken back
ASSUMED = {"order_lines.quantity": "1"}
MADE = "made from the row's content"
OF_ORDER: Mapping[str, str] = {"order_lines.at": "order_at", "order_lines.customer_id": "order_customer_id"}
"""What a line without it takes from its order, and that order's column while the file is read."""


@dataclass(frozen=True)
class Use:
    """Where one of our columns comes from: the file's ``columns``, as they are, put together, or in a template ``sql``.

    ``of_order``: not from the file, but from the order that the shop has under the line's number (a value of `OF_ORDER`).
    """

    columns: tuple[str, ...] = ()
    sql: str = ""
    constant: str | None = None
    join: str = ""
    pseudonym: bool = False
    unless: str = ""
    factor: float = 1.0
    form: str = ""
    weak: bool = False
    note: str = ""
    of_order: str = ""

    @property
    def words(self) -> str:
        """Where it comes from, in words."""
        if self.of_order:
            return (
                "its order, which must be in the shop"
                if self.of_order == OF_ORDER["order_lines.at"]
                else "its order, where known"
            )
        if self.constant is not None:
            return f"always {self.constant!r}"
        shown = (" + " if self.join else " or ").join(self.columns)
        return f"keyed pseudonym of {shown}" if self.pseudonym else shown


@dataclass(frozen=True)
class Recognition:
    """How a file is understood: ``uses`` maps ``table.column`` to its source; without the ``missing`` ones it cannot be.

    ``fitting`` maps what is missing to the columns of the file that are not used and whose values would do.
    """

    opened: Opened
    names: tuple[str, ...]
    tables: tuple[str, ...]
    uses: Mapping[str, Use]
    preset: Preset | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    line_number: str | None = None
    personal: frozenset[str] = field(default_factory=frozenset)
    fitting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def primary(self) -> str:
        """The table whose rows the file's rows are; empty when none is recognized."""
        return self.tables[0] if self.tables else ""

    @property
    def needs_orders(self) -> bool:
        """True when the lines have no moment of their own: those whose order the shop does not have must wait for it."""
        use = self.uses.get("order_lines.at")
        return use is not None and bool(use.of_order)

    @property
    def asks_orders(self) -> bool:
        """True when something of the lines is taken from their orders."""
        return any(use.of_order for use in self.uses.values())

    @property
    def ignored(self) -> tuple[str, ...]:
        """The file's columns that nothing is made from."""
        used = {name for use in self.uses.values() for name in (*use.columns, use.unless)} | self.unread
        return tuple(name for name in self.names if name not in used)

    @property
    def unread(self) -> frozenset[str]:
        """The file's columns that decide about rows without becoming columns of ours."""
        rules = self.preset.rows if self.preset else ()
        return frozenset({self.line_number or ""} | {name for rule in rules for name in references(rule.when)})

    def of(self, table: str) -> dict[str, Use]:
        """Column → source of one table."""
        return {target.split(".", 1)[1]: use for target, use in self.uses.items() if target.split(".", 1)[0] == table}

    def as_dict(self) -> dict[str, Any]:
        """JSON-able."""
        layout = self.opened.layout
        return {
            "file": self.opened.path.name,
            "format": self.opened.format,
            "compression": self.opened.compression,
            "encoding": self.opened.encoding,
            "delimiter": layout.delimiter if layout else "",
            "header": layout.header if layout else None,
            "preset": self.preset.name if self.preset else "",
            "tables": list(self.tables),
            "columns": {target: use.words for target, use in self.uses.items()},
            "guessed": [target for target, use in self.uses.items() if use.weak],
            "missing": list(self.missing),
            "ignored": list(self.ignored),
            "personal": sorted(self.personal),
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """The recognition for people, one line a fact."""
        opened, layout = self.opened, self.opened.layout
        kind = {"csv": "delimited text", "jsonl": "JSON lines", "json": "JSON array", "xml": "XML feed"}.get(
            opened.format, "Parquet"
        )
        how = [kind, opened.compression, opened.encoding, f"delimiter {layout.delimiter!r}" if layout else ""]
        if layout and not layout.header:
            how.append("no header")
        found = [f"{opened.path.name}: {', '.join(filter(None, how))}"]
        if self.preset:
            found.append(f"  known form: {self.preset.title} (preset {self.preset.name})")
        for table in self.tables:
            uses = self.of(table)
            found.append(f"  → {table}")
            width = max(map(len, uses), default=0)
            for column, use in uses.items():
                remark = "; ".join(filter(None, ("guessed" if use.weak else "", use.note)))
                found.append(f"      {column:<{width}} ← {use.words}" + (f"   ({remark})" if remark else ""))
        if self.ignored:
            found.append(f"  not used: {', '.join(self.ignored[:40])}{' …' if len(self.ignored) > 40 else ''}")
        found += [f"  note: {note}" for note in self.notes]
        found += [f"  missing: {target}" for target in self.missing]
        return found

    def problem(self) -> ImportProblem | None:
        """The error that says what is missing and what to type, or None when the file can be imported."""
        if not self.tables:
            return _no_table(self.opened.path.name, self.names)
        return _missing(self) if self.missing else None


def references(template: str) -> list[str]:
    """The columns that a template of SQL names in braces; {5} and {2,3} are repetitions in a pattern."""
    return re.findall(r"\{([^{}]*[^{}\d,][^{}]*)\}", template)


def _no_table(file: str, names: Sequence[str]) -> ImportProblem:
    shown = ", ".join(names[:20])
    first = names[0] if names else "COLUMN"
    wanted = (
        "columns such as order_id, product_id, quantity, price, at (sales); event, product_id, customer_id, at (events); "
        "product_id, title, price (a catalog)"
    )
    return ImportProblem(
        f"{file}: these columns belong to no table that we know.",
        got=shown,
        wanted=wanted,
        next=f"say which is which, for example --table events --map {_shell(first + '=events.product_id')}",
        columns=list(names),
    )


def _missing(recognition: Recognition) -> ImportProblem:
    options = [option for target in recognition.missing for option in _options(recognition, target)]
    wanted = "; ".join(
        f"{target} ({schema.table(target.split('.')[0]).column(target.split('.')[1]).meaning})" for target in recognition.missing
    )
    return ImportProblem(
        f"{recognition.opened.path.name} looks like {recognition.primary}, but lacks {', '.join(recognition.missing)}.",
        got=", ".join(recognition.names[:40]),
        wanted=wanted,
        next=_what_next(recognition, options),
        missing=list(recognition.missing),
        suggestions=options,
    )


def _options(recognition: Recognition, target: str) -> list[str]:
    """What can be typed for a column of ours that is missing; nothing where none of the file's columns would do."""
    table, column = target.split(".", 1)
    fitting = recognition.fitting.get(target, ())
    near = synonyms.nearest_columns(table, column, fitting)
    found = schema.table(table).column(column)
    if near:
        return [f"--map {_shell(f'{name}={target}')}" for name in near]
    if found.choices:
        constant = f"'{_example(column, found.choices)}'={target}"
        return [f"--map {_shell(constant)}   (the same for every row)"]
    if fitting:
        return [f"--map COLUMN={target}   (COLUMN is one of: {', '.join(fitting)})"]
    if found.type == "moment":
        constant = f"'2024-01-31'={target}"
        return [f"--map {_shell(constant)}   (the same for every row)"]
    return []


def _what_next(recognition: Recognition, options: Sequence[str]) -> str:
    """The commands to type; first of all that the file lacks something, where no column of it would do."""
    typed = "type " + "\n        or   ".join(options)
    lacking = [one for one in recognition.missing if not recognition.fitting.get(one) and not _has_choices(one)]
    if not lacking:
        return typed
    again = f"export it again with {', '.join(lacking)}: no column of this file can be that"
    return f"{again}\n        or {typed}" if options else again


def _has_choices(target: str) -> bool:
    table, column = target.split(".", 1)
    return bool(schema.table(table).column(column).choices)


def no_orders(recognition: Recognition) -> ImportProblem:
    """The error that lines without a moment cannot come before their orders."""
    dated = recognition.fitting.get("order_lines.at", ())
    options = [f"--map {_shell(f'{name}=order_lines.at')}" for name in dated]
    constant = _shell("'2024-01-31'=order_lines.at")
    options = options or [f"--map {constant}   (the same for every row)"]
    return ImportProblem(
        f"{recognition.opened.path.name} has lines of orders without a moment, and the shop has no orders yet.",
        got=", ".join(recognition.names[:40]),
        wanted="the orders of these lines: each line takes its moment and its customer from its order",
        next="import the file of orders first, then this one\n        or type " + "\n        or   ".join(options),
        missing=["order_lines.at"],
        suggestions=options,
    )


def _example(column: str, choices: Sequence[str]) -> str:
    return "view_item" if column == "event" else choices[0]


def _shell(text: str) -> str:
    """``text`` as one word of a command line."""
    return (
        text
        if re.fullmatch(r"[\w@%+=:,./-]+", text)
        else '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
    )


def check_target(target: str, tables: Sequence[str]) -> str:
    """``table.column`` from what was typed after --map: the table may be left out when it is known."""
    table, dot, column = target.rpartition(".")
    if not dot:
        table = next((name for name in tables if column in schema.table(name).names), tables[0] if tables else "")
        if not table:
            raise ImportProblem(
                f"--map …={target} names no table.",
                got=target,
                wanted="TABLE.COLUMN, for example order_lines.price",
                next="add the table",
            )
    declared = schema.table(table)
    if declared.kind not in ("fact", "entity") or table == "rejected":
        raise unknown("table to import into", table, [t.name for t in (*schema.FACTS, *schema.ENTITIES) if t.name != "rejected"])
    return f"{table}.{declared.column(column).name}"
