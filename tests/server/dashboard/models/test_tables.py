"""Tables page by page."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import UnknownName
from shopkeeper.core.schema import TABLES
from shopkeeper.server.dashboard.models import tables

from ..conftest import order_lines  # noqa: TID252 - the rows that the fixture wrote

LINES = TABLES["order_lines"]


@pytest.fixture
def page(memory):
    def read(table=LINES, **asked):
        return memory.get(object(), lambda view: tables.rows(view, table, **asked))

    return read


def test_every_table_has_a_card_with_its_rows(trading, memory):
    cards = {card.name: card for card in tables.cards(trading)}
    assert {name for name, table in TABLES.items() if table.kind != "view"} <= set(cards)
    assert cards["order_lines"].n_rows == len(order_lines())
    assert cards["order_lines"].newest_at.date().isoformat() == "2026-03-12"
    assert (cards["campaigns"].n_rows, cards["campaigns"].newest_at) == (0, None)


def test_a_view_has_a_card_too(memory):
    card = memory.get("card", lambda view: tables.view_card(view, TABLES["daily_sales"]))
    assert (card.kind, card.newest_at.date().isoformat()) == ("view", "2026-03-12")
    assert card.n_rows == len({row["at"].date() for row in order_lines()})
    assert memory.get("prices", lambda view: tables.view_card(view, TABLES["current_prices"])).newest_at is None


def test_pages_hold_every_row_once(page):
    total = len(order_lines())
    ids = [row["line_id"] for offset in range(0, total, 100) for row in page(offset=offset, limit=100).rows]
    assert len(ids) == total == len(set(ids)) == page().total


def test_the_newest_come_first_unless_told(page):
    assert page(limit=1).rows[0]["line_id"] == "L-newest"


def test_sorting_both_ways(page):
    up = [row["price"] for row in page(sort="price", descending=False, limit=200).rows]
    down = [row["price"] for row in page(sort="price", descending=True, limit=200).rows]
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert up[0] < down[0]


def test_sorting_by_a_column_that_is_not_there_names_the_nearest(page):
    with pytest.raises(UnknownName, match="price"):
        page(sort="prise")


def test_a_sort_is_a_name_and_never_a_query(page):
    with pytest.raises(UnknownName):
        page(sort='price" DESC; DROP TABLE order_lines; --')


def test_search_looks_into_every_text_and_takes_signs_as_they_are(page):
    assert {row["customer_id"] for row in page(search="c007", limit=200).rows} == {"C007"}
    assert page(search="%").total == page(search="C_0").total == 0
    assert page(TABLES["products"], search="<b>no. 5</b>").total == 1


def test_an_offset_beyond_the_end_is_an_empty_page(page):
    found = page(offset=10**6)
    assert (found.rows, found.total) == ((), len(order_lines()))


def test_personal_columns_are_dots_for_those_who_may_not_see_them(page):
    hidden = page(TABLES["rejected"])
    assert {row["raw"] for row in hidden.rows} == {tables.HIDDEN}
    assert page(TABLES["rejected"], search="many").total == 1, "only the message says it"
    shown = page(TABLES["rejected"], shows_personal=True)
    assert all("bad-" in row["raw"] for row in shown.rows)


def test_an_operator_cannot_find_out_a_raw_row_by_searching_for_it(page):
    assert page(TABLES["rejected"], search="bad-1").total == 0
    assert page(TABLES["rejected"], search="bad-1", shows_personal=True).total == 1


def test_views_are_read_like_tables(page):
    found = page(TABLES["daily_sales"], sort="revenue", limit=3)
    assert [row["revenue"] for row in found.rows] == sorted((row["revenue"] for row in found.rows), reverse=True)
