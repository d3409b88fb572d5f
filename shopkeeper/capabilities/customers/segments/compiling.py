"""An expression as SQL over `customer_profiles`, `customer_lines`, `customer_orders`, `customer_events` and `products`.

Every value is a parameter; names of columns come from the declaration and never from what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shopkeeper.capabilities.customers.profiles.columns import COLUMN, SOURCE_OF
from shopkeeper.capabilities.customers.segments.language.canonical import canonical
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.periods import Clock, bounds
from shopkeeper.capabilities.customers.segments.language.problems import near, problem
from shopkeeper.capabilities.customers.segments.language.tokens import quoted
from shopkeeper.capabilities.customers.segments.language.tree import (
    All,
    AnyOf,
    Between,
    Compare,
    Contains,
    Did,
    During,
    Everyone,
    Expression,
    Extreme,
    InSegment,
    Is,
    Known,
    Not,
    Number,
    Period,
    Some,
    Target,
    fields,
)
from shopkeeper.capabilities.customers.segments.language.words import factor
from shopkeeper.capabilities.customers.segments.saved import NO_SEGMENTS, Book, Segment
from shopkeeper.core.errors import ExpressionError

LONGEST_CHAIN = 20
_BROKEN = "The segment"


@dataclass(frozen=True)
class Keys:
    """What a source calls the columns that join its tables."""

    customer: str = "customer_id"
    product: str = "product_id"
    order: str = "order_id"


IN_STORE = Keys()


@dataclass
class Query:
    """A compiled expression: ``condition`` holds for ``c``, a row of `customer_profiles`; ``named``: segments in it as SQL."""

    keys: Keys
    clock: Clock
    book: Book
    parameters: dict[str, Any] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    condition: str = ""

    @property
    def prefix(self) -> str:
        """The ``WITH`` of the segments that are named."""
        parts = [f"{name} AS ({query})" for name, query in self.named.items()]
        return f"WITH {', '.join(parts)} " if parts else ""

    @property
    def members(self) -> str:
        """The SELECT of the customers who belong to it."""
        return f"{self.prefix}SELECT c.{self.keys.customer} FROM customer_profiles AS c WHERE {self.condition}"

    def put(self, value: Any) -> str:
        """The name under which the value is bound."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"


def compiled(
    expression: Expression, clock: Clock, *, book: Book = NO_SEGMENTS, keys: Keys = IN_STORE
) -> tuple[str, dict[str, Any]]:
    """(the SELECT of the customers who belong, its parameters). Raises `ExpressionError` for segments that are not there."""
    found = query(expression, clock, book=book, keys=keys)
    return found.members, found.parameters


def query(
    expression: Expression, clock: Clock, *, book: Book = NO_SEGMENTS, keys: Keys = IN_STORE, text: str = "", within: str = ""
) -> Query:
    """The expression compiled. ``text`` is what was typed (for the caret), ``within`` the id of the segment that it defines."""
    found = Query(keys, clock, book)
    chain = (within,) if within else ()
    found.condition = _Compiler(found, text or canonical(expression), bool(text), chain).condition(expression)
    return found


