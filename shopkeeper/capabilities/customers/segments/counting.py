"""How many belong to a segment, and who: what a manager sees while typing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopkeeper.capabilities.customers.segments.compiling import MAIN, Query, query, tasks_behind
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.periods import Clock
from shopkeeper.capabilities.customers.segments.language.tree import Expression
from shopkeeper.capabilities.customers.segments.noting import readings, strangers
from shopkeeper.capabilities.customers.segments.saved import Book, book
from shopkeeper.core.errors import NotLearned
from shopkeeper.core.tasks import ShopView

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Count:
    """``n_customers`` who belong to it, those of them who may be written to, their ``value`` (ever, in the shop's currency).

    ``share`` is that of all customers, ``value_share`` that of all value (0-1). ``notes`` are sentences about what the expression
    names and the shop does not have, and about words with several meanings.
    """

    n_customers: int
    n_reachable: int
    value: float
    share: float
    value_share: float
    notes: tuple[str, ...] = ()


def saved(view: ShopView) -> Book:
    """The shop's segments with the built-in ones."""
    return book(view.table("segments").to_pylist())


def clock(view: ShopView) -> Clock:
    """As of when a view is, and by which clock its days begin."""
    return Clock(view.as_of, view.time_zone)


def count(view: ShopView, text: str, *, within: str = "") -> Count:
    """How many belong to it. Raises `ExpressionError`, and `NotLearned` where a result is asked that is not there yet.

    ``within`` is the id of the segment whose expression this is, if it has one: then it cannot contain itself.
    """
    expression, book = parse(text), saved(view)
    found = query(expression, clock(view), book=book, text=text, within=within)
    row = view.sql(counting(found), found.parameters).to_pylist()[0]
    return counted(row, found, (*notes_in(view, expression, book), *readings(expression, book)))


def notes_in(view: ShopView, expression: Expression, book: Book) -> tuple[str, ...]:
    """Sentences about what the expression names and the shop does not have."""
    return strangers(lambda sql, given: view.sql(sql, given).to_pylist(), expression, book)


def members(view: ShopView, text: str, *, within: str = "") -> pa.Table:
    """The customers who belong to it, one column ``customer_id`` in its order. Raises as `count`."""
    found = query(parse(text), clock(view), book=saved(view), text=text, within=within)
    check_learned(view.sql(presence(found)).to_pylist()[0], found)
    return view.sql(f"{found.members} ORDER BY 1", found.parameters)


def counting(found: Query) -> str:
    """The SELECT of one row: ``n``, ``n_reachable``, ``worth``, ``total``, ``total_worth``, and what `check_learned` wants."""
    known = "".join(f", count(main_{place}) AS known_{place}" for place, _ in enumerate(_mains(found)))
    mains = "".join(f', c."{name}" AS main_{place}' for place, name in enumerate(_mains(found)))
    inner = f"SELECT c.value AS worth, c.opted_out AS out{mains}, {found.condition} AS belongs FROM customer_profiles AS c"
    return (
        f"{found.prefix}SELECT count(*) FILTER (WHERE belongs) AS n, "
        "count(*) FILTER (WHERE belongs AND NOT coalesce(out, false)) AS n_reachable, "
        "coalesce(sum(worth) FILTER (WHERE belongs), 0) AS worth, count(*) AS total, coalesce(sum(worth), 0) AS total_worth"
        f"{known} FROM ({inner})"
    )


def presence(found: Query) -> str:
    """The SELECT of what `check_learned` wants, alone."""
    known = "".join(f', count("{name}") AS known_{place}' for place, name in enumerate(_mains(found)))
    return f"SELECT count(*) AS total{known} FROM customer_profiles"


def counted(row: dict[str, Any], found: Query, notes: tuple[str, ...] = ()) -> Count:
    """The row of `counting` as a `Count`. Raises `NotLearned`."""
    check_learned(row, found)
    total, total_worth = row["total"], row["total_worth"]
    worth = float(row["worth"])
    return Count(
        row["n"], row["n_reachable"], worth, row["n"] / total, worth / total_worth if total_worth > 0 else 0.0, notes
    )  # fmt: skip


def check_learned(row: dict[str, Any], found: Query) -> None:
    """Raise `NotLearned` where there are no profiles, or where nobody has a value in a result that is asked."""
    if row["total"] == 0:
        raise NotLearned(
            "There are no profiles yet.", got="no rows in customer_profiles", wanted="a profile of each customer",
            next="`shopkeeper learn customers.profiles`",
        )  # fmt: skip
    for place, (task, name) in enumerate(zip(_tasks(found), _mains(found), strict=True)):
        if row[f"known_{place}"] == 0:
            asked = sorted(column for column in found.columns if task in tasks_behind({column}))
            raise NotLearned(
                f"Nobody's {asked[0]} is known yet.", got=f"customer_profiles without any {name}", wanted=f"a run of {task!r}",
                next=f"`shopkeeper learn {task} customers.profiles`; if it is refused, it says what it needs", task=task,
            )  # fmt: skip


def _tasks(found: Query) -> tuple[str, ...]:
    return tasks_behind(found.columns)


def _mains(found: Query) -> list[str]:
    return [MAIN[task] for task in _tasks(found)]
