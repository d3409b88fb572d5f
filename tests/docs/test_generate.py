"""Reference pages are what the declarations say."""

import subprocess
import sys
from pathlib import Path

from docs import generate
from shopkeeper.core.schema import TABLES

ROOT = Path(__file__).parents[2]


def test_the_pages_are_up_to_date():
    done = subprocess.run([sys.executable, "-m", "docs.generate", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stale_page_is_caught(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate"])
    assert generate.main() == 0
    (tmp_path / "data.md").write_text("old")
    monkeypatch.setattr(sys, "argv", ["generate", "--check"])
    assert generate.main() == 1
    assert "data.md" in capsys.readouterr().out
    assert (tmp_path / "data.md").read_text() == "old"


def test_every_table_and_column_is_in_the_data_dictionary():
    page = generate.pages()["data.md"]
    for table in TABLES.values():
        assert f"### {table.name}\n" in page
        for column in table.columns:
            assert f"`{column.name}`" in page and column.meaning in page


def test_every_task_answer_and_setting_has_its_line():
    registry = generate.everything()
    pages = generate.pages()
    for task in registry.tasks.values():
        assert f"### {task.name}\n" in pages["tasks.md"]
        assert f"## shopkeeper run {task.name}\n" in pages["command-line.md"].replace("### ", "## ")
    for answer in registry.answers:
        assert f"### {answer}\n" in pages["tasks.md"]
    for section, declared in registry.sections.items():
        assert f"## {section}\n" in pages["settings.md"]
        for knob in generate.knobs(declared):
            assert f"| `{knob.name}` |" in pages["settings.md"]


def test_anchors_of_the_pages_exist():
    import re

    pages = generate.pages()
    for name, text in pages.items():
        for target, anchor in re.findall(r"\]\(([\w.-]*)#([^)]+)\)", text):
            headings = re.findall(r"^#+ (.+)$", pages[target or name], re.MULTILINE)
            assert anchor in {generate._anchor(heading) for heading in headings}, f"{name}: {target}#{anchor}"