@dataclass
class _Compiler:
    """Compiles one text; the segments in it get a compiler of their own each, on the same query."""

    query: Query
    text: str
    has_places: bool
    chain: tuple[str, ...]

    def condition(self, part: Expression) -> str:
        """The SQL that is true or false, never empty."""
        self.query.columns |= fields(part)
        match part:
            case Everyone():
                return "true"
            case All(parts):
                return "(" + " AND ".join(self.condition(one) for one in parts) + ")"
            case Some(parts):
                return "(" + " OR ".join(self.condition(one) for one in parts) + ")"
            case Not(inner):
                return f"(NOT {self.condition(inner)})"
            case Did():
                return self._did(part)
            case InSegment():
                return self._segment(part)
            case Known(name):
                return f"({_column(name)} IS NOT NULL)"
            case _:
                return f"coalesce({self._test(part)}, false)"

    def _test(self, test: Expression) -> str:
        put = self.query.put
        match test:
            case Compare(name, operator, value):
                return f"{_column(name)} {operator} {put(_scaled(name, value))}"
            case Between(name, low, high):
                return f"{_column(name)} BETWEEN {put(_scaled(name, low))} AND {put(_scaled(name, high))}"
            case AnyOf(name, values):
                if isinstance(values[0], str):
                    return f"lower({_column(name)}) IN ({self._texts(values)})"
                return f"{_column(name)} IN ({', '.join(put(_scaled(name, one)) for one in values if isinstance(one, Number))})"
            case Contains(name, text):
                return f"contains(lower({_column(name)}), lower({put(text)}))"
            case Is(name, value):
                return _column(name) if value else f"(NOT {_column(name)})"
            case During(name, period):
                return self._period(period, _column(name))
            case Extreme(name, side, percent):
                share = percent / 100
                edge = (
                    f"(SELECT quantile_disc({_bare(name)}, {put(1 - share if side == 'top' else share)}) FROM customer_profiles)"
                )
                return f"{_column(name)} {'>=' if side == 'top' else '<='} {edge}"
        return "false"

    def _texts(self, values: tuple[Any, ...]) -> str:
        return ", ".join(f"lower({self.query.put(value)})" for value in values)

    def _period(self, period: Period, column: str) -> str:
        start, end = bounds(period, self.query.clock)
        parts = [f"{column} >= {self.query.put(_utc(start))}"] if start is not None else []
        parts += [f"{column} < {self.query.put(_utc(end))}"] if end is not None else []
        return " AND ".join(parts)

    # -- what was done

    def _did(self, did: Did) -> str:
        keys = self.query.keys
        customer = f"c.{keys.customer}"
        times = did.times
        if times is not None and times.n == 0:
            return "true" if times.kind == "at least" else f"({customer} NOT IN ({self._doers(did, '')}))"
        if times is None or (times.kind, times.n) == ("at least", 1):
            return f"({customer} IN ({self._doers(did, '')}))"
        counted = _told(did).counted.format(order=f"f.{keys.order}")
        sign = {"at least": ">=", "exactly": "=", "at most": ">"}[times.kind]
        having = f" GROUP BY f.{keys.customer} HAVING {counted} {sign} {self.query.put(times.n)}"
        inside = "NOT IN" if times.kind == "at most" else "IN"
        return f"({customer} {inside} ({self._doers(did, having)}))"

    def _doers(self, did: Did, having: str) -> str:
        """The SELECT of those who did it."""
        customer = f"f.{self.query.keys.customer}"
        told = _told(did)
        parts = [f"{customer} IS NOT NULL", told.which]
        if did.period is not None:
            parts.append(self._period(did.period, 'f."at"'))
        if did.target is not None:
            parts.append(self._target(did.target))
        return f"SELECT {customer} FROM {told.table} AS f WHERE {' AND '.join(parts)}{having}"

    def _target(self, target: Target) -> str:
        put, product = self.query.put, self.query.keys.product
        if target.kind == "words":
            words = target.names[0].split()
            return " AND ".join(f"contains(lower(f.search_term), lower({put(word)}))" for word in words)
        if target.kind == "category":
            tests = []
            for name in target.names:
                path = put(" > ".join(level.strip() for level in name.split(">")))
                tests.append(
                    f"lower(p.product_type) = lower({path}) OR starts_with(lower(p.product_type), lower({path}) || ' > ')"
                )
            which = " OR ".join(tests)
        elif target.kind == "brand":
            which = f"lower(p.brand) IN ({self._texts(target.names)})"
        else:
            which = f"lower(p.product_id) IN ({self._texts(target.names)}) OR lower(p.title) IN ({self._texts(target.names)})"
        products = f"SELECT p.{product} FROM products AS p WHERE {which}"
        if target.kind == "product" and self.query.keys == IN_STORE:  # products that were sold and are in no catalog
            products += "".join(f" UNION ALL SELECT {put(name)}" for name in target.names)
        return f"f.{product} IN ({products})"

    # -- other segments

    def _segment(self, part: InSegment) -> str:
        found = self.query.book.find(part.name)
        if found is None:
            names = self.query.book.names
            raise self._refused(part, f"There is no segment {part.name!r:.60}.", near(part.name, names) or _first(names))
        if found.segment_id in self.chain:
            circle = (*self.chain[self.chain.index(found.segment_id) :], found.segment_id)
            raise self._refused(
                part, "These segments are in a circle.", " → ".join(circle) + ": take one of them out of the other"
            )
        if len(self.chain) > LONGEST_CHAIN:
            raise self._refused(part, "Segments are in segments, too many deep.", f"at most {LONGEST_CHAIN}")
        name = self._compile_named(part, found)
        return f"(c.{self.query.keys.customer} IN (SELECT {self.query.keys.customer} FROM {name}))"

    def _compile_named(self, part: InSegment, found: Segment) -> str:
        """The name of the query of that segment, which is compiled once. Queries that it needs stand before it."""
        name = f"segment_{self.query.book.place(found.segment_id)}"
        if name not in self.query.named:
            try:
                inner = _Compiler(self.query, found.expression, True, (*self.chain, found.segment_id))
                condition = inner.condition(parse(found.expression))
            except ExpressionError as error:
                is_told = "→" in error.wanted or error.what.startswith(_BROKEN)
                what = error.what if is_told else f"{_BROKEN} {found.segment_id!r:.60} cannot be read: {error.what}"
                raise self._refused(part, what, error.wanted, f"correct it: {found.expression:.200}") from error
            key = self.query.keys.customer
            self.query.named[name] = f"SELECT c.{key} FROM customer_profiles AS c WHERE {condition}"
        return name

    def _refused(self, part: InSegment, what: str, wanted: str, next: str = "") -> ExpressionError:
        """The error at the place where the segment is named."""
        start, end = part.start, part.end
        if not self.has_places:
            start = max(0, self.text.find(quoted(part.name)))
            end = start + len(quoted(part.name))
        return problem(self.text, start, end, what, wanted=wanted, next=next)


