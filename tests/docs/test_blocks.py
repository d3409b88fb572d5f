"""The machine that runs pages: it must fail where a page promises what does not happen."""

from pathlib import Path

import pytest

from docs.blocks import PageError, blocks, commands, matches

FENCE = "```"


def page(folder: Path, text: str) -> Path:
    path = folder / "page.md"
    path.write_text(text.replace("'''", FENCE))
    return path


def test_blocks_know_their_language_options_and_line():
    first, second = blocks(f"# Title\n\n{FENCE}console exits=2\n$ false\n{FENCE}\n\n{FENCE}csv file=a.csv\nx\n{FENCE}\n")
    assert (first.language, first.options, first.line) == ("console", {"exits": "2"}, 4)
    assert (second.language, second.options["file"], second.body) == ("csv", "a.csv", "x\n")


def test_commands_and_what_they_print():
    found = commands("$ echo a\na\n$ cat <<'X'\n> b\n> X\nb\n$ true\n")
    assert [(command.text, command.shown) for command in found] == [("echo a", ["a"]), ("cat <<'X'\nb\nX", ["b"]), ("true", [])]


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a b"], "a   b\n", True),
        (["a"], "a\nb", False),
        (["a", "…"], "a\nb\nc", True),
        (["…", "c"], "a\nb\nc", True),
        (["…", "b"], "a\nb\nc", False),
        (["took … s"], "took 1.5 s", True),
        (["a"], "learn:  33%    1.2 s  recommend.off_policy: reading\na\n", True),
        (["a"], "learn: a third of it\na\n", False),
        (["took … s"], "took 1.5 minutes", False),
        (["title …   price"], "title price", True),
        (["…"], "", True),
        (["a.c"], "abc", False),
    ],
)
def test_matching(shown, printed, same):
    assert matches(shown, printed) is same


def test_a_page_that_holds_is_read_to_the_end(follow, tmp_path):
    text = (
        "'''csv file=in/a.csv\nx\n'''\n'''console\n$ cd in\n$ cat a.csv\nx\n'''\n'''console exits=3\n$ exit 3\n'''\n"
        "'''python\nfrom pathlib import Path\nPath('b').write_text('1')\n'''\n'''python continued\nPath('b').unlink()\n'''\n"
        "'''python\n>>> 1 + 1\n2\n>>> list(range(100))\n[0, …, 99]\n'''\n'''sh\nexit 1\n'''\n"
    )
    assert follow(page(tmp_path, text)) == 5
    assert not (tmp_path / "in" / "b").exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("'''console\n$ echo a\nb\n'''", "wanted: \nb"),
        ("'''console\n$ false\n'''", "exit code 0"),
        ("'''console\n$ cd nowhere\n'''", "there is none"),
        ("'''python\n1 / 0\n'''", "ZeroDivisionError"),
        ("'''python\n>>> 1 + 1\n3\n'''", "Expected:"),
    ],
)
def test_a_page_that_promises_too_much_is_caught(follow, tmp_path, text, complaint):
    with pytest.raises(PageError, match=r"page\.md, line 2") as caught:
        follow(page(tmp_path, text))
    assert complaint in str(caught.value)
