"""Which rules hold where and when, what they are about, and that changes reach them."""

from datetime import datetime

import numpy as np

from shopkeeper.capabilities.recommend.steering.rulebook import KEPT, Rulebook

NOW = 1_700_000_000_000_000


def rule(rule_id, action, **columns):
    return {"rule_id": rule_id, "action": action, **columns}


def blocked(book, catalog, place="", now=NOW):
    mask = book.held(place, now).blocked(catalog)
    return set() if mask is None else set(np.flatnonzero(mask == 0).tolist())


def where(catalog, **wanted):
    names = list(catalog.categories)
    return {
        code for code in range(catalog.n_products)
        if ("brand" not in wanted or catalog.brand[code] == catalog.brands[wanted["brand"]])
        and ("below" not in wanted or (catalog.category[code] >= 0 and (names[catalog.category[code]] + " > ").startswith(wanted["below"] + " > ")))
    }  # fmt: skip


def test_blocks_by_product_category_and_brand(catalog):
    book = Rulebook(
        [
            rule("a", "block", product_id="p03"),
            rule("b", "block", product_type="HOME > Kitchen"),
            rule("c", "block", brand="birch"),
        ],
        catalog,
    )
    expected = {3} | where(catalog, below="home > kitchen") | where(catalog, brand="birch")
    assert blocked(book, catalog) == expected
    both = Rulebook([rule("d", "block", product_type="Home", brand="Alder")], catalog)
    assert blocked(both, catalog) == where(catalog, below="home", brand="alder") != set()


def test_a_rule_for_a_place_holds_there_only(catalog):
    book = Rulebook([rule("a", "block", product_id="p01", place="home"), rule("b", "block", product_id="p02")], catalog)
    assert blocked(book, catalog, "home") == {1, 2}
    assert blocked(book, catalog, "cart") == blocked(book, catalog) == {2}
    assert len(book._held) == 2  # places without rules of their own share what holds everywhere


def test_schedules_begin_and_end_by_themselves(catalog, at):
    book = Rulebook(
        [
            rule("a", "block", product_id="p01", start_at=datetime(2024, 5, 6), end_at=datetime(2024, 5, 7)),
            rule("b", "block", product_id="p02", recurs="23:00-01:00"),
        ],
        catalog,
    )
    seen = [
        blocked(book, catalog, now=moment)
        for moment in (
            at(2024, 5, 5, 12),
            at(2024, 5, 6) - 1,
            at(2024, 5, 6),
            at(2024, 5, 6, 1),
            at(2024, 5, 6, 23),
            at(2024, 5, 7),
        )
    ]
    assert seen == [set(), {2}, {1, 2}, {1}, {1, 2}, {2}]
    assert blocked(book, catalog, now=at(2024, 5, 6)) == {1, 2}  # a clock that goes back is believed too


def test_rules_about_what_does_not_exist_wait_for_it(catalog):
    book = Rulebook(
        [
            rule("a", "block", product_id="later"), rule("b", "block", brand="Dogwood"), rule("c", "block", product_type="Toys"),
            rule("d", "pin", product_id="later"),
        ],
        catalog,
    )  # fmt: skip
    assert not book.held("", NOW).any
    catalog.change([{"product_id": "later"}])  # as an event brings it: nobody tells the rules
    assert blocked(book, catalog) == {40}
    assert [one.rule_id for one in book.held("", NOW).pins] == ["d"]
    catalog.change([{"product_id": "p05", "brand": "Dogwood"}, {"product_id": "p06", "product_type": "Toys > Trains"}])
    book.look_again(np.array([5, 6], np.int32))
    assert blocked(book, catalog) == {5, 6, 40}


def test_products_that_change_are_looked_at_again(catalog):
    book = Rulebook([rule("a", "block", brand="Alder"), rule("b", "block", product_type="Garden")], catalog)
    assert 0 in blocked(book, catalog) and 1 not in blocked(book, catalog)
    catalog.change([{"product_id": "p00", "brand": "Birch"}, {"product_id": "p01", "product_type": "Garden"}])
    book.look_again(np.array([0, 1], np.int32))
    assert 0 not in blocked(book, catalog) and 1 in blocked(book, catalog)
    catalog.change([{"product_id": f"n{number}", "brand": "Alder"} for number in range(catalog.capacity)])
    book.look_again(np.arange(40, catalog.n_products, dtype=np.int32))
    assert set(range(40, catalog.n_products)) <= blocked(book, catalog)


def test_rules_change_live_and_broken_ones_do_nothing(catalog):
    book = Rulebook([rule("a", "block", product_id="p01"), rule("bad", "boost", brand="Alder", strength=0.1)], catalog)
    assert set(book.problems) == {"bad"} and set(book.rules) == {"a"}
    book.change([rule("a", "block", product_id="p02"), rule("bad", "boost", brand="Alder", strength=2.0)])
    assert blocked(book, catalog) == {2} and not book.problems
    assert book.held("", NOW).factors is not None
    book.change([rule("a", "block", product_id="p02", enabled=False), rule("bad", "boost", brand="Alder", strength=-1.0)])
    assert not book.held("", NOW).any and set(book.problems) == {"bad"}


def test_which_rules_concern_a_product(catalog):
    book = Rulebook(
        [
            rule("a", "boost", product_id="p00"), rule("b", "bury", product_type="Home > Kitchen > Mugs"), rule("c", "boost", brand="birch"),
            rule("d", "cap", each="brand", n_most=1),
        ],
        catalog,
    )  # fmt: skip
    found = book.held("", NOW).concerned(np.array([0, 1, 4], np.int32), catalog)
    assert [[one.rule_id for one in rules] for rules in found] == [["a", "b", "d"], ["c", "d"], ["d"]]


def test_what_is_kept_is_bounded(catalog):
    book = Rulebook([rule(f"r{n}", "block", product_id="p01", place=f"place {n}") for n in range(KEPT + 20)], catalog)
    for number in range(KEPT + 20):
        assert blocked(book, catalog, f"place {number}") == {1}
    assert len(book._held) == KEPT
