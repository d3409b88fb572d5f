"""What an operations manager looks at each morning: the last week and the last day against the week before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView

WEEK_DAYS = 7
SPANS_DAYS = (30, 90, 365)
N_TOP_PRODUCTS = 8

LOCAL_DAY = "cast((at AT TIME ZONE 'UTC' AT TIME ZONE $zone) AS date)"
# Two weeks and what a time zone can be away from Greenwich: few rows, of which the local day is then worked out.
LATELY = "at >= CAST($newest AS TIMESTAMP) - INTERVAL 15 DAY"

Days = Mapping[date, Mapping[str, Any]]


@dataclass(frozen=True)
class Measure:
    """One number, the same number of the period before, and its last 28 days as a line."""

    name: Literal["revenue", "orders", "customers", "returns"]
    value: float
    before: float
    days: tuple[float, ...]

    @property
    def is_money(self) -> bool:
        """Whether it is written with the currency."""
        return self.name in ("revenue", "returns")

    @property
    def rising_is_good(self) -> bool:
        """Whether more of it is better."""
        return self.name != "returns"

    @property
    def change(self) -> float | None:
        """The relative change, or None where there was nothing before."""
        return (self.value - self.before) / abs(self.before) if self.before else None


@dataclass(frozen=True)
class TopProduct:
    """A product that sold well in the last week, and what it sold in the week before; what came back is taken off."""

    product_id: str
    title: str
    units: float
    revenue: float
    revenue_before: float

    @property
    def change(self) -> float | None:
        """The relative change of its revenue, or None where it sold nothing before."""
        return (self.revenue - self.revenue_before) / self.revenue_before if self.revenue_before > 0 else None


@dataclass(frozen=True)
class Today:
    """The whole page. ``newest_day`` is the newest day with orders, the page's clock; None in an empty shop."""

    newest_day: date | None
    week: tuple[Measure, ...]
    day: tuple[Measure, ...]
    top_products: tuple[TopProduct, ...]

    @property
    def after_returns(self) -> float:
        """The week's revenue without what came back in it."""
        worth = {measure.name: measure.value for measure in self.week}
        return worth["revenue"] - worth["returns"]


@dataclass(frozen=True)
class Course:
    """Revenue a day over a span, its average over seven days, and that of the span before (None: no data)."""

    dates: tuple[date, ...]
    revenue: tuple[float, ...]
    average: tuple[float | None, ...]
    average_before: tuple[float | None, ...]

    @property
    def total(self) -> float:
        """Revenue of the whole span."""
        return sum(self.revenue)


def read(view: ShopView, time_zone: str, days: Days | None = None) -> Today:
    """Everything on the page but the course and the things to do; ``days`` as `daily` gives them, if they are at hand."""
    days = daily(view) if days is None else days
    newest = max((day for day, row in days.items() if row["n_orders"]), default=None)
    if newest is None:
        return Today(None, (), (), ())
    known = _customers(view, time_zone, newest)
    return Today(newest, _week(days, newest, known), _last_day(days, newest), _top_products(view, time_zone, newest))


def course(days: Days, span_days: int) -> Course:
    """Daily revenue of the last ``span_days`` days and, as a smooth line, of as many days before."""
    newest = max((day for day, row in days.items() if row["n_orders"]), default=None)
    if newest is None:
        return Course((), (), (), ())
    first = min(days)
    dates = tuple(newest - timedelta(days=back) for back in range(span_days - 1, -1, -1))
    dates = tuple(day for day in dates if day >= first)
    return Course(
        dates,
        tuple(_value(days, day, "revenue") for day in dates),
        tuple(_average(days, day, first) for day in dates),
        tuple(_average(days, day - timedelta(days=span_days), first) for day in dates),
    )


def daily(view: ShopView) -> Days:
    """The shop's trade by day."""
    table = view.sql("SELECT date, revenue, returned, n_orders, n_customers FROM daily_sales ORDER BY date")
    return {row["date"]: row for row in table.to_pylist()}


