"""The book of what other floors say, held to what they do say: a sentence that is written anywhere in the package and can come
before a manager has Chinese words, and the book has none that nobody says any more."""

from __future__ import annotations

import ast
import itertools
import re
import tomllib
from pathlib import Path

import pytest

import shopkeeper
from shopkeeper.capabilities.customers.segments.language import completing
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.words import vocabulary
from shopkeeper.core import errors
from shopkeeper.core.errors import ExpressionError, ShopkeeperError
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.schema import TABLES
from shopkeeper.core.settings import knobs
from shopkeeper.server.dashboard.models import importing, work
from shopkeeper.server.dashboard.phrases import SLOT, entries
from shopkeeper.server.dashboard.words import Words, book

PACKAGE = Path(shopkeeper.__file__).parent
ENGLISH, CHINESE = re.compile(r"[A-Za-z]{2,}[,;:]? [A-Za-z]{2,}"), re.compile(r"[\u4e00-\u9fff]")
FAR = ("cli/", "simulator/", "server/", "numerics/", "store/backup.py", "core/columns.py", "core/answers.py", "core/registry.py")
"""What speaks to somebody at a command line, at HTTP or who writes code, and never to a reader of the dashboard."""
NEAR = ("server/security.py", "server/limits.py", "server/dashboard/")
FOR_CODERS = {"DeclarationError"}
KINDS_OF_ERROR = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, ShopkeeperError)
} - FOR_CODERS
PARTS = ("what", "got", "wanted", "next")
SAYERS = {  # function -> the parameters that are sentences, in their order (None: not one)
    **dict.fromkeys(KINDS_OF_ERROR, ("what",)),
    "problem": ("what",), "_refused": (None, "what", "wanted", "next"), "_bad": (None, "what", None, "wanted"),
    "unknown": ("kind",), "_unknown": (None, "kind"), "expect_sign": (None, "what"), "step": (None, "doing"),
    "Score": ("name", None, None, None, "baseline_name"), "paired_score": ("name", None, None, "baseline_name"),
    "Refused": (None, "what"), "teller": (None, "doing"), "rising": (None, None, "doing"),
}  # fmt: skip
KEYWORDS = {*PARTS, "baseline_name", "headline", "doing"}


def sources() -> list[Path]:
    """The files whose words can come before a reader of the dashboard."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if not place.startswith(FAR) or place.startswith(NEAR):
            found.append(path)
    return found


def literals(node: ast.AST | None, names: dict[str, list[ast.expr]]) -> list[list[tuple[str, str]]]:
    """What an expression can say: for each way a list of (text, "") and ("", what is filled in); nothing where that cannot be seen."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [[(node.value, "")]]
    if isinstance(node, ast.JoinedStr):
        ways: list[list[tuple[str, str]]] = [[]]
        for part in node.values:
            inner = [[(part.value, "")]] if isinstance(part, ast.Constant) else _filled(part, names)
            ways = [way + more for way in ways for more in inner]
        return ways
    if isinstance(node, ast.IfExp):
        return literals(node.body, names) + literals(node.orelse, names)
    if isinstance(node, ast.BoolOp):
        return [way for value in node.values for way in literals(value, names)]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = literals(node.left, names) or [[("", "any")]], literals(node.right, names) or [[("", "any")]]
        return [a + b for a in left for b in right]
    if isinstance(node, ast.Name):
        return [way for value in names.get(node.id, []) for way in literals(value, {**names, node.id: []})]
    return []


def _filled(part: ast.FormattedValue, names: dict[str, list[ast.expr]]) -> list[list[tuple[str, str]]]:
    """What a field of an f-string can be: the texts that were given to its name, else something of its kind."""
    if isinstance(part.value, ast.Name | ast.IfExp) and part.format_spec is None and part.conversion < 0:
        known = literals(part.value, names)
        if known:
            return known
    spec = ast.unparse(part.format_spec) if part.format_spec is not None else ""
    kind = (
        "value" if part.conversion == ord("r") else ("number" if re.search(r"[,%fgd]|\.\d", spec) and "60" not in spec else "any")
    )
    return [[("", kind)]]


