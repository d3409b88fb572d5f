"""serve, backup, restore, seal."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("shopkeeper")


def test_backup_and_restore(shopkeeper, corner_shop, tmp_path, monkeypatch):
    shopkeeper("learn", "counting.count")
    said = shopkeeper("backup", tmp_path / "kept.tar")
    assert said.code == 0 and "shopkeeper restore" in said.out
    assert shopkeeper("backup", tmp_path / "kept.tar").code == 4  # nothing is written over
    assert shopkeeper("restore", tmp_path / "kept.tar", tmp_path / "again").code == 0
    monkeypatch.chdir(tmp_path / "again")
    assert len(shopkeeper("show", "events", "--json").json) == 5
    assert shopkeeper("ask", "counting.how_many", "--product", "A", "--json").json["n_events"] == 3


def test_restore_leaves_a_folder_with_something_in_it_alone(shopkeeper, corner_shop, tmp_path):
    shopkeeper("backup", tmp_path / "kept.tar", "--json")
    assert shopkeeper("restore", tmp_path / "kept.tar", corner_shop).code == 4


def test_seal_moves_rows_into_parquet_and_changes_nothing(shopkeeper, corner_shop):
    assert shopkeeper("seal", "--minimum-rows", "1").code == 0
    assert list(corner_shop.glob("facts/events/*.parquet"))
    assert len(shopkeeper("show", "events", "--json").json) == 5
    assert "Nothing to seal" in shopkeeper("seal").out


def test_serve_answers_until_it_is_stopped(corner_shop):
    serving = subprocess.Popen([PROGRAM, "serve", "--port", "0"], cwd=corner_shop, stderr=subprocess.PIPE, text=True)
    with serving:
        line = serving.stderr.readline()
        address = line.split(" is served at ")[1].split()[0]
        with urllib.request.urlopen(f"{address}/api/health", timeout=20) as reply:
            assert json.load(reply)
        serving.terminate()
        serving.stderr.read()


def test_serve_refuses_the_world_without_keys(shopkeeper, corner_shop):
    said = shopkeeper("serve", "--host", "0.0.0.0", "--port", "0")
    assert said.code == 6 and "keys add" in said.err


def test_a_backup_that_cannot_be_written_is_told(shopkeeper, corner_shop, tmp_path):
    (tmp_path / "a_file").write_text("")
    said = shopkeeper("backup", tmp_path / "a_file" / "shop.tar")
    assert said.code == 2
    assert "cannot be written." in said.err
    assert shopkeeper("backup", tmp_path / "copy").code == 0
    assert shopkeeper("restore", tmp_path / "copy", tmp_path / "a_file" / "shop").code == 2