@dataclass(frozen=True)
class _Told:
    """Which rows of which table tell a fact, and what is counted for `at least 2 times`."""

    table: str
    which: str
    counted: str = "count(*)"


_SEARCHES = "greatest(count(*) FILTER (WHERE f.event = 'search'), count(*) FILTER (WHERE f.event = 'view_search_results'))"
_FACTS: Mapping[str, _Told] = {
    "bought": _Told("customer_lines", "f.quantity > 0", "count(DISTINCT {order})"),
    "ordered": _Told("customer_orders", "true"),
    "returned": _Told("customer_lines", "f.quantity < 0"),
    "viewed": _Told("customer_events", "f.event = 'view_item'"),
    "carted": _Told("customer_events", "f.event = 'add_to_cart'"),
    "searched": _Told("customer_events", "f.event IN ('search', 'view_search_results') AND f.search_term IS NOT NULL", _SEARCHES),
}


def _told(did: Did) -> _Told:
    """Where it is told. Whoever bought anything at all placed an order: of these there are fewer than of lines."""
    return _FACTS["ordered" if did.fact == "bought" and did.target is None else did.fact]


# The column of each result that always has a value where the result is there.
MAIN: Mapping[str, str] = {
    "customers.rfm": "rfm_segment", "customers.clusters": "cluster_name", "customers.life_cycle": "stage",
    "customers.value": "expected_value", "customers.churn": "churn_method",
}  # fmt: skip


def tasks_behind(columns: set[str]) -> tuple[str, ...]:
    """The tasks, beside that of the features, whose results these columns are."""
    return tuple(sorted({SOURCE_OF[name].task for name in columns if name in SOURCE_OF} & set(MAIN)))


def _bare(name: str) -> str:
    return f'"{COLUMN[name].name}"'


def _column(name: str) -> str:
    return f"c.{_bare(name)}"


def _scaled(name: str, number: Number) -> float:
    # Rounded, so that 30 % is the number that 0.3 is.
    scale = factor(COLUMN[name], number.unit)
    return number.value if scale == 1.0 else round(number.value * scale, 12)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _first(names: tuple[str, ...]) -> str:
    return "one of " + ", ".join(names[:8]) if names else "a segment that was saved"