SAMPLES = {"value": ("'x'", "'x y'"), "number": ("12", "3.5"), "any": ("12", "name", "'x'", "days", "shopkeeper x")}


def is_said(way: list[tuple[str, str]]) -> bool:
    """Whether the book has it, whatever is filled in (of what cannot be seen it is enough that it fits one way)."""
    kinds = sorted({kind for _, kind in way if kind})
    for samples in itertools.product(*(SAMPLES[kind] for kind in kinds)):
        chosen = dict(zip(kinds, samples, strict=True))
        if book().say("".join(text or chosen[kind] if kind else text for text, kind in way)) is not None:
            return True
    return False


def spoken(tree: ast.Module):
    """(line, way of saying it) of each sentence in a file."""
    for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))]:
        names: dict[str, list[ast.expr]] = {}
        inner = list(ast.walk(scope)) if scope is not tree else list(tree.body)
        for node in [*tree.body, *inner]:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                names.setdefault(node.targets[0].id, []).append(node.value)
        for node in inner if scope is not tree else []:
            if isinstance(node, ast.Call):
                yield from ((node.lineno, way) for way in _of_call(node, names))
            elif isinstance(node, ast.Return) and (ast.get_docstring(scope) or "").startswith("Why "):
                yield from ((node.lineno, way) for way in literals(node.value, names) if ENGLISH.search(_shown(way)))


def _of_call(node: ast.Call, names: dict[str, list[ast.expr]]):
    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if called not in SAYERS:
        return
    given = [arg for arg, part in zip(node.args, SAYERS[called], strict=False) if part]
    given += [keyword.value for keyword in node.keywords if keyword.arg in KEYWORDS]
    for value in given:
        for way in literals(value, names):
            if ENGLISH.search(_shown(way)):
                yield way


def _shown(way: list[tuple[str, str]]) -> str:
    return "".join(text if not kind else "{…}" for text, kind in way)


def unsaid(tree: ast.Module) -> list[tuple[int, str]]:
    found = {(line, _shown(way)) for line, way in spoken(tree) if not is_said(way)}
    return sorted(found)


def test_every_error_score_and_step_of_work_has_chinese_words():
    missing, n = [], 0
    for path in sources():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        n += len(list(spoken(tree)))
        missing += [(path.relative_to(PACKAGE).as_posix(), *found) for found in unsaid(tree)]
    assert missing == []
    assert n > 400


@pytest.mark.parametrize(
    "code",
    [
        'def f():\n    raise NotEnoughData("There are too few coupons.", got="1 rows", wanted="at least 2", next="run it again")',
        'def f(n):\n    raise BadRequest("correct it", wanted=f"no more than {n:,} coupons at once")',
        'def f():\n    return Score("share of coupons used", 1.0, i, 0.5, "chance", i, 3)',
        'def f():\n    what = "coupons that nobody knows"\n    raise BadRequest(what)',
        'def f(view):\n    view.progress.step(0.5, "cutting the coupons")',
    ],
)
def test_a_sentence_without_chinese_words_is_found(code):
    assert len(unsaid(ast.parse(code))) == 1


def every_table():
    return {**TABLES, **{task.writes.name: task.writes for task in REGISTRY.discover().tasks.values()}}


def test_every_column_has_a_meaning_and_a_unit_in_chinese():
    zh = Words("zh")
    columns = [(table.name, column) for table in every_table().values() for column in table.columns]
    assert [(name, column.name, column.meaning) for name, column in columns if book().say(column.meaning) is None] == []
    units = {column.unit for _, column in columns if re.search("[A-Za-z]", column.unit)}
    assert {unit for unit in units if zh.find("unit", unit) is None} == set()


def test_every_setting_and_field_of_a_request_is_explained_in_chinese():
    registry = REGISTRY.discover()
    declared = {**registry.sections, **{name: answer.request for name, answer in registry.answers.items()}}
    every = [(name, knob) for name, kind in declared.items() for knob in knobs(kind)]
    assert [(name, knob.name, knob.help) for name, knob in every if book().say(knob.help) is None] == []
    assert [(name, knob.name, knob.range) for name, knob in every if knob.range and not _is_told(knob.range)] == []
    units = {knob.unit for _, knob in every if re.search("[A-Za-z]", knob.unit)}
    assert {unit for unit in units if Words("zh").find("unit", unit) is None} == set()


