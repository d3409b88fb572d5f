"""How a delimited text is laid out: delimiter, quotes, whether its first line has names, and the names."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from dataclasses import dataclass

from shopkeeper.core.errors import ImportProblem

DELIMITERS = (",", "\t", ";", "|", "\x01", "^", "#")
SPACES = " "  # runs of blanks between columns, as in fixed-width tables of numbers
SAMPLE_LINES = 400
LONGEST_NAME = 200


@dataclass(frozen=True)
class Layout:
    """``names`` are the columns as the file calls them, or column1, column2, … when it does not (``header`` False)."""

    delimiter: str
    quote: str
    escape: str
    header: bool
    names: tuple[str, ...]


def layout_of(text: str, delimiter: str | None = None, header: bool | None = None) -> Layout:
    """The layout of a text from its beginning; ``delimiter`` and ``header`` hold when given. `ImportProblem` for no text."""
    lines = list(itertools.islice((line for line in text.splitlines() if line.strip()), SAMPLE_LINES))
    if not lines:
        raise ImportProblem(
            "The file is empty.", got="no line with text", wanted="a header and rows", next="export it again, with its header"
        )
    chosen = delimiter or _best_delimiter(lines)
    quote, escape = _quoting(lines, chosen)
    rows = _rows(lines[:50], chosen, quote)
    has_header = _has_header(rows) if header is None else header
    width = len(rows[0]) if has_header else Counter(map(len, rows)).most_common(1)[0][0]
    first = rows[0] if has_header else [f"column{number + 1}" for number in range(width)]
    return Layout(chosen, quote, escape, has_header, unique_names(first))


def unique_names(raw: list[str]) -> tuple[str, ...]:
    """The names, trimmed; an empty or repeated one (whatever its case) gets a number."""
    names: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(raw, 1):
        clean = re.sub(r"[\x00-\x1f]+", " ", name.strip().lstrip("\ufeff"))[:LONGEST_NAME].strip() or f"column{number}"
        unique, again = clean, 2
        while unique.lower() in taken:
            unique, again = f"{clean}_{again}", again + 1
        taken.add(unique.lower())
        names.append(unique)
    return tuple(names)


def _best_delimiter(lines: list[str]) -> str:
    """The delimiter whose number of columns is the same in most lines, and larger than one; a comma when none is."""

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _rows(lines, delimiter, '"'))
        width, n_lines = widths.most_common(1)[0]
        of_header = len(_rows(lines[:1], delimiter, '"')[0])
        if width < 2 and of_header < 2:
            return (0.0, 0)
        return (n_lines / max(sum(widths.values()), 1) + (of_header == width) * 0.5, width)

    best = max(DELIMITERS, key=score)
    if score(best)[0] > 0:
        return best
    widths = {len(line.split()) for line in lines}
    n_numbers = sum(1 for line in lines for word in line.split() if word[:1].isdigit())
    is_table = len(widths) == 1 and widths != {1} and n_numbers > 0.5 * sum(len(line.split()) for line in lines)
    return SPACES if is_table else ","


def _rows(lines: list[str], delimiter: str, quote: str) -> list[list[str]]:
    """The lines as rows; quotes may span lines. Never raises: what cannot be parsed is split plainly."""
    if delimiter == SPACES:
        return [line.split() for line in lines]
    try:
        if quote:
            return [row for row in csv.reader([line + "\n" for line in lines], delimiter=delimiter, quotechar=quote) if row]
    except csv.Error:
        pass
    return [line.split(delimiter) for line in lines]


def _quoting(lines: list[str], delimiter: str) -> tuple[str, str]:
    """(quote, escape): no quote where a double quote is an ordinary letter, as in feeds separated by tabs."""
    text = "\n".join(lines)
    if delimiter == SPACES:
        return "", ""
    if '"' not in text:
        return '"', '"'
    edge = re.escape(delimiter)
    n_opening = len(re.findall(rf'(?:^|{edge})"', text, re.MULTILINE))
    n_inside = len(re.findall(rf'(?<![\n"\\])(?<!{edge})"(?!["\n]|{edge}|$)', text))
    if n_opening == 0 or (delimiter == "\t" and n_inside > n_opening):
        return "", ""
    # a backslash that ends a cell escapes nothing
    backslashed = len(re.findall(rf'(?<!\\)\\"(?!{edge}|\n|$)', text))
    return '"', "\\" if backslashed > len(re.findall(rf'(?<!{edge})(?<!\n)""', text)) else '"'


def _has_header(rows: list[list[str]]) -> bool:
    """True when the first row looks unlike the others: text where they have numbers or moments.

    A column that has values from the first row on speaks against it; with no sign at all the first row counts as names.
    """
    value = re.compile(r"^\s*[-+]?[\d.,:/]*\d[\d.,:/ T-]*\s*$|^\S+@\S+\.\S+$")
    for_it = against = 0
    for place, first in enumerate(rows[0]):
        below = [row[place] for row in rows[1:] if len(row) > place and row[place].strip()]
        is_value = bool(value.match(first))
        all_values = bool(below) and sum(1 for cell in below if value.match(cell)) >= 0.8 * len(below)
        for_it += all_values and bool(first.strip()) and not is_value
        against += is_value and (all_values or not below)
    return for_it > against or against == 0