def _value(days: Days, day: date, column: str) -> float:
    row = days.get(day)
    return float(row[column] or 0) if row else 0.0


def _span(days: Days, end: date, n_days: int, column: str) -> tuple[float, ...]:
    """The column's value on each of the ``n_days`` days up to ``end``; a day without trade is 0."""
    return tuple(_value(days, end - timedelta(days=back), column) for back in range(n_days - 1, -1, -1))


def _average(days: Days, day: date, first: date) -> float | None:
    """Mean revenue of the seven days up to ``day``; None where the data do not reach back so far."""
    if day - timedelta(days=WEEK_DAYS - 1) < first:
        return None
    return sum(_span(days, day, WEEK_DAYS, "revenue")) / WEEK_DAYS


def _week(days: Days, newest: date, known: tuple[float, float]) -> tuple[Measure, ...]:
    before = newest - timedelta(days=WEEK_DAYS)

    def total(name: Literal["revenue", "orders", "returns"], column: str) -> Measure:
        now = sum(_span(days, newest, WEEK_DAYS, column))
        return Measure(name, now, sum(_span(days, before, WEEK_DAYS, column)), _span(days, newest, 28, column))

    customers = Measure("customers", *known, _span(days, newest, 28, "n_customers"))
    return total("revenue", "revenue"), total("orders", "n_orders"), customers, total("returns", "returned")


def _last_day(days: Days, newest: date) -> tuple[Measure, ...]:
    """The newest day against the same weekday a week before."""
    before = newest - timedelta(days=WEEK_DAYS)
    columns: Sequence[tuple[Literal["revenue", "orders", "customers", "returns"], str]] = (
        ("revenue", "revenue"), ("orders", "n_orders"), ("customers", "n_customers"), ("returns", "returned"),
    )  # fmt: skip
    return tuple(Measure(name, _value(days, newest, column), _value(days, before, column), ()) for name, column in columns)


def _customers(view: ShopView, time_zone: str, newest: date) -> tuple[float, float]:
    """Known customers who bought in the last week and in the week before: a customer of two days counts once."""
    row = view.sql(
        f"""
        SELECT count(DISTINCT customer_id) FILTER (day > $newest::DATE - 7) AS now,
               count(DISTINCT customer_id) FILTER (day <= $newest::DATE - 7) AS before
        FROM (SELECT customer_id, {LOCAL_DAY} AS day FROM sold_lines WHERE quantity > 0 AND {LATELY})
        WHERE day > $newest::DATE - 14 AND day <= $newest::DATE
        """,
        {"zone": time_zone, "newest": newest},
    ).to_pylist()[0]
    return float(row["now"]), float(row["before"])


def _top_products(view: ShopView, time_zone: str, newest: date) -> tuple[TopProduct, ...]:
    rows = view.sql(
        f"""
        SELECT product_id, coalesce(any_value(title), product_id) AS title,
               coalesce(sum(quantity) FILTER (day > $newest::DATE - 7), 0) AS units,
               coalesce(sum(quantity * price) FILTER (day > $newest::DATE - 7), 0) AS revenue,
               coalesce(sum(quantity * price) FILTER (day <= $newest::DATE - 7), 0) AS before
        FROM (SELECT product_id, quantity, price, {LOCAL_DAY} AS day FROM sold_lines
              WHERE {LATELY}) AS sold
        LEFT JOIN (SELECT product_id, title FROM products) AS known USING (product_id)
        WHERE day > $newest::DATE - 14 AND day <= $newest::DATE
        GROUP BY product_id ORDER BY revenue DESC, product_id LIMIT {N_TOP_PRODUCTS}
        """,
        {"zone": time_zone, "newest": newest},
    ).to_pylist()
    return tuple(
        TopProduct(row["product_id"], row["title"], float(row["units"]), float(row["revenue"]), float(row["before"]))
        for row in rows
        if row["revenue"] > 0
    )
