"""What an expression means, as a tree. Equal trees mean the same; where a part stands in the text does not count."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Literal

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Fact = Literal["bought", "ordered", "viewed", "carted", "returned", "searched"]
Kind = Literal["within", "within next", "before", "after", "since", "until", "on", "between"]


@dataclass(frozen=True)
class Number:
    """A number, in the unit that was written beside it (``days``, ``weeks``, ``%``, …; empty: the column's own)."""

    value: float
    unit: str = ""


@dataclass(frozen=True)
class Span:
    """So much time, such as ``90 days``."""

    n: float
    unit: str


@dataclass(frozen=True)
class Moment:
    """A day (``2011-06-01``) or a minute (``2011-06-01T12:00``) by the shop's clock, as ISO text."""

    text: str


@dataclass(frozen=True)
class Ago:
    """So long before the moment as of which is asked."""

    span: Span


When = Moment | Ago


@dataclass(frozen=True)
class Period:
    """A stretch of time: ``kind`` and, of ``between``, two ends. ``within`` has a `Span`, the others a `When`."""

    kind: Kind
    first: Span | When
    second: When | None = None


@dataclass(frozen=True)
class Everyone:
    """Every customer."""


@dataclass(frozen=True)
class All:
    """Every part holds (and)."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Some:
    """At least one part holds (or)."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold; true where it cannot be told."""

    part: Expression


@dataclass(frozen=True)
class Compare:
    """A number against a number."""

    field: str
    operator: Operator
    value: Number


@dataclass(frozen=True)
class Between:
    """A number from ``low`` to ``high``, both included."""

    field: str
    low: Number
    high: Number


@dataclass(frozen=True)
class AnyOf:
    """A text or a number that is one of these; capital and small letters are the same. ``is_bare``: typed without its column."""

    field: str
    values: tuple[str, ...] | tuple[Number, ...]
    is_bare: bool = dataclasses.field(default=False, compare=False)


@dataclass(frozen=True)
class Contains:
    """A text with this text in it."""

    field: str
    text: str


@dataclass(frozen=True)
class Is:
    """Yes or no."""

    field: str
    value: bool


@dataclass(frozen=True)
class Known:
    """Whether there is a value."""

    field: str


@dataclass(frozen=True)
class During:
    """A moment in a period."""

    field: str
    period: Period


@dataclass(frozen=True)
class Extreme:
    """A number among the highest (``top``) or lowest (``bottom``) ``share`` (in percent) of all customers with one."""

    field: str
    side: Literal["top", "bottom"]
    percent: float


@dataclass(frozen=True)
class Target:
    """What it was done with: ``kind`` product, category, brand or words, and the names, one of which is enough."""

    kind: Literal["product", "category", "brand", "words"]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Times:
    """How often: ``at least``, ``at most`` or ``exactly`` ``n`` times."""

    kind: Literal["at least", "at most", "exactly"]
    n: int


@dataclass(frozen=True)
class Did:
    """The customer did this: bought, ordered, viewed, … ; without ``times`` at least once, without ``period`` ever."""

    fact: Fact
    target: Target | None = None
    times: Times | None = None
    period: Period | None = None


@dataclass(frozen=True)
class InSegment:
    """The customer belongs to another segment, named by its id or title."""

    name: str
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


Expression = Everyone | All | Some | Not | Compare | Between | AnyOf | Contains | Is | Known | During | Extreme | Did | InSegment


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions right below this one."""
    if isinstance(expression, All | Some):
        return expression.parts
    return (expression.part,) if isinstance(expression, Not) else ()


def fields(expression: Expression) -> set[str]:
    """The columns of `customer_profiles` that the expression itself asks (not those of segments in it)."""
    found = {getattr(expression, "field", "")} - {""}
    return found.union(*(fields(part) for part in parts(expression)))


def facts(expression: Expression) -> tuple[Did, ...]:
    """Everything that it asks about what was done."""
    own = (expression,) if isinstance(expression, Did) else ()
    return own + tuple(fact for part in parts(expression) for fact in facts(part))


def segments(expression: Expression) -> tuple[InSegment, ...]:
    """The other segments that it names."""
    own = (expression,) if isinstance(expression, InSegment) else ()
    return own + tuple(one for part in parts(expression) for one in segments(part))
