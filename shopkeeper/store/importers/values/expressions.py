"""What a recognition says, as SQL: one expression for each of our columns, with the rules that its values must keep."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shopkeeper.core import schema
from shopkeeper.core.columns import Column, moment, text
from shopkeeper.store.importers.reading.relation import SAMPLE_ROWS, Rows, SourceColumn, literal
from shopkeeper.store.importers.recognition import RETURNED_AT, Recognition, Use, references
from shopkeeper.store.importers.session import Session
from shopkeeper.store.importers.values.convert import (
    PLAIN_NUMBER,
    Conversion,
    is_text,
    to_boolean,
    to_choice,
    to_integer,
    to_number,
    to_text,
    without_nulls,
)
from shopkeeper.store.importers.values.moments import Probe, in_zone, to_moment

PLAIN_ISO = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$")


@dataclass(frozen=True)
class Expression:
    """One of our columns: ``sql`` over the file's c0, c1, …; ``raw`` is what it is read from ("" where any text will do)."""

    column: Column
    sql: str
    raw: str
    note: str


def compiled(session: Session, rows: Rows, recognition: Recognition) -> tuple[Rows, dict[str, Expression]]:
    """(the rows as they are best read, ``table.column`` → expression for everything that the recognition uses)."""
    rows = rows.typed(_plain_types(rows, recognition))
    sources = _sources(session, rows, recognition)
    found: dict[str, Expression] = {}
    done: dict[tuple[object, ...], Expression] = {}
    for target, use in recognition.uses.items():
        table, name = target.split(".", 1)
        column = moment(name, "when it was taken back") if name == RETURNED_AT else schema.table(table).column(name)
        if use.of_order:
            found[target] = Expression(column, use.of_order, "", "")
            continue
        same = (replace(use, weak=False, note=""), column.type, column.choices, name)
        if same not in done:
            done[same] = _expression(session, rows, recognition, column, use, sources[target])
        found[target] = replace(done[same], column=column)
    return rows, found


def _plain_types(rows: Rows, recognition: Recognition) -> dict[str, str]:
    """The columns of a delimited text that can be read as numbers or ISO moments at once: plainly written, used for that only."""
    if rows.opened.format != "csv":
        return {}
    wanted: dict[str, set[str]] = {name: {"text"} for name in recognition.unread}
    for target, use in recognition.uses.items():
        table, name = target.split(".", 1)
        kind = "moment" if name == RETURNED_AT else schema.table(table).column(name).type
        alone = len(use.columns) == 1 and not (use.sql or use.form or use.pseudonym or use.unless)
        for column in (*use.columns, use.unless):
            wanted.setdefault(column, set()).add(kind if alone else "text")
    types = {}
    for source in rows.columns:
        if wanted.get(source.name) == {"number"} and source.sample and all(map(PLAIN_NUMBER.match, source.sample)):
            types[source.key] = "DOUBLE"
        elif wanted.get(source.name) == {"moment"} and source.sample and all(map(PLAIN_ISO.match, source.sample)):
            types[source.key] = "TIMESTAMP"
    return types


def with_notes(recognition: Recognition, expressions: Mapping[str, Expression], currency: str = "") -> Recognition:
    """The recognition with what was recognized of each column's values, and with what somebody should look at."""
    uses = {
        target: replace(use, note="; ".join(dict.fromkeys(filter(None, (use.note, expressions[target].note)))))
        for target, use in recognition.uses.items()
    }
    doubts = [use.note for use in uses.values() if "AMBIGUOUS" in use.note]
    codes = sorted({code for use in uses.values() for code in re.findall(r"\bin ([A-Z]{3})\b", use.note)} - {currency.upper()})
    if currency and codes:
        doubts.append(f"amounts in {' and '.join(codes)} are taken as they stand, though the shop's currency is {currency}")
    return replace(recognition, uses=uses, notes=(*recognition.notes, *dict.fromkeys(doubts)))


