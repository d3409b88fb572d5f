"""demo: from nothing to a shop that answers, and back into it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("shopkeeper")


def demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, "demo", "--folder", folder, "--no-serve", *arguments], capture_output=True, text=True)


@pytest.mark.slow
def test_demo_goes_on_where_it_was_stopped_and_is_then_just_opened(tmp_path):
    folder = tmp_path / "demo"
    stopped = subprocess.Popen([PROGRAM, "demo", "--folder", folder, "--no-serve"], stderr=subprocess.PIPE, text=True)
    with stopped:
        while "learn:" not in stopped.stderr.readline():
            pass
        stopped.send_signal(signal.SIGINT)
        said = stopped.stderr.read()
    assert stopped.returncode == 130 and "shopkeeper demo" in said and "Traceback" not in said

    began = time.perf_counter()
    first = demo(folder)
    print(f"demo to a learned shop, data imported before: {time.perf_counter() - began:.0f} s on {os.cpu_count()} cores")
    assert first.returncode == 0, first.stderr
    assert "already imported" in first.stdout and "recommend.learn: done" in first.stdout

    began = time.perf_counter()
    second = demo(folder)
    assert second.returncode == 0 and "learn" not in second.stderr and time.perf_counter() - began < 10

    asked = ["ask", "recommend.for_customer", "--customer", "17850", "--json"]
    answer = subprocess.run([PROGRAM, *asked], cwd=folder, capture_output=True, text=True, check=True)
    assert len(json.loads(answer.stdout)["products"]) == 10


@pytest.mark.slow
def test_the_simulated_shop_has_what_the_real_one_lacks(tmp_path):
    folder = tmp_path / "simulated"
    made = demo(folder, "--simulated")
    assert made.returncode == 0, made.stderr
    lines = [line.split(". ")[0] for line in made.stdout.splitlines() if ": done. " in line or ": refused. " in line]
    states = dict(line.split(": ") for line in lines)
    assert states["customers.funnels"] == states["customers.conversion"] == states["recommend.ratings"] == "done"
    # Nothing was asked yet, so nothing was explored.
    assert [task for task, state in states.items() if state == "refused"] == ["recommend.off_policy"]
    asked = made.stdout.rpartition("shopkeeper ")[2].split()
    answer = subprocess.run([PROGRAM, *asked, "--json"], cwd=folder, capture_output=True, text=True, check=True)
    assert len(json.loads(answer.stdout)["products"]) == 10
    again = demo(folder, "--simulated")
    assert again.returncode == 0 and "learn" not in again.stderr


def test_demo_leaves_a_folder_with_something_in_it_alone(shopkeeper, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    said = shopkeeper("demo", "--folder", tmp_path, "--no-serve")
    assert said.code == 4 and [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
