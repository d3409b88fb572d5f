from shopkeeper.cli.terminal.bars import Lines, watching
from shopkeeper.core.progress import Silent


def test_lines_say_each_new_thing_once(capsys, monkeypatch):
    now = [100.0]
    monkeypatch.setattr("shopkeeper.cli.terminal.bars.time.monotonic", lambda: now[0])
    lines = Lines("learn", short_seconds=0)
    for share in (0.0, 0.1, 0.2):
        lines.step(share, "counting")
        now[0] += 1.5
    lines.step(0.5, "sorting")
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert said[0].startswith("learn:   0%") and said[0].endswith("counting")
    assert said[1].startswith("learn:  50%") and said[1].endswith("sorting")


def test_nobody_watches_when_a_program_reads(capsys):
    with watching("learn", quiet=True) as progress:
        assert isinstance(progress, Silent)


def test_away_from_a_terminal_there_are_lines_on_stderr_but_not_for_short_work(capsys, monkeypatch):
    with watching("learn") as progress:
        progress.step(0.25, "counting")
        assert capsys.readouterr().err == ""
        monkeypatch.setattr("shopkeeper.cli.terminal.bars.time.monotonic", lambda: float("1e12"))
        progress.step(0.5, "sorting")
    shown = capsys.readouterr()
    assert shown.out == "" and "50%" in shown.err


def test_away_from_a_terminal_there_is_a_line_a_second_at_most(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr("shopkeeper.cli.terminal.bars.time.monotonic", lambda: now[0])
    with watching("learn") as progress:
        for number in range(100):
            now[0] = 10.0 + number / 10
            progress.step(number / 100, f"segment {number}")
    assert len(capsys.readouterr().err.splitlines()) == 10
