"""A file read once into one staging file (Parquet): every value of ours, and a verdict on every row.

Columns: ``table.column`` for what the recognition uses; ``_row`` (from 1) and ``_line`` (in the file); ``_rule``, the rule
that a rejected row breaks, with its message; ``_aside``, why a row is kept elsewhere or nowhere; ``_raw``, a rejected row
as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopkeeper.core import schema
from shopkeeper.store.importers.personal import raw_json, shape
from shopkeeper.store.importers.reading.relation import Rows, literal, quoted
from shopkeeper.store.importers.recognition import RETURNED_AT, Recognition
from shopkeeper.store.importers.values.expressions import Expression, filled_in
from shopkeeper.store.quality import Value, rule_sql

REJECT, IGNORE, ORDER = "reject:", "ignore:", "order:"
LINE_RULES = {
    "MISSING COLUMNS": ("columns", "the line has too few columns"),
    "TOO MANY COLUMNS": ("columns", "the line has too many columns"),
    "UNQUOTED VALUE": ("quotes", "a quote is opened and not closed, or stands where it cannot"),
    "INVALID ENCODING": ("encoding", "the line has bytes that are no text in this encoding"),
    "CAST": ("type", ""),
    "INVALID STATE": ("quotes", "a quote is opened and not closed, or stands where it cannot"),
    "LINE SIZE OVER MAXIMUM": ("too_long", "the line is longer than 8 MB"),
}
UNKNOWN_ORDER = "unknown_order"
BEFORE_ORDER = f"{UNKNOWN_ORDER}: the shop does not have this line's order: import the orders first, then this file again"
KNOWN_ORDERS = "known_orders"
NOT_A_LINE = ("line", "the line cannot be read")


@dataclass(frozen=True)
class Reading:
    """A file, what it means, and the SQL of its columns."""

    rows: Rows
    recognition: Recognition
    expressions: Mapping[str, Expression]

    def judged(self, *, numbered: bool, keep_rejects: bool = True) -> str:
        """SELECT of the values with ``_verdict``; the file's own columns c0, c1, … are still there."""
        source = self._filled_down(self.rows.sql(numbered=numbered, keep_rejects=keep_rejects))
        if self.recognition.asks_orders:
            number = self.expressions["order_lines.order_id"].sql
            source = f"SELECT * FROM ({source}) AS rows_of_file LEFT JOIN {KNOWN_ORDERS} ON {number} = known_order_id"
        made = ", ".join(f"{self._sane(target, each)} AS {quoted(target)}" for target, each in self.expressions.items())
        values = f"SELECT *, {made} FROM ({source})"
        return f"SELECT *, {self._verdict()} AS _verdict FROM ({values})"

    def staged(self, *, keep_rejects: bool = True, only_bad: bool = False) -> str:
        """SELECT of the staging file's rows, in the file's order."""
        targets = ", ".join(map(quoted, self.expressions))
        raw = f"CASE WHEN {_starts(REJECT)} THEN {self._raw()} END AS _raw"
        rule = f"CASE WHEN {_starts(REJECT)} THEN substr(_verdict, {len(REJECT) + 1}) END AS _rule"
        aside = f"CASE WHEN NOT {_starts(REJECT)} THEN _verdict END AS _aside"
        where = f" WHERE {_starts(REJECT)}" if only_bad else ""
        judged = f"SELECT *, {self._counted()} FROM ({self.judged(numbered=True, keep_rejects=keep_rejects)})"
        number = self.recognition.line_number
        keys = {column.name: column.key for column in self.rows.columns}
        targets += f", CAST({keys[number]} AS VARCHAR) AS _line_number" if number else ""
        return f"SELECT {targets}, _row, _line, _breaks, {rule}, {aside}, {raw} FROM ({judged}){where}"

    @property
    def checked(self) -> tuple[str, ...]:
        """The tables whose rules a row must keep; what it brings along for others is left empty where it does not fit."""
        tables = self.recognition.tables
        return tuple(name for name in tables if name == tables[0] or (name == "orders" and tables[0] == "order_lines"))

    def _sane(self, target: str, each: Expression) -> str:
        column, sql = each.column, each.sql
        if target.split(".", maxsplit=1)[0] in self.checked:
            return sql
        limits = [f"({sql}) IN ({', '.join(map(literal, column.choices))})"] if column.choices else []
        limits += [f"({sql}) >= {column.low!r}"] if column.low is not None else []
        limits += [f"({sql}) <= {column.high!r}"] if column.high is not None else []
        return f"CASE WHEN {' AND '.join(limits)} THEN {sql} END" if limits else sql

    def _filled_down(self, source: str) -> str:
        preset = self.recognition.preset
        if preset is None or not preset.fill_down:
            return source
        keys = {column.name.lower(): column.key for column in self.rows.columns}
        by = keys.get(preset.fill_down["by"].lower())
        wanted = [keys[name.lower()] for name in preset.fill_down["columns"] if name.lower() in keys]
        if by is None or not wanted:
            return source
        filled = [
            f"coalesce(nullif({key}, ''), arg_min(nullif({key}, ''), _row) OVER (PARTITION BY {by})) AS {key}" for key in wanted
        ]
        return f"SELECT * REPLACE ({', '.join(filled)}) FROM ({source})"

    def _verdict(self) -> str:
        """The CASE of a row's verdict: broken, then the preset's rules, then the schema's."""
        by_name = {column.name: column for column in self.rows.columns}
        cases = [f"WHEN _broken IS NOT NULL THEN '{REJECT}json: the line is no JSON object'"]
        if self.rows.opened.readable != self.rows.opened.path and self.rows.opened.format == "csv":
            cells = " || ".join(f"coalesce({column.key}, '')" for column in self.rows.columns)
            cases.append(f"WHEN contains({cells}, '\ufffd') THEN '{REJECT}encoding: {LINE_RULES['INVALID ENCODING'][1]}'")
        rules = self.recognition.preset.rows if self.recognition.preset else ()
        sorted_out = {"reject": REJECT, "ignore": IGNORE, "order": ORDER}
        late: list[str] = []
        for rule in rules:
            then = sorted_out[rule.do] + (f"{rule.name}: {rule.message}" if rule.do == "reject" else rule.name)
            (late if rule.do == "order" else cases).append(f"WHEN {filled_in(rule.when, by_name)} THEN {literal(then)}")
            if rule.do == "order":  # later rules must not catch it, and it must still keep the schema's rules
                cases.append(f"WHEN ({filled_in(rule.when, by_name)}) AND ({self._schema_rule()}) IS NULL THEN {literal(then)}")
        schema_rule = self._schema_rule()
        return f"CASE {' '.join(cases)} ELSE '{REJECT}' || {schema_rule} END"

    def _schema_rule(self) -> str:
        parts = []
        for name in self.checked:
            values = {
                target.split(".", 1)[1]: Value(quoted(target), each.raw)
                for target, each in self.expressions.items()
                if target.split(".")[0] == name
                and not target.endswith(f".{RETURNED_AT}")
                and not self.recognition.uses[target].of_order
            }
            parts.append(rule_sql(schema.table(name), values))
        if self.recognition.needs_orders:
            parts.append(f"CASE WHEN known_order_id IS NULL THEN {literal(BEFORE_ORDER)} END")
        return f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]

    def _raw(self) -> str:
        pairs = [(column.name, column.key) for column in self.rows.columns]
        whole = raw_json(pairs, self.recognition.personal)
        broken = shape("_broken") if self.recognition.personal else "_broken"
        return f"CASE WHEN _broken IS NOT NULL THEN CAST(json_object('line', {broken}) AS VARCHAR) ELSE {whole} END"

    @property
    def has_breaks(self) -> bool:
        """True when cells of a delimited text span lines, so that lines and records are not the same."""
        return self.rows.opened.format == "csv" and bool(self._broken_columns())

    def _broken_columns(self) -> list[str]:
        return [c.key for c in self.rows.columns if any("\n" in value for value in c.sample if isinstance(value, str))]

    def _counted(self) -> str:
        """``_line``, a row's place among the good records, the header counted; ``_breaks``, the line ends in its cells."""
        layout = self.rows.opened.layout
        first = "_row + 1" if layout is not None and layout.header else "_row"
        broken = self._broken_columns() if self.has_breaks else []
        breaks = " + ".join(f"len(coalesce({key}, '')) - len(replace(coalesce({key}, ''), chr(10), ''))" for key in broken)
        return f"{first} AS _line, CAST({breaks or '0'} AS BIGINT) AS _breaks"


