"""The book of what other floors say: how a sentence is known, what stands in its slots, and what is not guessed at."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.phrases import Phrasebook
from shopkeeper.server.dashboard.words import book

UNITS = {"days": "天"}
BOOK = Phrasebook(
    {
        "There are no baskets.": "没有购物篮。",
        "item graph": "商品关联图",
        "{n:number} rows": "{n} 行",
        "{task:value} needs more in table {table:value}.": "{task} 需要表 {table} 中有更多数据。",
        "{where} cannot be {value:value}.": "{where} 不能为 {value}。",
        "{low:number} to {high:number} {unit:unit}": "{low} 至 {high} {unit}",
        "AUC of {of:said}": "{of}的 AUC",
        "an order within {n:number} days": "{n} 天内下单",
        "import {tables:names}": "请导入 {tables}",
        "{first:said}; {rest:said}": "{first}；{rest}",
        "Done: {steps:list}.": "完成：{steps}。",
        "Segment {name} is gone.": "人群 {name} 已不在。",
        "Segment {name} is gone. Nobody took it.": "人群 {name} 已不在。没有人拿走。",
    },
    {"unit": UNITS.get},
)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("There are no baskets.", "没有购物篮。"),
        ("Item graph", "商品关联图"),
        ("1,234 rows", "1,234 行"),
        ("'customers.value' needs more in table 'orders'.", "customers.value 需要表 orders 中有更多数据。"),
        ("recommend.history (given) cannot be 'x y'.", "recommend.history (given) 不能为 “x y”。"),
        ("1 to 365 days", "1 至 365 天"),
        ("AUC of an order within 60 days", "60 天内下单的 AUC"),
        ("AUC of somebody", "somebody的 AUC"),
        ("import events or orders", "请导入 events 或 orders"),
        ("import a, b or c", "请导入 a、b 或 c"),
        ("import a, b and c", "请导入 a、b 和 c"),
        ("Done: 3 rows, item graph.", "完成：3 行，商品关联图。"),
        ("There are no baskets.; 3 rows", "没有购物篮。；3 行"),
        ("Segment best is gone. Nobody took it.", "人群 best 已不在。没有人拿走。"),
    ],
)
def test_a_sentence_is_known_by_its_text(english, chinese):
    assert BOOK.say(english) == chinese


@pytest.mark.parametrize(
    "english",
    [
        "There are no bundles.",
        "many rows",  # a number is wanted
        "The file cannot be read.",  # no value
        "1 to 365 moons",  # no unit that is known
        "AUC of a thing that nobody said",  # what stands in the slot must itself be known
        "import all of the files or orders",
        "Done: 3 rows, something else.",
    ],
)
def test_what_is_not_in_the_book_is_not_guessed(english):
    assert BOOK.say(english) is None


def test_facts_are_taken_over_as_they_are():
    assert BOOK.say("Segment {n:number} $1 \\1 is gone.") == "人群 {n:number} $1 \\1 已不在。"


def test_what_is_long_is_data():
    assert BOOK.say("Segment " + "x" * 3000 + " is gone.") is None
    assert BOOK.say("; ".join(["3 rows"] * 40)) == "；".join(["3 行"] * 40)
    assert book().say("a: " * 330) is None
    assert book().say("1; " * 330) is None
