"""Rejected rows by rule."""

from __future__ import annotations

from shopkeeper.server.dashboard.models import rejected


def test_rules_count_their_rows(memory):
    rules = memory.get("rules", rejected.rules)
    assert sum(rule.n_rows for rule in rules) == 2
    assert {rule.table for rule in rules} == {"order_lines"}
    assert all(rule.example for rule in rules)


def test_rows_come_with_what_was_sent(memory):
    shown = {}
    for rule in memory.get("rules", rejected.rules):
        for row in memory.get(rule, lambda view, rule=rule: rejected.rows(view, rule.rule, rule.table, offset=0, shows_raw=True)):
            pairs = dict(row.raw)
            shown[pairs["line_id"]] = pairs
    assert shown["bad-1"]["quantity"] == "many"
    assert float(shown["bad-2"]["price"]) == -1.0


def test_raw_rows_are_kept_from_those_who_may_not_see_them(memory):
    for rule in memory.get("rules", rejected.rules):
        rows = memory.get(rule, lambda view, rule=rule: rejected.rows(view, rule.rule, rule.table, offset=0, shows_raw=False))
        assert [row.raw for row in rows] == [None]


def test_a_page_beyond_the_end_is_empty(memory):
    rule = memory.get("rules", rejected.rules)[0]
    assert memory.get("far", lambda view: rejected.rows(view, rule.rule, rule.table, offset=99, shows_raw=True)) == ()


def test_an_empty_shop_has_no_rules(empty_memory):
    assert empty_memory.get("rules", rejected.rules) == ()
