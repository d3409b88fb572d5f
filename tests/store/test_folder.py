from __future__ import annotations

import os
import subprocess
import sys

import pytest

from shopkeeper.store.folder import Folder, is_alive, remove_incoming_of_the_dead


def test_this_process_lives_and_ended_ones_do_not():
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    assert is_alive(os.getpid())
    assert not is_alive(ended.pid)
    assert not is_alive(0)


@pytest.mark.parametrize("where", ["facts/events/incoming-{}-ab", "models/a.b/incoming-{}-v1", "results/x/incoming-{}-r.parquet"])
def test_only_what_dead_processes_left_is_removed(tmp_path, where):
    for pid in (os.getpid(), 99_999_999):
        path = tmp_path / where.format(pid)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix:
            path.write_bytes(b"x")
        else:
            path.mkdir()
            (path / "file").write_bytes(b"x")
    (path.parent / "kept").mkdir()
    assert remove_incoming_of_the_dead(Folder(tmp_path)) == [path]
    assert sorted(one.name for one in path.parent.iterdir()) == sorted([where.format(os.getpid()).split("/")[-1], "kept"])
