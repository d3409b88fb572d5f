"""How the moments of a file become UTC: the way they are written is recognized on the whole column.

A moment with a zone is taken as it says; one without is in the shop's time zone (the session's TimeZone in DuckDB).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from shopkeeper.core.columns import Column
from shopkeeper.store.importers.reading.relation import SourceColumn, literal
from shopkeeper.store.importers.values.convert import INTEGERS, Conversion, without_nulls

Probe = Callable[[str], tuple[object, ...]]  # runs a one-row query over the column, `{x}` is its name

TIMES = ("%H:%M:%S.%f", "%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
EPOCH = re.compile(r"^-?\d{9,20}(\.\d+)?$")
YEAR_DIGITS = 4
UTC = " AT TIME ZONE 'UTC'"


@dataclass(frozen=True)
class Way:
    """One way of writing a moment: what it looks like, and the strptime forms of its day and between day and time."""

    name: str
    pattern: re.Pattern[str]
    days: tuple[str, ...]
    between: tuple[str, ...] = (" ",)


CHINESE_TIMES = ("%H时%M分%S秒", "%H时%M分", "%H点%M分")
WAYS = (
    Way("ISO", re.compile(r"^\d{4}-\d{1,2}-\d{1,2}([ T].*)?$"), ()),
    Way("year/month/day", re.compile(r"^\d{4}/\d{1,2}/\d{1,2}([ T].*)?$"), ("%Y/%m/%d",), (" ", "T")),
    Way("year.month.day", re.compile(r"^\d{4}\.\d{1,2}\.\d{1,2}( .*)?$"), ("%Y.%m.%d",)),
    Way("2024年1月5日", re.compile(r"^\d{4}年\d{1,2}月\d{1,2}日?.*$"), ("%Y年%m月%d日", "%Y年%m月%d"), (" ", "")),
    Way("yyyymmdd", re.compile(r"^(19|20)\d{6}$"), ("%Y%m%d",)),
    Way("yyyymmddhhmmss", re.compile(r"^(19|20)\d{12}$"), ("%Y%m%d%H%M%S",)),
    Way("day.month.year", re.compile(r"^\d{1,2}\.\d{1,2}\.\d{4}([ ,].*)?$"), ("%d.%m.%Y",), (" ", ", ")),
    Way("slashes", re.compile(r"^\d{1,2}[/-]\d{1,2}[/-](\d{4}|\d{2})([ ,].*)?$"), ()),
    Way(
        "month by name",
        re.compile(r"^([A-Za-z]{3,9},? )?([A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4}).*$"),
        ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%B-%Y"),
        (" ", ", "),
    ),
)  # fmt: skip


def are_moments(source: SourceColumn) -> bool:
    """True when most of the sampled values of a column read as moments."""
    if source.type.startswith(("TIMESTAMP", "DATE")):
        return True
    filled = [value.strip() for value in source.sample]
    read = sum(1 for value in filled if EPOCH.match(value) or any(way.pattern.match(value) for way in WAYS))
    return read > len(filled) / 2


def to_moment(source: SourceColumn, column: Column, probe: Probe, form: str = "") -> Conversion:
    """A moment in UTC. ``form`` settles what cannot be seen: ``d/m/y``, ``m/d/y`` or a strptime form such as %d.%m.%y."""
    if source.type.startswith("TIMESTAMP WITH TIME ZONE") or source.type.startswith("TIMESTAMPTZ"):
        return Conversion(f"CAST({{x}} AS TIMESTAMPTZ){UTC}")
    if source.type.startswith(("TIMESTAMP", "DATE")):
        return Conversion(f"CASE WHEN isfinite({{x}}) THEN {local('CAST({x} AS TIMESTAMP)')} END")
    if source.type in INTEGERS or source.type in ("DOUBLE", "FLOAT") or source.type.startswith("DECIMAL"):
        return _from_numbers(source)
    clean = without_nulls(source, column)
    if "%" in form:
        return Conversion(local(f"try_strptime({clean}, {literal(form)})"), f"written as {form}")
    return _from_text(source, clean, probe, form)


def _from_numbers(source: SourceColumn) -> Conversion:
    if source.sample and all(re.fullmatch(r"(19|20)\d{6}(\.0)?", value) for value in source.sample):
        return Conversion(local("try_strptime(CAST(CAST({x} AS BIGINT) AS VARCHAR), '%Y%m%d')"), "written as yyyymmdd")
    return _epoch("{x}", source)


def _epoch(x: str, source: SourceColumn) -> Conversion:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told by the size of the middle value."""
    sizes = sorted(abs(float(value)) for value in source.sample) or [0.0]
    middle = sizes[len(sizes) // 2]
    factor, unit = next(
        (factor, unit)
        for limit, factor, unit in (
            (1e11, "1000000", "seconds"),
            (1e14, "1000", "milliseconds"),
            (1e17, "1", "microseconds"),
            (float("inf"), "0.001", "nanoseconds"),
        )
        if middle < limit
    )
    number = f"TRY_CAST({x} AS DECIMAL(38, 9))"
    within = f"abs({number}) * {factor} < 9e15"
    return Conversion(
        f"CASE WHEN {within} THEN make_timestamp(CAST(floor({number} * {factor}) AS BIGINT)) END", f"{unit} since 1970"
    )


def _from_text(source: SourceColumn, clean: str, probe: Probe, form: str) -> Conversion:
    filled = [value.strip() for value in source.sample]
    if (
        filled
        and sum(1 for value in filled if EPOCH.match(value) and not re.fullmatch(r"(19|20)\d{12}", value)) > len(filled) / 2
    ):
        numbers = tuple(value for value in filled if EPOCH.match(value))
        return _epoch(clean, SourceColumn(source.name, source.key, source.type, numbers))
    seen = Counter(way.name for value in filled for way in WAYS if way.pattern.match(value))
    parts: list[str] = []
    notes: list[str] = []
    for name, n_seen in seen.most_common(3):
        if n_seen < 0.001 * len(filled):
            break
        way = next(way for way in WAYS if way.name == name)
        sql, note = _way(way, filled, clean, probe, source, form)
        parts.append(sql)
        notes.append(note)
    if not parts:
        parts, notes = [_iso(clean, zoned=True)], []
    return Conversion(parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})", "; ".join(filter(None, notes)))


