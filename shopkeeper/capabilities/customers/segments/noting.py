"""What has to be said beside a count: names that the shop does not have, visits that nobody recorded, words with two meanings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from shopkeeper.capabilities.customers.profiles.columns import COLUMN, SOURCE_OF
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.tokens import quoted
from shopkeeper.capabilities.customers.segments.language.tree import AnyOf, Expression, facts, fields, parts, segments
from shopkeeper.capabilities.customers.segments.language.words import meanings
from shopkeeper.capabilities.customers.segments.saved import Book
from shopkeeper.core.errors import ExpressionError

ALIKE = 0.8  # how alike a name must be (Jaro and Winkler) to be meant
Ask = Callable[[str, Mapping[str, Any]], list[dict[str, Any]]]

_VISITING = ("viewed", "carted", "searched")
_NOT_VISITS = ("n_reviews", "rating_mean", "n_messages", "last_message_at")
_VISITS = """
    SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM customer_events
        WHERE event IN ('view_item', 'add_to_cart', 'search', 'view_search_results'))
    OR EXISTS (SELECT 1 FROM customer_profiles WHERE n_visits > 0 OR n_views > 0 OR n_carts > 0 OR n_searches > 0)
"""


def strangers(ask: Ask, expression: Expression, book: Book) -> tuple[str, ...]:
    """A sentence for each product, category, brand or text in the expression that the shop does not have, also in segments in it.

    One more where it asks about visits and there are none. ``ask(sql, parameters)`` gives rows of `products`,
    `customer_profiles` and `customer_events`.
    """
    found: dict[str, None] = {}
    trees = tuple(_with_segments(expression, book, set()))
    for tree in trees:
        for did in facts(tree):
            if did.target is not None and did.target.kind != "words":
                for name in did.target.names:
                    found.update(dict.fromkeys(_stranger(ask, did.target.kind, name)))
        for test in _tests(tree):
            found.update(dict.fromkeys(_never(ask, test)))
    if any(map(_is_about_visits, trees)) and not ask(_VISITS, {}):
        found["The shop has no visits: nobody is known to have looked at anything, filled a cart or searched."] = None
    return tuple(found)


def readings(expression: Expression, book: Book) -> tuple[str, ...]:
    """A sentence for each bare word that could mean something else: which meaning was taken, and how to write the others."""
    found = []
    for test in _tests(expression):
        if not test.is_bare:
            continue
        name = str(test.values[0])
        others = [f"{field} is {name}" for field in meanings(name) if field != test.field]
        segment = book.find(name) or book.find(name.replace("_", " "))
        others += [f"in segment {quoted(segment.segment_id)}"] if segment is not None else []
        if others:
            taken = f"{name!r} is taken for the {'stage' if test.field == 'stage' else 'group of RFM'} ({test.field} is {name})"
            found.append(f"{taken}; for the other meaning write: {' or '.join(others)}")
    return tuple(dict.fromkeys(found))


def _with_segments(expression: Expression, book: Book, seen: set[str]) -> Iterator[Expression]:
    """The expression and those of the segments that it names."""
    yield expression
    for part in segments(expression):
        segment = book.find(part.name)
        if segment is None or segment.segment_id in seen:
            continue
        seen.add(segment.segment_id)
        try:
            inner = parse(segment.expression)
        except ExpressionError:  # told where it is compiled
            continue
        yield from _with_segments(inner, book, seen)


def _tests(expression: Expression) -> tuple[AnyOf, ...]:
    """The columns compared with texts."""
    own = (expression,) if isinstance(expression, AnyOf) and isinstance(expression.values[0], str) else ()
    return own + tuple(test for part in parts(expression) for test in _tests(part))


def _is_about_visits(tree: Expression) -> bool:
    asked = fields(tree) - {*_NOT_VISITS}
    columns = any(name in SOURCE_OF and SOURCE_OF[name].group == "visits" for name in asked)
    return columns or any(did.fact in _VISITING for did in facts(tree))


def _never(ask: Ask, test: AnyOf) -> Iterable[str]:
    """A sentence for each text that no customer has in that column; columns with fixed choices take no others anyway."""
    if COLUMN[test.field].choices:
        return
    column = f'"{COLUMN[test.field].name}"'
    for value in map(str, test.values):
        given = {"name": value}
        if ask(f"SELECT 1 AS one FROM customer_profiles WHERE lower({column}) = lower($name) LIMIT 1", given):
            continue
        close = _closest(ask, "customer_profiles", column, value)
        yield f"No customer has {test.field} {value!r:.80}" + (f"; did you mean {close!r}?" if close is not None else ".")


def _stranger(ask: Ask, kind: str, name: str) -> Iterable[str]:
    tests = {
        "product": "lower(product_id) = lower($name) OR lower(title) = lower($name)",
        "brand": "lower(brand) = lower($name)",
        "category": "lower(product_type) = lower($name) OR starts_with(lower(product_type), lower($name) || ' > ')",
    }
    path = " > ".join(level.strip() for level in name.split(">")) if kind == "category" else name
    if ask(f"SELECT 1 AS one FROM products WHERE {tests[kind]} LIMIT 1", {"name": path}):
        return
    column = {"product": "title", "brand": "brand", "category": "product_type"}[kind]
    close = _closest(ask, "products", column, path)
    yield f"The catalog has no {kind} {name!r:.80}" + (f"; did you mean {close!r}?" if close is not None else ".")


def _closest(ask: Ask, table: str, column: str, name: str) -> str | None:
    """The text in that column that is most like ``name``, or None where none comes near."""
    alike = "jaro_winkler_similarity(lower(name), lower($name))"
    rows = ask(
        f"SELECT name FROM (SELECT DISTINCT {column} AS name FROM {table} WHERE {column} IS NOT NULL) "
        f"WHERE contains(lower(name), lower($name)) OR {alike} > {ALIKE} "
        f"ORDER BY contains(lower(name), lower($name)) DESC, {alike} DESC, name LIMIT 1",
        {"name": name},
    )
    return str(rows[0]["name"]) if rows else None