def _expression(
    session: Session, rows: Rows, recognition: Recognition, column: Column, use: Use, source: SourceColumn
) -> Expression:
    probe = _probe(session, rows)
    conversion = _conversion(column, source, probe, use, recognition)
    x = source.key
    sql = in_zone(conversion.over(x), session.time_zone)
    if use.factor != 1.0:
        sql = f"({sql}) * {use.factor!r}"
    if use.pseudonym:
        sql = f"pseudonym({sql})"
        if use.unless:
            key = next(one for one in rows.columns if one.name == use.unless)
            own = to_text(key, text("customer_id", "")).over(key.key)
            sql = f"CASE WHEN {own} NOT IN ('0') THEN {own} ELSE {sql} END"
    if column.type in ("text", "json") and not column.choices:
        raw = ""
    else:
        raw = without_nulls(source, column).replace("{x}", x) if is_text(source) else x
    return Expression(column, sql, raw, conversion.note)


def _conversion(column: Column, source: SourceColumn, probe: Probe, use: Use, recognition: Recognition) -> Conversion:
    if column.choices:
        given = recognition.preset.values.get(column.name, {}) if recognition.preset else {}
        return to_choice(source, column, {word: ours for ours, words in given.items() for word in words})
    if column.type == "moment":
        return to_moment(source, column, probe, use.form)
    if column.type == "date":
        day = to_moment(source, column, probe, use.form)
        plain = day.sql.replace("/*local*/", "").replace("/*to utc*/", "")  # a day is a day in the shop's time zone as it stands
        return Conversion(f"CAST({plain} AS DATE)", day.note)
    if column.type == "number":
        return to_number(source, column)
    if column.type == "integer":
        return to_integer(source, column)
    return to_boolean(source, column) if column.type == "boolean" else to_text(source, column)


def _sources(session: Session, rows: Rows, recognition: Recognition) -> dict[str, SourceColumn]:
    """What each of our columns is read from: a column of the file as it is, or an expression over several, with a sample."""
    by_name = {column.name: column for column in rows.columns}
    found: dict[str, SourceColumn] = {}
    made: dict[str, str] = {}
    for target, use in recognition.uses.items():
        if use.of_order:
            continue
        if use.constant is not None:
            found[target] = SourceColumn(use.words, literal(use.constant), "VARCHAR", (use.constant,))
        elif use.sql or len(use.columns) > 1:
            made[target] = _combined(use, by_name)
        else:
            found[target] = by_name[use.columns[0]]
    if made:
        shown = ", ".join(made.values())
        query = f"SELECT {shown} FROM ({rows.sql(numbered=False, keep_rejects=False)}) LIMIT {SAMPLE_ROWS}"
        cells: Sequence[Sequence[object]] = list(zip(*session.rows(query), strict=True)) or [()] * len(made)
        for (target, sql), values in zip(made.items(), cells, strict=True):
            sample = tuple(value for value in values if isinstance(value, str) and value.strip())
            found[target] = SourceColumn(recognition.uses[target].words, f"({sql})", "VARCHAR", sample)
    return found


def _combined(use: Use, by_name: Mapping[str, SourceColumn]) -> str:
    """Text made of several columns: a template, columns joined, or the first that is filled."""
    if use.sql:
        return f"CAST(({filled_in(use.sql, by_name)}) AS VARCHAR)"
    texts = [as_text(by_name[name]) for name in use.columns]
    if use.join:
        return f"nullif(concat_ws({literal(use.join)}, {', '.join(texts)}), '')"
    return f"coalesce({', '.join(texts)})"


def filled_in(template: str, by_name: Mapping[str, SourceColumn]) -> str:
    """A template of SQL with the file's columns as text in the places of their names."""
    for name in dict.fromkeys(references(template)):
        if name in by_name:
            template = template.replace("{" + name + "}", as_text(by_name[name]))
    return template


def as_text(source: SourceColumn) -> str:
    """A column of the file as text, NULL where it is empty."""
    return f"({to_text(source, text('text', '')).over(source.key)})"


def _probe(session: Session, rows: Rows) -> Probe:
    return lambda columns: session.one(f"SELECT {columns} FROM ({rows.sql(numbered=False, keep_rejects=False)})")
