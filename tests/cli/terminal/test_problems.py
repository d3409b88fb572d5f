import errno
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shopkeeper.cli.terminal.problems import keeping, moment, tell, writing
from shopkeeper.core.errors import BadRequest, Cancelled, DiskFull, NotLearned

ERROR = NotLearned("There is nothing yet.", got="no run", wanted="one", next="shopkeeper learn", task="recommend.learn")


def test_people_read_four_parts_on_stderr(capsys):
    tell(ERROR, as_json=False)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "Error: There is nothing yet.", "  got    no run", "  wanted one", "  next   shopkeeper learn",
    ]  # fmt: skip


def test_programs_read_a_problem_document(capsys):
    tell(ERROR, as_json=True)
    problem = json.loads(capsys.readouterr().err)
    assert problem["type"] == "urn:shopkeeper:not-learned"
    assert (problem["title"], problem["status"], problem["task"]) == ("There is nothing yet.", 409, "recommend.learn")


def test_ctrl_c_says_what_was_kept():
    with pytest.raises(Cancelled) as stopped, keeping("the first file is kept", "shopkeeper import b.csv"):
        raise KeyboardInterrupt
    assert stopped.value.exit_code == 130
    assert "the first file is kept" in stopped.value.sentence
    assert "shopkeeper import b.csv" in stopped.value.sentence


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (None, None),
        ("2011-09-30", datetime(2011, 9, 30, tzinfo=UTC)),
        ("2011-09-30T12:00+02:00", datetime(2011, 9, 30, 10, tzinfo=UTC)),
    ],
)
def test_moments_are_utc(text, read):
    assert moment(text) == read


def test_a_moment_that_is_none():
    with pytest.raises(BadRequest, match="tomorrow"):
        moment("tomorrow")


def test_a_place_that_cannot_be_written_is_told_in_four_parts(tmp_path):
    target = tmp_path / "missing" / "x.csv"
    with pytest.raises(BadRequest) as refused, writing(target):
        target.write_text("")
    assert (refused.value.what, refused.value.got) == (f"{target} cannot be written.", "No such file or directory")
    assert f"make the folder {target.parent}" in refused.value.next
    with pytest.raises(BadRequest) as refused, writing(tmp_path):
        tmp_path.write_text("")
    assert refused.value.next == "choose another place"
    with pytest.raises(DiskFull), writing(target):
        raise OSError(errno.ENOSPC, "No space left on device", str(target))


def test_what_is_not_about_the_place_stays_as_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), writing(tmp_path / "copy"):
        Path("/elsewhere/gone.parquet").read_bytes()
