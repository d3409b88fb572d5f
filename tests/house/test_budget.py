"""The house sheet's budgets and words, checked on every file; and on a planted tree, so that the checks are known to bite."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "shopkeeper"

FILE_LINES, FUNCTION_LINES, FOLDER_FILES = 400, 40, 12
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
DOORS = ("cli", "server", "__main__.py")
STAFF = (*DOORS, "store/accounts.py")  # where a user is one of the shop's staff; everywhere else there are customers
FORBIDDEN_IMPORTS = {"pickle", "joblib", "dill", "cloudpickle", "pandas", "tensorflow"}
FOREIGN_WORDS = {"user_id", "item_id", "sku", "client_id", "item_ids", "user_ids", "skus", "sku_id"}


def violations(package: Path) -> list[str]:
    found: list[str] = []
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        files = list(folder.glob("*.py"))
        if len(files) > FOLDER_FILES:
            found.append(f"{folder}: {len(files)} files")
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > FILE_LINES:
            found.append(f"{path}: {text.count(chr(10))} lines")
        if path.stem in EMPTY_NAMES:
            found.append(f"{path}: a name that says nothing")
        found.extend(f"{path}:{line}: {what}" for line, what in _in_tree(ast.parse(text), path.relative_to(package)))
    return found


def _in_tree(tree: ast.Module, path: Path):
    is_door = path.parts[0] in DOORS
    knows_staff = is_door or path.as_posix() in STAFF
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or line) - line + 1
            if length > FUNCTION_LINES:
                yield line, f"function {node.name} has {length} lines"
        elif isinstance(node, ast.Assert):
            yield line, "assert in the package"
        elif isinstance(node, ast.Raise) and _name(node.exc) in {"Exception", "BaseException", "RuntimeError"}:
            yield line, f"raise {_name(node.exc)}"
        elif isinstance(node, ast.Call) and _name(node) == "print" and not is_door:
            yield line, "print outside the doors"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for module in modules:
                if module.split(".")[0] in FORBIDDEN_IMPORTS:
                    yield line, f"import of {module}"
        word = getattr(node, "arg", None) if isinstance(node, ast.arg) else getattr(node, "id", None)
        if word in FOREIGN_WORDS and not knows_staff:
            yield line, f"the word {word}"


def _name(node) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return getattr(node, "id", getattr(node, "attr", ""))


def test_every_file_keeps_the_budget_and_the_words():
    assert violations(PACKAGE) == []


PLANTED = {
    "long.py": ("x = 1\n" * 401, "401 lines"),
    "wide.py": ("def f():\n" + "    x = 1\n" * 40, "function f has 41 lines"),
    "utils.py": ("x = 1\n", "a name that says nothing"),
    "store/hope.py": ("assert True\n", "assert in the package"),
    "store/vague.py": ("raise Exception('no')\n", "raise Exception"),
    "store/loud.py": ("print('hello')\n", "print outside the doors"),
    "store/jar.py": ("import pickle\n", "import of pickle"),
    "store/foreign.py": ("def f(user_id):\n    return user_id\n", "the word user_id"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_violation_is_caught(name: str, tmp_path: Path):
    text, wanted = PLANTED[name]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert any(wanted in found for found in violations(tmp_path))


def test_a_crowded_folder_is_caught(tmp_path: Path):
    for number in range(FOLDER_FILES + 1):
        (tmp_path / f"file_{number}.py").write_text("")
    assert violations(tmp_path) == [f"{tmp_path}: 13 files"]


def test_a_door_may_print(tmp_path: Path):
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "main.py").write_text("print('hello')\n")
    assert violations(tmp_path) == []