def _starts(mark: str) -> str:
    return f"coalesce(starts_with(_verdict, '{mark}'), false)"


def rejected_sql(reading: Reading, bad: str, *, source: str, mark: str, table: str, now: str) -> str:
    """SELECT of `rejected` rows, in the schema's order: the bad rows of ``bad`` and the lines that DuckDB could not read.

    ``mark`` begins their ids. Needs the tables broken_lines, skipped_lines and line_breaks.
    """
    head = literal(mark)
    where = f'{literal(source)} AS source, {literal(table)} AS "table"'
    text = shape("text") if reading.recognition.personal else "text"
    line = "_at + coalesce(line_breaks.n, 0)::BIGINT"
    after = "ASOF LEFT JOIN line_breaks ON _at > line_breaks.after"
    return (
        f"SELECT {head} || '-row-' || _row AS rejected_id, {now} AS \"at\", {where}, {line} AS line, "
        "split_part(_rule, ': ', 1) AS rule, substr(_rule, strpos(_rule, ': ') + 2) AS message, _raw AS raw "
        f"FROM ({placed(bad)}) {after} "
        f"UNION ALL SELECT {head} || '-line-' || _at, {now}, {where}, {line}, rule, message, "
        f"CAST(json_object('line', {text}) AS VARCHAR) FROM (SELECT line AS _at, * FROM broken_lines) {after}"
    )


def placed(rows: str) -> str:
    """Rows with ``_at``, their place among all records of the file, the broken ones counted."""
    return (
        f"SELECT placed_rows.*, _line + coalesce(skipped_lines.n, 0) AS _at FROM ({rows}) AS placed_rows "
        "ASOF LEFT JOIN skipped_lines ON _line >= skipped_lines.before"
    )


def broken_lines_sql(names: Sequence[str]) -> str:
    """SELECT of the lines that are no rows: line, rule, message, text; one row a line. ``names`` are the file's columns."""
    shown = ", ".join(map(literal, names))
    rules = " ".join(f"WHEN {literal(kind)} THEN {literal(rule)}" for kind, (rule, _) in LINE_RULES.items())
    words = " ".join(f"WHEN {literal(kind)} THEN {literal(message)}" for kind, (_, message) in LINE_RULES.items() if message)
    cast = f"chr(39) || list_extract([{shown}], any_value(column_idx)::BIGINT) || chr(39) || ' cannot be read'"
    return (
        f"SELECT line::BIGINT AS line, CASE any_value(error_type::VARCHAR) {rules} ELSE {literal(NOT_A_LINE[0])} END AS rule, "
        f"CASE any_value(error_type::VARCHAR) {words} WHEN 'CAST' THEN {cast} "
        f"ELSE {literal(NOT_A_LINE[1])} END AS message, "
        "any_value(csv_line) AS text FROM reject_errors GROUP BY line, line_byte_position"
    )