def _is_told(text: str) -> bool:
    return book().say(text) is not None or not re.search("[A-Za-z]", text)


def test_every_task_explains_itself_in_chinese(trading):
    pages = [work.task_page(trading, name) for name in REGISTRY.discover().tasks]
    assert [(page.name, page.explanation) for page in pages if page.explanation and book().say(page.explanation) is None] == []


def test_every_form_of_file_that_is_known_is_named_and_noted_in_chinese():
    presets = [tomllib.loads(path.read_text()) for path in sorted((PACKAGE / "store/importers/presets").glob("*.toml"))]
    said = [preset["title"] for preset in presets] + [note for preset in presets for note in preset.get("notes", [])]
    said += [rule[part] for preset in presets for rule in preset.get("rows", []) for part in ("name", "message") if rule[part]]
    assert len(said) > 15
    assert [text for text in said if book().say(text) is None] == []


def test_words_of_the_language_of_segments_are_explained_in_chinese():
    zh = Words("zh")
    assert [(word.text, word.meaning) for word in vocabulary() if not CHINESE.search(zh.said(word.meaning))] == []
    lines = ["", "value_12m ", "stage is ", "bought ", "bought category ", "last_order_at ", "in segment ", "ordered at least 2 "]
    for line in lines:
        for one in completing.complete(line, len(line), {"category": ["Home"], "segment": ["best"]}):
            assert "英文" not in zh.said(one.meaning), (line, one)


