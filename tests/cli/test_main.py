"""The door itself: help, errors, exit codes, what is loaded."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.main import get_command

from shopkeeper.cli.app import app

PROGRAM = Path(sys.executable).with_name("shopkeeper")
HEAVY = {"pyarrow", "duckdb", "numba", "scipy", "fastapi", "nicegui", "uvicorn", "torch", "rich.progress", "numpy"}


def every_command():
    root = get_command(app)
    for name, command in root.commands.items():
        yield name, command
        for inner, below in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", below


def test_help_is_light_and_fast():
    code = (
        "import sys; from shopkeeper.cli.main import main\ncode = main(['--help'])\n"
        "print(code, *sorted(sys.modules), file=sys.stderr)"
    )
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    print(f"shopkeeper --help took {time.perf_counter() - began:.2f} s with a new Python")
    code, *loaded = done.stderr.split()
    assert code == "0" and "import" in done.stdout
    assert HEAVY.isdisjoint(loaded)


def test_every_command_has_help_and_an_example_that_begins_with_its_name():
    for name, command in every_command():
        assert command.help, name
        first = command.epilog.partition(": ")[2]
        assert first.startswith(f"shopkeeper {name}"), name


def test_version(shopkeeper):
    said = shopkeeper("--version")
    assert (said.code, said.out.split()[0]) == (0, "shopkeeper")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["shwo"], "did you mean 'show'"),
        (["keys", "revok"], "did you mean 'revoke'"),
        (["show", "--limt", "3"], "did you mean '--limit'"),
        (["show", "--limit", "0"], "for '--limit'"),
        (["sql"], "needs QUERY"),
        (["init", "a", "b"], "extra argument"),
    ],
)
def test_a_misspelled_line_is_an_error_in_four_parts(shopkeeper, arguments, words):
    said = shopkeeper(*arguments)
    assert said.code == 2 and said.out == ""
    assert said.err.startswith("Error: ") and words in said.err
    assert all(f"  {part}" in said.err for part in ("got", "wanted", "next"))
    assert "Traceback" not in said.err


def test_with_json_the_error_is_a_problem_document(shopkeeper, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = shopkeeper("show", "--json")
    assert (said.code, said.out) == (4, "")
    assert said.problem["type"] == "urn:shopkeeper:shop-not-found" and said.problem["next"]


@pytest.mark.parametrize("arguments", [["show"], ["tasks"], ["learn"], ["sql", "select 1"], ["seal"], ["keys", "list"]])
def test_outside_a_shop(shopkeeper, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    said = shopkeeper(*arguments)
    assert said.code == 4 and "shopkeeper init" in said.err


def test_the_shop_may_be_named_before_after_or_in_the_environment(shopkeeper, corner_shop, monkeypatch):
    monkeypatch.chdir(corner_shop.parent)
    query = ("sql", "select count(*) n from events", "--json")
    assert shopkeeper(*query, "--shop", corner_shop).json == [{"n": 5}]
    assert shopkeeper("--shop", corner_shop, *query).json == [{"n": 5}]
    monkeypatch.setenv("SHOPKEEPER_SHOP", str(corner_shop))
    assert shopkeeper(*query).json == [{"n": 5}]


def test_the_program_and_the_module_are_the_same():
    for program in ([PROGRAM], [sys.executable, "-m", "shopkeeper"]):
        done = subprocess.run([*program, "shwo"], capture_output=True, text=True)
        assert done.returncode == 2 and "did you mean 'show'" in done.stderr


def test_a_reader_that_goes_away_is_no_error(corner_shop):
    line = f"{PROGRAM} sql 'select range i from range(200000)' --csv | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=corner_shop)
    assert done.stdout == '"i"\n' and "Traceback" not in done.stderr


def test_ctrl_c_says_what_is_kept(corner_shop):
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    serving = subprocess.Popen(
        [PROGRAM, "serve", "--port", "0"], cwd=corner_shop, env=environment, stderr=subprocess.PIPE, text=True
    )
    with serving:
        assert "is served at" in serving.stderr.readline()
        time.sleep(2)
        serving.send_signal(signal.SIGINT)
        rest = serving.stderr.read()
    assert serving.returncode == 130
    assert "Stopped by Ctrl-C" in rest and "everything that was acknowledged is on disk" in rest
    assert "Traceback" not in rest