def _way(way: Way, filled: list[str], clean: str, probe: Probe, source: SourceColumn, form: str) -> tuple[str, str]:
    if way.name == "ISO":
        zoned = any(re.search(r"(Z|UTC|GMT|[+-]\d\d:?(\d\d)?)$", value[10:]) for value in filled)
        return _iso(clean, zoned=zoned), ""
    days, note = way.days, "" if way.name.startswith("year") else f"written as {way.name}"
    if way.name == "slashes":
        order, note = _slash_order(filled, clean, probe, source, form)
        year = "%Y" if any(re.match(r"^\d+[/-]\d+[/-]\d{4}", value) for value in filled) else "%y"
        days = tuple(order.replace("/", mark).replace("%Y", year) for mark in "/-")
    times = TIMES + (CHINESE_TIMES if "年" in way.name else ())
    forms = [f"{day}{between}{time}" for day in days for between in way.between for time in times] + list(days)
    if way.name != "month by name":
        return local(f"try_strptime({clean}, [{', '.join(map(literal, forms))}])"), note
    bare = f"regexp_replace({clean}, '^[A-Za-z]{{3,9}}, |,? (UTC|GMT)$', '', 'g')"
    read = f"try_strptime({bare}, [{', '.join(map(literal, forms))}])"
    return f"CASE WHEN regexp_matches({clean}, '(UTC|GMT)$') THEN {read} ELSE {local(read)} END", note


def _iso(clean: str, *, zoned: bool) -> str:
    """ISO 8601. The cast to TIMESTAMPTZ takes a missing zone from the session, which is the shop's."""
    if zoned:
        tidy = f"regexp_replace(regexp_replace({clean}, '\\s*(UTC|GMT)$', '+00'), '\\s+([+-]\\d\\d:?\\d{{0,2}})$', '\\1')"
        return f"(CASE WHEN isfinite(TRY_CAST({tidy} AS TIMESTAMPTZ)) THEN TRY_CAST({tidy} AS TIMESTAMPTZ){UTC} END)"
    plain = f"TRY_CAST({clean} AS TIMESTAMP)"
    return f"(CASE WHEN isfinite({plain}) THEN {local(plain)} END)"


def local(sql: str) -> str:
    """A moment of the shop's clock as UTC; written so that `in_zone` can leave it out where the shop's clock is UTC."""
    return f"/*local*/({sql})/*to utc*/"


def in_zone(sql: str, time_zone: str) -> str:
    """The SQL with the shop's time zone filled in."""
    if time_zone == "UTC":
        return sql.replace("/*local*/", "").replace("/*to utc*/", "")
    zone = literal(time_zone)
    return sql.replace("/*local*/", "((").replace("/*to utc*/", f" AT TIME ZONE {zone}){UTC})")


def _slash_order(filled: list[str], clean: str, probe: Probe, source: SourceColumn, form: str) -> tuple[str, str]:
    """Month or day first: as said, or as some value of the whole column shows, or day first with a warning."""
    day_first, month_first = "%d/%m/%Y", "%m/%d/%Y"
    if form in ("d/m/y", "m/d/y"):
        return (day_first, "read as day/month/year") if form == "d/m/y" else (month_first, "read as month/day/year")
    highest = [0, 0]
    for value in filled:
        found = re.match(r"^(\d{1,2})[/-](\d{1,2})[/-]", value)
        if found:
            highest = [max(highest[0], int(found[1])), max(highest[1], int(found[2]))]
    if max(highest) <= 12:
        part = "max(TRY_CAST(regexp_extract({x}, '^(\\d{1,2})[/-](\\d{1,2})[/-]', {n}) AS INTEGER))"
        whole = probe(", ".join(part.replace("{x}", clean).replace("{n}", str(n)) for n in (1, 2)).replace("{x}", source.key))
        highest = [int(str(found or 0)) for found in whole]
    if highest[0] > 12 >= highest[1]:
        return day_first, "written as day/month/year"
    if highest[1] > 12 >= highest[0]:
        return month_first, "written as month/day/year"
    return day_first, (
        f'AMBIGUOUS: no day is above 12, read as day/month/year; to read it as month/day/year: --map "{source.name}@m/d/y=…"'
    )
