from dataclasses import dataclass
from typing import Annotated

import pytest
from typer import Option, Typer
from typer.main import get_command

from shopkeeper.cli.generated import flag, flattened, make, prose
from shopkeeper.cli.terminal.problems import UsageError
from shopkeeper.core.settings import knobs, setting


@dataclass(frozen=True)
class Request:
    customer: str
    horizon_days: int = setting(28, "how far ahead", unit="days", low=1, high=365)
    weight: float = setting(0.5, "how much it counts")
    method: str = setting("naive", "how it is done", choices=("naive", "holt"))
    in_stock: bool = setting(False, "only what can be bought")
    reasons: bool = setting(True, "say why")
    exclude: tuple[str, ...] = setting((), "products to leave out")
    json: str = setting("", "a name that the command itself has")


def run(arguments: list[str], *, required: bool = True):
    seen = {}

    def call(given, own):
        seen["given"], seen["own"] = given, own

    app = Typer()
    own = {"json": (Annotated[bool, Option("--json")], False)}
    app.command()(make(Request, call, own, required=required))
    get_command(app).main(arguments, prog_name="test", standalone_mode=False)
    return seen["given"], seen["own"]


def test_only_what_was_given_arrives_and_as_text():
    given, own = run(["--customer", "7", "--horizon-days", "14"])
    assert given == {"customer": "7", "horizon_days": "14"}
    assert own == {"json": False}


@pytest.mark.parametrize(("option", "value"), [("--in-stock", True), ("--no-in-stock", False)])
def test_a_setting_can_be_turned_on_and_off(option, value):
    assert run([option], required=False)[0]["in_stock"] is value


def test_a_request_has_no_option_for_what_is_so_anyway():
    assert run(["--customer", "7", "--in-stock"])[0]["in_stock"] is True
    assert run(["--customer", "7", "--no-reasons"])[0]["reasons"] is False
    for option in ("--no-in-stock", "--reasons"):
        with pytest.raises(UsageError):
            run(["--customer", "7", option])


def test_lists_are_repeated_or_separated_by_commas():
    given, _ = run(["--customer", "7", "--exclude", "a,b", "--exclude", "c"])
    assert flattened(given)["exclude"] == ("a", "b", "c")


def test_what_is_needed_must_be_given():
    with pytest.raises(Exception, match="customer"):
        run([])
    assert run([], required=False)[0] == {}


def test_a_name_that_the_command_has_itself_gets_a_longer_option():
    given, own = run(["--customer", "7", "--json", "--setting-json", "x"])
    assert (given["json"], own["json"]) == ("x", True)


def test_help_shows_ranges_defaults_and_words(capsys):
    app = Typer(rich_markup_mode=None)
    app.command()(make(Request, lambda given, own: None, {}, required=True))
    get_command(app).main(["--help"], prog_name="test", standalone_mode=False)
    shown = " ".join(capsys.readouterr().out.split())
    for words in ("how far ahead; 1 to 365 days; default 28", "naive or holt"):
        assert words in shown


def test_flag():
    names = [flag(knob, frozenset({"json"})) for knob in knobs(Request)]
    assert names == [
        "--customer",
        "--horizon-days",
        "--weight",
        "--method",
        "--in-stock",
        "--reasons",
        "--exclude",
        "--setting-json",
    ]


def test_prose_joins_lines_and_keeps_paragraphs():
    assert prose("One\ntwo.\n\nThree\nfour.") == "One two.\n\nThree four."
