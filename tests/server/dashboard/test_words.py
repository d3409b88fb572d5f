"""Every text in both languages, and no text that does not go through them."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from shopkeeper.capabilities.customers.clusters.naming import AVERAGE, EVERYBODY, ONE_ORDER_ONLY
from shopkeeper.capabilities.customers.clusters.vocabulary import VOCABULARY
from shopkeeper.capabilities.customers.segments.saved import built_in
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.schema import EVENT_KINDS, TABLES
from shopkeeper.core.schema.features import FEATURES
from shopkeeper.server import dashboard
from shopkeeper.server.dashboard.words import LANGUAGES, Words, texts

HOUSE = Path(dashboard.__file__).parent
SOURCES = sorted(HOUSE.rglob("*.py"))


def test_every_key_has_every_language():
    assert {key: len(words) for key, words in texts().items() if len(words) != len(LANGUAGES) or not all(words)} == {}


def test_both_languages_fill_in_the_same_facts():
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert {key for key, (english, chinese) in texts().items() if fields(english) != fields(chinese)} == set()


def test_chinese_is_chinese():
    same = {"type.json", "score.theirs", "todo.never_learned_why", "todo.refused_why", "todo.failed_why", "todo.not_promoted_why",
            "todo.never_learned_many_why", "unit.MB", "unit.GB", "unit.UTC", "setting.told", "error.part"}  # fmt: skip
    assert {key for key, (_, chinese) in texts().items() if not re.search(r"[\u4e00-\u9fff]", chinese)} == same


def keys_in_code():
    """(file, key) for each literal key given to ``t(…)``; a key that is put together has ``*`` for what is filled in."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _is_words(node.func):
                yield from ((path.name, key) for key in _keys(node.args[0]))


def _is_words(function):
    return (isinstance(function, ast.Name) and function.id == "t") or (
        isinstance(function, ast.Attribute) and function.attr == "t"
    )


def _keys(node):
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _keys(node.body) + _keys(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return ["".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)]
    return []


def test_every_key_in_the_code_exists():
    assert len(list(keys_in_code())) > 150
    known = list(texts())
    missing = {
        (name, key)
        for name, key in keys_in_code()
        if not any(re.fullmatch(re.escape(key).replace(r"\*", ".+"), text) for text in known)
    }
    assert missing == set()


def test_no_key_is_left_over():
    patterns = [re.compile(re.escape(key).replace(r"\*", ".+")) for _, key in keys_in_code()]
    named = {
        "table_meaning",
        "declared",
        "event",
        "rung",
        "page",
        "todo",
        "score",
        "filter",
        "method_name",
        "feature",
        "tag",
        "cluster_word",
        "weekday",
        "together",
        "unit",
        "month",
    }  # looked up by names that come from elsewhere
    unused = {
        key for key in texts() if not any(pattern.fullmatch(key) for pattern in patterns) and key.split(".")[0] not in named
    }
    assert unused == {"word.in_english"}  # put before what `Words.said` has no words for


def test_every_table_and_event_has_a_chinese_name():
    zh = Words("zh")
    assert {name for name in TABLES if zh.table(name, "") == ""} == set()
    assert {name for name in EVENT_KINDS if zh.event(name) == name} == {"purchase"}  # a purchase is shown as its order


def test_a_table_of_a_plug_in_keeps_its_own_words_which_are_marked_where_they_are_english():
    assert Words("en").table("somebodys_table", "what it holds") == "what it holds"
    assert Words("zh").table("somebodys_table", "what it holds") == "（英文原文）what it holds"
    assert Words("zh").table("somebodys_table", "优惠券") == "优惠券"


def test_words_for_tasks_and_answers_are_of_those_that_there_are():
    registry, zh = REGISTRY.discover(), Words("zh")
    named = {key.split(".", 1)[1] for key in texts() if key.startswith("declared.")}
    assert named <= {*registry.tasks, *registry.answers}
    assert zh.declared("somebodys.task", "What is it?") == "（英文原文）What is it?"


def test_every_task_answer_and_result_of_ours_is_told_in_chinese():
    registry, zh = REGISTRY.discover(), Words("zh")
    ours = re.compile(r"(recommend|customers|baskets)\.")
    declared = {name for name in {**registry.tasks, **registry.answers} if ours.match(name)}
    assert {name for name in declared if zh.declared(name, "") == ""} == set()
    written = {task.writes.name for name, task in registry.tasks.items() if ours.match(name)}
    assert {name for name in written if zh.table(name, "") == ""} == set()


def test_every_feature_of_customers_has_a_name_in_both_languages():
    for language in LANGUAGES:
        assert [
            column.name for column in FEATURES if Words(language).feature(column.name) == column.name and "_" in column.name
        ] == []
    assert Words("zh").feature("device") == "常用设备"
    assert Words("zh").feature("somebodys_own") == "somebodys_own"


def test_segments_that_come_with_shopkeeper_are_told_in_chinese_and_in_their_own_english():
    zh = Words("zh")
    for segment in built_in().segments:
        assert zh.tag(segment.segment_id, "") != ""
        assert zh.tag(f"{segment.segment_id}_do", "") != ""
        assert texts()[f"tag.{segment.segment_id}"][0] == segment.title
        assert texts()[f"tag.{segment.segment_id}_do"][0] == segment.description
    assert zh.tag("own", "Our friends") == "Our friends"


def test_names_of_groups_are_put_together_word_by_word():
    words = {word for feature in VOCABULARY for word in (feature.high, feature.low) if word}
    assert {word for word in words | {ONE_ORDER_ONLY, AVERAGE, EVERYBODY} if Words("zh").cluster(word) == word} == set()
    assert Words("zh").cluster("high value, many orders (2)") == "价值高、订单多 (2)"
    assert Words("zh").cluster("something new") == "something new"
    assert Words("en").cluster("high value, many orders") == "high value, many orders"


def test_english_uses_the_schemas_words():
    assert Words("en").table("orders", TABLES["orders"].meaning) == TABLES["orders"].meaning


def test_an_unknown_language_is_english():
    assert Words("fr")("page.today") == "Today"


def test_a_missing_key_is_an_error():
    with pytest.raises(KeyError, match=r"no\.such"):
        Words("en")("no.such")


def test_facts_are_filled_in():
    assert Words("zh")("today.after_returns", value="£5") == "扣除退货后 £5"


def test_no_page_writes_words_of_its_own():
    """Text given to an element is a variable, a call or a sign: never a literal word."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"text", "label", "pill", "button"}
            ):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and re.search(r"[A-Za-z]{2}", first.value):
                    found.append((path.name, first.value))
    assert [entry for entry in found if "Shopkeeper" not in entry[1]] == []


@pytest.mark.parametrize(("n", "told"), [("1", "1 row"), (1, "1 row"), ("0", "0 rows"), ("2", "2 rows"), ("1,001", "1,001 rows")])
def test_one_is_told_in_the_singular(n, told):
    assert Words("en")("data.rows", n=n) == told
    assert Words("zh")("data.rows", n=n) == f"{n} 行"


def test_a_method_has_a_name_in_both_languages_and_a_plug_ins_keeps_its_own():
    assert Words("en").method("als", "implicit ALS") == "implicit ALS"
    assert Words("zh").method("als", "implicit ALS").endswith("矩阵分解")
    assert Words("zh").method("somebodys", "Somebody's own") == "Somebody's own"
    assert Words("en").method("item_graph") == "Item graph"
