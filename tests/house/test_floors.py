"""Imports only go down, and rooms do not know each other: import-linter's contracts hold, and bite on a planted import."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=root, capture_output=True, text=True, env={"PYTHONPATH": str(root)})


def house_in(folder: Path) -> Path:
    skip = shutil.ignore_patterns("*.parquet", "__pycache__")
    shutil.copytree(ROOT / "shopkeeper", folder / "shopkeeper", ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_floors_hold():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_that_goes_up_is_caught(tmp_path: Path):
    house = house_in(tmp_path)
    (house / "shopkeeper/core/planted.py").write_text("import shopkeeper.store.store\n")
    assert "shopkeeper.core is not allowed to import shopkeeper.store" in lint(house).stdout


def test_a_room_that_knows_another_is_caught(tmp_path: Path):
    house = house_in(tmp_path)
    (house / "shopkeeper/capabilities/planted").mkdir()
    (house / "shopkeeper/capabilities/planted/__init__.py").write_text("import shopkeeper.capabilities.recommend\n")
    assert "BROKEN" in lint(house).stdout
