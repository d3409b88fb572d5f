"""Processes are killed at random moments; whatever was acknowledged is there, exactly once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shopkeeper.store.folder import INCOMING
from shopkeeper.store.store import Store

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


class Process:
    """A script in a process of its own; what it says goes to a file, so that nothing is lost when it is killed."""

    def __init__(self, out: Path, script: str, *arguments: object) -> None:
        self.out = out
        with out.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, str(HERE / script), *map(str, arguments)], stdout=file, stderr=subprocess.STDOUT
            )

    def said(self) -> list[str]:
        """Whole lines only: one that was cut off by the kill was not yet said."""
        return self.out.read_text().split("\n")[:-1]

    def wait_until_ready(self, n_lines: int = 1) -> None:
        """Until it has said this much, however busy the machine is."""
        deadline = time.monotonic() + 60
        while len(self.said()) < n_lines:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, "it did not start"
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ids(self) -> set[str]:
        lines = [line for line in self.said() if line not in ("ready", "full")]
        assert not any("Traceback" in line for line in lines), lines[-20:]
        return {one for line in lines for one in line.split()}


def check(root: Path, acknowledged: set[str]) -> int:
    """Every acknowledged id exactly once, no id twice; gives how many rows there are."""
    with Store.open(root) as store:
        assert not list(root.glob(f"facts/*/{INCOMING}*")), "what dead processes left was not collected"
        named = {row[0] for row in store.connect().execute("SELECT file FROM manifest")}
        there = {path.relative_to(root).as_posix() for path in root.glob("facts/*/*.parquet")}
        assert there == named
        assert store.check(deep=True) == []
        with store.view() as view:
            found = view.table("events", ("event_id",)).column(0).to_pylist()
        assert len(found) == len(set(found)) == store.count("events")
        assert acknowledged <= set(found), f"{len(acknowledged - set(found))} acknowledged rows are lost"
        return len(found)


def rounds(folder: Path, n_rounds: int, seed: int) -> None:
    """Two writers and a sealer are killed one after the other in each round, while somebody looks."""
    rng = random.Random(seed)
    root = folder / "shop"
    Store.create(root).close()
    acknowledged: set[str] = set()
    looker = Process(folder / "look.txt", "keeper.py", root, "look")
    n_rows = 0
    for number in range(n_rounds):
        writers = [Process(folder / f"{number}-{k}.txt", "appender.py", root, f"w{seed}-{number}-{k}", 60) for k in range(2)]
        sealer = Process(folder / f"{number}-seal.txt", "keeper.py", root, "seal")
        every = [*writers, sealer]
        for writer in writers:
            writer.wait_until_ready(2)  # and has written something: else there is nothing to lose
        sealer.wait_until_ready()
        looker.wait_until_ready(number + 2)
        rng.shuffle(every)
        for process in every:
            time.sleep(rng.uniform(0, 0.15))
            process.kill()
        assert sealer.said() == ["ready"], sealer.said()
        acknowledged |= {one for writer in writers for one in writer.ids()}
        n_rows = check(root, acknowledged)
    looker.kill()
    assert not {"twice", "fewer"} & set(looker.said())
    assert len(looker.said()) > n_rounds
    assert n_rows > 0
    assert acknowledged


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_at_any_moment_nothing_is_lost_or_doubled(tmp_path):
    rounds(tmp_path, n_rounds=3, seed=1)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_killed_many_times(tmp_path, seed):
    rounds(tmp_path, n_rounds=8, seed=seed)


def test_a_killed_import_leaves_nothing(tmp_path):
    """A process dies between moving a file and the manifest's commit: the file is no part of the shop and is collected."""
    script = (
        "import os, signal, sys; from pathlib import Path; import pyarrow as pa, pyarrow.parquet as pq\n"
        "from shopkeeper.core.schema import EVENTS; from shopkeeper.store.log.rows import RowReader\n"
        "from shopkeeper.store.store import Store; import shopkeeper.store.sealed.imports as imports\n"
        "store = Store.open(Path(sys.argv[1])); aside = store.folder.incoming('events')\n"
        "batch = RowReader(EVENTS).read([{'event': 'login'}]).batch\n"
        "pq.write_table(pa.Table.from_batches([batch]), aside / 'a.parquet')\n"
        "imports.enter = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store.add_segments('events', [aside / 'a.parquet'], source='x', digest='d')\n"
    )
    root = tmp_path / "shop"
    Store.create(root).close()
    ended = subprocess.run([sys.executable, "-c", script, str(root)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert len(list(root.glob("facts/events/*.parquet"))) == 1
    with Store.open(root) as store:
        assert not list(root.glob("facts/events/*.parquet"))
        assert store.count("events") == 0
        assert store.imports.find("d") is None
