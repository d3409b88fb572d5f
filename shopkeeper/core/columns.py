"""What a table and a column are: the words in which `schema` and every task's result are declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from shopkeeper.core.errors import DeclarationError, unknown

Type = Literal["text", "number", "integer", "boolean", "moment", "date", "json"]
Kind = Literal["fact", "entity", "view", "result"]

TYPES: tuple[str, ...] = get_args(Type)


@dataclass(frozen=True)
class Column:
    """One column: its name, type and meaning, and what a value must satisfy.

    ``unit`` is free text (``days``, ``kg``, ``shop currency``); ``low``/``high`` bound numbers, both inclusive;
    ``choices`` bounds text; ``personal`` marks data about a person that must stay in `identities`; ``measured`` marks what is
    measured on the machine (seconds) and may differ when the same is run again.
    """

    name: str
    type: Type
    meaning: str
    unit: str = ""
    required: bool = False
    personal: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    measured: bool = False


@dataclass(frozen=True)
class Table:
    """One table. Facts and entities live in the store, views are derived, results are written by tasks.

    ``key`` names the columns that identify a row (facts and entities: exactly one, which makes retries harmless).
    ``moment`` is the column that says when a row became true: a view cut at ``as_of`` shows rows up to it.
    ``lookup`` names columns by which single rows are fetched in under a millisecond.
    ``of`` names the tables that a view is derived from.
    ``is_held``: others build on this view, so it is worked out once and held as long as the view of the shop is open.
    ``differs_by`` names the one of ``of`` whose rows make this view differ from the first of them; without any it is the first.
    ``is_noted_later``: rows of this fact say when they were noted, which may be years after the trade: they move no clock.
    ``timeless`` entities say what people mean, not what was: a view of any moment shows them as they are known now.
    """

    name: str
    kind: Kind
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    moment: str = ""
    lookup: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    timeless: bool = False
    is_held: bool = False
    differs_by: str = ""
    is_noted_later: bool = False

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        twice = {name for name in names if names.count(name) > 1}
        strange = {name for name in (*self.key, *self.lookup, *filter(None, (self.moment,))) if name not in names}
        if twice or strange:
            raise DeclarationError(
                f"Table {self.name!r} is declared wrongly.",
                got=f"columns twice: {sorted(twice)}, key, moment or lookup without a column: {sorted(strange)}",
                wanted="every column once, and key, moment and lookup among the columns",
                next=f"correct the declaration of {self.name!r}",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def id(self) -> str:
        """The one key column of a fact or an entity."""
        return self.key[0]

    def column(self, name: str) -> Column:
        """The column of that name; `UnknownName` with the nearest one otherwise."""
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown(f"column of {self.name!r}", name, self.names)


def text(name: str, meaning: str, *, required: bool = False, personal: bool = False, choices: tuple[str, ...] = ()) -> Column:
    """A text column (UTF-8)."""
    return Column(name, "text", meaning, required=required, personal=personal, choices=choices)


def number(
    name: str,
    meaning: str,
    *,
    unit: str = "",
    required: bool = False,
    low: float | None = None,
    high: float | None = None,
    measured: bool = False,
) -> Column:
    """A number column (float64)."""
    return Column(name, "number", meaning, unit=unit, required=required, low=low, high=high, measured=measured)


def integer(
    name: str,
    meaning: str,
    *,
    unit: str = "",
    required: bool = False,
    low: float | None = None,
    high: float | None = None,
) -> Column:
    """A whole-number column (int64)."""
    return Column(name, "integer", meaning, unit=unit, required=required, low=low, high=high)


def boolean(name: str, meaning: str, *, required: bool = False) -> Column:
    """A yes-or-no column."""
    return Column(name, "boolean", meaning, required=required)


def moment(name: str, meaning: str, *, required: bool = False) -> Column:
    """A moment in UTC, to the microsecond."""
    return Column(name, "moment", meaning, unit="UTC", required=required)


def date(name: str, meaning: str, *, required: bool = False) -> Column:
    """A calendar day (ISO 8601)."""
    return Column(name, "date", meaning, required=required)


def json(name: str, meaning: str, *, required: bool = False, personal: bool = False) -> Column:
    """A JSON document kept as text."""
    return Column(name, "json", meaning, required=required, personal=personal)