FILES = {
    "lines.csv": "order_id,product_id,quantity,price,date\n1,A,2,\"1,50 EUR\",01/02/2024\n2,B,1,\"2,00 EUR\",03/02/2024\n",
    "epoch.csv": "InvoiceNo;StockCode;Quantity;UnitPrice;InvoiceDate\n1;A;2;1.5;1700000000\n2;B;1;1.5;1700000100\n",
    "strange.csv": "foo,bar\n1,2\n",
    "lacking.csv": "order_id,quantity,price\n1,2,3.5\n",
    "people.csv": "order_id,product_id,quantity,price,date,email\n1,A,1,2.5,2024-01-05,a@b.cd\n2,A,1,2.5,20240105,c@b.cd\n",
    "retail.csv": "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,LAMP,6,12/1/2010 8:26,2.55,17850,United Kingdom\n",
    "catalog.jsonl": '{"product_id": "A", "title": "Lamp", "price": "$3.50", "availability": "in stock"}\n',
    "empty.csv": "", "old.xls": "\u00d0", "page.pdf": "%PDF-1.4 x",
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_how_a_file_is_understood_is_told_in_chinese(name, trading, tmp_path):
    path = tmp_path / name
    path.write_text(FILES[name], encoding="utf-8")
    zh = Words("zh")
    try:
        found = importing.understood(trading, path, {})
    except ShopkeeperError as problem:
        told = [(getattr(problem, part), zh.said(getattr(problem, part), may_be_data=part == "got")) for part in PARTS]
    else:
        told = [(text, zh.said(text)) for text in (*found.notes, found.preset)]
        columns = [column for _, columns in found.tables for column in columns]
        told += [(text, zh.said(text)) for column in columns for text in (column.meaning, column.note)]
        told += [(column.source, zh.said(column.source, may_be_data=True)) for column in columns]
        problem = found.problem or {}
        told += [(str(problem.get(part, "")), zh.said(str(problem.get(part, "")))) for part in ("title", "wanted")]
    assert [(text, said) for text, said in told if "英文" in said] == []
    assert any(CHINESE.search(said) for _, said in told)


WRONG = (
    "value_12m >> 3", "lapsd", "value_12m", "value_12m between 1", "bought category", 'bought category "x" at least', "(lapsed",
    "ordered within", "ordered within 5", "stage is foo", "stage is champions", "in segment", "returned", 'ordered product "x"',
    "not not", "lapsed lapsed", '"abc', "value_12m > 3 days", "last_order_at", "last_order_at before 2011-13-45", "country",
    "country in (", "opted_out = 3", "value in top", "value in top 10", "categories is x", "a ; b", "recency_days > 3 foo",
    "last_order_at within 1000 years", "opted_out not", "is_at_risk is maybe", "viewed at least 2", "rfm is foo", "value_12m > and",
    "(" * 50, "stage in (new, old)", "last_order_at before 1", "lapsed and value_12m <", "bought 5", "n_orders > 3 bananas",
)  # fmt: skip


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_with_a_line_is_told_in_chinese(line):
    with pytest.raises(ExpressionError) as caught:
        parse(line)
    zh = Words("zh")
    for part in PARTS:
        told = zh.said(getattr(caught.value, part))
        assert "英文" not in told
        assert CHINESE.search(told) or not re.search("[A-Za-z]{2,} [A-Za-z]{2,}", told) or part == "wanted", told


def shape(english: str) -> str:
    return SLOT.sub(lambda slot: f"{{:{slot[2] or ''}}}", english)


def test_no_sentence_is_in_the_book_twice():
    raw = [key for path in sorted(PACKAGE.glob("server/dashboard/said/*.toml")) for key in tomllib.loads(path.read_text())]
    shapes = [shape(key) for key in raw]
    assert {key for key in shapes if shapes.count(key) > 1} == set()


def test_both_languages_have_the_same_slots():
    def names(text: str) -> set[str]:
        return {slot[1] for slot in SLOT.finditer(text)}

    assert {english for english, chinese in entries().items() if names(english) != names(chinese)} == set()
    assert {english for english, chinese in entries().items() if any(slot[2] for slot in SLOT.finditer(chinese))} == set()


def test_chinese_is_chinese():
    """But for what is nothing but slots, signs, names and words of the language of segments, which stay."""
    plain = {english: SLOT.sub("", chinese) for english, chinese in entries().items()}
    english = {key for key, chinese in plain.items() if not CHINESE.search(chinese) and ENGLISH.search(chinese)}
    stay = {word.text for word in vocabulary()} | {"Google Merchant"}
    assert {
        key for key in english if not any(word in key for word in stay) and not key.startswith(("`shopkeeper", "pip "))
    } == set()


def strings() -> str:
    """Every text in the package's code and presets, one after the other; what is filled in is a zero byte."""
    found: list[str] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    found += [path.read_text() for path in (PACKAGE / "store/importers/presets").glob("*.toml")]
    return "\x01".join(found)


def test_the_book_has_nothing_that_nobody_says():
    """Every longer piece of every sentence stands in the code (a sentence may be put together from several)."""
    text = strings()
    pieces = {
        (english, piece)
        for english in entries()
        for part in SLOT.split(english)[::3]
        for piece in re.split(r"(?<=[.,;:]) ", part)
        if len(piece.strip()) > 12 and piece.strip() not in text
    }
    assert {pair for pair in pieces if not _in_parts(pair[1], text)} == set()


def _in_parts(piece: str, text: str) -> bool:
    """Whether its words stand somewhere beside each other: a sentence may be made of texts that meet in it."""
    words = piece.split()
    if len(words) <= 4:
        return all(word.strip(".,;:()") in text for word in words)
    runs = [" ".join(words[place : place + 2]) for place in range(len(words) - 1)]
    return sum(run in text for run in runs) >= 0.5 * len(runs)


def test_what_is_not_in_the_book_is_marked_and_noted_and_never_silent(caplog):
    zh = Words("zh")
    assert zh.said("There are too few coupons.") == "（英文原文）There are too few coupons."
    assert "no Chinese words for: There are too few coupons." in caplog.text
    assert zh.said("InvoiceNo, StockCode, Unit price", may_be_data=True) == "InvoiceNo, StockCode, Unit price"
    assert zh.said("customers.value") == "customers.value"
    assert zh.said("优惠券太少。") == "优惠券太少。"
    assert zh.said("") == ""
    assert Words("en").said("There are too few coupons.") == "There are too few coupons."
