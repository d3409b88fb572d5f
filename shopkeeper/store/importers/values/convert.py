"""How the values of a file become ours: SQL for numbers, yes or no, words of a list and text, chosen from a sample.

Every function returns a `Conversion`: an expression over ``{x}`` that gives NULL for what it cannot read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shopkeeper.core.columns import Column
from shopkeeper.store.importers.reading.relation import SourceColumn, literal
from shopkeeper.store.importers.words.synonyms import words

NULL_WORDS = ("NULL", "null", "NaN", "nan", "None", "none", "N/A", "n/a", "NA", "\\N", "#N/A", "NaT", "<NA>")
WORDY = frozenset({"title", "description", "text", "name", "note", "search_term"})  # where "None" may be meant
PLAIN_NUMBER = re.compile(r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$")
ANY_NUMBER = re.compile(r"^\s*[^\w\s]{0,2}\s*\(?[-+]?\d[\d.,' \u00a0]*([eE][-+]?\d+)?\)?\s*([^\d\s]{1,3})?\s*$")
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
YES = ("true", "t", "yes", "y", "1", "1.0", "on", "是", "有", "真", "subscribed", "enabled")
NO = ("false", "f", "no", "n", "0", "0.0", "off", "否", "无", "假", "not_subscribed", "unsubscribed", "disabled")


@dataclass(frozen=True)
class Conversion:
    """``sql`` over ``{x}``; ``note`` says in words what was recognized or assumed."""

    sql: str
    note: str = ""

    def over(self, x: str) -> str:
        """The expression with ``x`` in its place."""
        return self.sql.replace("{x}", x)


def are_numbers(source: SourceColumn) -> bool:
    """True when most of the sampled values of a column read as numbers, in any of the ways that people write them."""
    read = sum(1 for value in source.sample if ANY_NUMBER.match(value))
    return read > len(source.sample) / 2


def is_text(source: SourceColumn) -> bool:
    """True when the file holds this column as text."""
    return source.type == "VARCHAR" or source.type == "JSON"


def without_nulls(source: SourceColumn, column: Column) -> str:
    """``{x}``, trimmed where the sample has blanks at ends, and NULL where the file writes NULL, NaN or the like in words."""
    if not is_text(source):
        return "CAST({x} AS VARCHAR)"
    is_clean = source.key.startswith("c") and source.sample and all(value == value.strip() for value in source.sample)
    trimmed = "{x}" if is_clean and source.empty_is_null else "nullif(trim({x}), '')"
    if column.name not in WORDY and any(value in NULL_WORDS for value in source.sample):
        return f"CASE WHEN {trimmed} IN ({', '.join(map(literal, NULL_WORDS))}) THEN NULL ELSE {trimmed} END"
    return trimmed


def to_text(source: SourceColumn, column: Column) -> Conversion:
    """Text. Numbers that a dataframe turned into 17850.0 become 17850 again."""
    if source.type in ("DOUBLE", "FLOAT"):
        return Conversion("CASE WHEN {x} = trunc({x}) THEN CAST(CAST({x} AS HUGEINT) AS VARCHAR) ELSE CAST({x} AS VARCHAR) END")
    clean = without_nulls(source, column)
    filled = [value for value in source.sample if value not in NULL_WORDS]
    if is_text(source) and filled and column.name.endswith("_id") and all(re.fullmatch(r"\d+\.0", v.strip()) for v in filled):
        return Conversion(f"regexp_replace({clean}, '\\.0$', '')", "17850.0 is read as 17850")
    if column.name == "product_type" and any(">>" in value or value.startswith('["') for value in filled[:500]):
        path = f"regexp_replace(regexp_replace({clean}, '^\\[\"?|\"?\\]$', '', 'g'), '\\s*>>\\s*', ' > ', 'g')"
        return Conversion(path, "levels joined with ' > '")
    if column.name == "image_link" and any(value.startswith("[") or re.search(r",\s*https?:", value) for value in filled[:500]):
        return Conversion(f"nullif(regexp_extract({clean}, '[^\\[\\]\",\\s]+'), '')", "the first picture")
    return Conversion(clean)


def to_number(source: SourceColumn, column: Column) -> Conversion:
    """A finite number: thousands separators, currency signs and words, decimal commas, (5.00) as -5."""
    if not is_text(source):
        return Conversion("CASE WHEN isfinite(CAST({x} AS DOUBLE)) THEN CAST({x} AS DOUBLE) END")
    clean = without_nulls(source, column)
    filled = [value for value in source.sample if value not in NULL_WORDS]
    finite = "(CASE WHEN isfinite(TRY_CAST({y} AS DOUBLE)) THEN TRY_CAST({y} AS DOUBLE) END)"
    if all(PLAIN_NUMBER.match(value) for value in filled):
        return Conversion(finite.replace("{y}", clean))
    comma, note = _decimal_comma(filled)
    codes = sorted({code for value in filled[:2000] for code in re.findall(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", value)})
    note = ", ".join(filter(None, (note, f"in {' and '.join(codes)}" if codes else "")))
    digits = f"regexp_replace({clean}, '[^0-9.,+-]', '', 'g')"
    digits = f"replace(replace({digits}, '.', ''), ',', '.')" if comma else f"replace({digits}, ',', '')"
    shaped = f"CASE WHEN regexp_matches({clean}, '^[^0-9]{{0,12}}[0-9][0-9.,\\s\u00a0''’]*[^0-9]{{0,12}}$') THEN {digits} END"
    number = finite.replace("{y}", f"rtrim({shaped}, '-.')")
    sign = f"CASE WHEN regexp_matches({clean}, '^\\(.*\\)$|[0-9]\\s*-$') THEN -1 ELSE 1 END"
    return Conversion(f"{number} * {sign}", note)


def _decimal_comma(values: Sequence[str]) -> tuple[bool, str]:
    """Whether the comma is the decimal mark: decided on all values, reported when nothing decides."""
    dots = commas = unclear = 0
    for value in values:
        digits = re.sub(r"[^0-9.,]", "", value)
        last_dot, last_comma = digits.rfind("."), digits.rfind(",")
        if last_dot >= 0 and last_comma >= 0:
            commas += last_comma > last_dot
            dots += last_dot > last_comma
        elif last_comma >= 0:
            thousands = re.fullmatch(r"\d{1,3}(,\d{3})+", digits) is not None
            several = digits.count(",") > 1
            dots += thousands and several
            unclear += thousands and not several
            commas += not thousands
        elif last_dot >= 0:
            commas += re.fullmatch(r"\d{1,3}(\.\d{3}){2,}", digits) is not None
            dots += re.fullmatch(r"\d{1,3}(\.\d{3})+", digits) is None
    if commas > dots:
        return True, "decimal comma"
    if unclear and not dots:
        return False, "1,234 is read as one thousand two hundred thirty-four"
    dressed = any(re.search(r"\d", value) and not PLAIN_NUMBER.match(value) for value in values)
    return False, "with currency or thousands separators" if dressed else ""


def to_integer(source: SourceColumn, column: Column) -> Conversion:
    """A whole number; 3.0 is one, 3.5 is not."""
    number = to_number(source, column)
    return Conversion(f"CASE WHEN {number.sql} = trunc({number.sql}) THEN TRY_CAST({number.sql} AS BIGINT) END", number.note)


def to_boolean(source: SourceColumn, column: Column) -> Conversion:
    """Yes or no, in English or Chinese."""
    if source.type == "BOOLEAN":
        return Conversion("{x}")
    text = f"lower({without_nulls(source, column)})"
    yes, no = (", ".join(map(literal, found)) for found in (YES, NO))
    return Conversion(f"CASE WHEN {text} IN ({yes}) THEN true WHEN {text} IN ({no}) THEN false END")


def to_choice(source: SourceColumn, column: Column, extra: Mapping[str, str]) -> Conversion:
    """One of the column's choices; what others call them is translated, by ``extra`` first and then by the table of synonyms."""
    clean = without_nulls(source, column)
    if source.type == "BOOLEAN":
        clean = "CAST({x} AS VARCHAR)"
    theirs = {word.lower(): ours for ours, found in words()["values"].get(column.name, {}).items() for word in found}
    numbered = words()["numbered"].get(column.name, {})
    if numbered and source.sample and all(value.strip() in numbered for value in source.sample):
        theirs.update(numbered)
    theirs.update({word.lower(): ours for word, ours in extra.items()})
    choices = ", ".join(map(literal, column.choices))
    cases = " ".join(f"WHEN {literal(word)} THEN {literal(ours)}" for word, ours in theirs.items())
    otherwise = f"CASE lower({clean}) {cases} ELSE lower({clean}) END" if cases else f"lower({clean})"
    if is_text(source) and source.sample and not extra and set(source.sample) <= set(column.choices):
        return Conversion(clean)
    seen = {value.strip().lower() for value in source.sample}
    used = sorted(f"{word} → {theirs[word]}" for word in seen if word in theirs and word not in column.choices)
    if any(value.strip().lower() in theirs and value.strip() in column.choices and extra for value in source.sample):
        return Conversion(otherwise, ", ".join(used[:8]))
    return Conversion(f"CASE WHEN {clean} IN ({choices}) THEN {clean} ELSE {otherwise} END", ", ".join(used[:8]))
