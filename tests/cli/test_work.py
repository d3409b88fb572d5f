"""tasks, learn, run, previous, job: made from the registry, so a room declared in a test has its commands."""

import subprocess
import sys

import pytest


def test_a_declared_task_has_its_command_with_its_settings(shopkeeper, corner_shop):
    said = shopkeeper("run", "--help")
    assert said.code == 0 and "counting.count" in said.out
    shown = " ".join(shopkeeper("run", "counting.count", "--help").out.split())
    for words in ("How often was each product met?", "--least", "1 to 100 events", "smallest count that is kept"):
        assert words in shown


def test_run_takes_settings_and_says_how_good_it_is(shopkeeper, corner_shop):
    said = shopkeeper("run", "counting.count", "--least", "2")
    assert said.code == 0, said.err
    assert "counting.count done" in said.out and "1 products were met" in said.out and "a coin" in said.out
    assert shopkeeper("show", "product_counts", "--json").json == [{"product_id": "A", "n_events": 3}]


def test_run_for_programs(shopkeeper, corner_shop):
    run = shopkeeper("run", "counting.count", "--least", "2", "--json").json
    assert run["state"] == "done" and run["n_rows"] == 1 and run["scores"][0]["verdict"]
    value, origin = run["provenance"]["changes"]["least"]
    assert value == 2 and origin
    assert shopkeeper("run", "counting.count", "--least", "2", "--json").json["state"] == "unchanged"
    assert shopkeeper("run", "counting.count", "--least", "2", "--force", "--json").json["state"] == "done"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["counting.cuont"], 2, "did you mean 'counting.count'"),
        (["counting.count", "--lest", "2"], 2, "did you mean '--least'"),
        (["counting.count", "--least", "101"], 2, "1 to 100 events"),
        (["counting.count", "--least", "few"], 2, "a whole number"),
        (["counting.count", "--as-of", "tomorrow"], 2, "ISO 8601"),
        (["counting.summarize"], 3, "product_counts"),
        (["counting.count", "--least", "50"], 3, "Nothing was met often enough"),
    ],
)
def test_run_refuses(shopkeeper, corner_shop, arguments, code, words):
    said = shopkeeper("run", *arguments)
    assert said.code == code and words in said.err


def test_learn_runs_the_plan_in_order(shopkeeper, corner_shop):
    runs = shopkeeper("learn", "counting.summarize", "--json").json
    assert [(run["task"], run["state"]) for run in runs] == [("counting.count", "done"), ("counting.summarize", "done")]
    said = shopkeeper("learn", "counting.summarize")
    assert said.code == 0 and "counting.count unchanged" in said.out


def test_learn_says_what_was_refused(shopkeeper, tmp_path, monkeypatch, corner_shop):
    shopkeeper("init", tmp_path / "empty")
    monkeypatch.chdir(tmp_path / "empty")
    said = shopkeeper("learn", "counting.count")
    assert said.code == 3 and "counting.count refused" in said.out and "events" in said.out


def test_learn_of_an_unknown_task(shopkeeper, corner_shop):
    said = shopkeeper("learn", "counting.summarise")
    assert said.code == 2 and "counting.summarize" in said.err


def test_tasks_lists_the_plan(shopkeeper, corner_shop):
    found = [task for task in shopkeeper("tasks", "--json").json if task["task"].startswith("counting.")]
    assert [task["task"] for task in found] == ["counting.count", "counting.summarize"]
    assert found[0]["state"] == "not run" and found[0]["writes"] == "product_counts"
    shopkeeper("run", "counting.count")
    line = next(line for line in shopkeeper("tasks").out.splitlines() if line.startswith("counting.count"))
    assert " done " in line and "events" in line


def test_previous_brings_the_model_before_back(shopkeeper, corner_shop):
    assert shopkeeper("previous", "counting.count").code == 3
    first = shopkeeper("run", "counting.count", "--json").json["model_version"]
    second = shopkeeper("run", "counting.count", "--least", "2", "--json").json["model_version"]
    assert first != second
    assert shopkeeper("previous", "counting.count", "--json").json == {"task": "counting.count", "model_version": first}


def test_a_job_is_hidden_and_says_what_is_wrong(shopkeeper, corner_shop):
    assert " job " not in shopkeeper("--help").out
    assert shopkeeper("job", "nothing").code == 2


def test_away_from_a_terminal_progress_is_lines_on_stderr(corner_shop):
    program = [sys.executable, "-m", "shopkeeper", "learn"]
    done = subprocess.run(program, cwd=corner_shop, capture_output=True, text=True)
    assert "\x1b[" not in done.stdout + done.stderr
