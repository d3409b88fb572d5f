import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from shopkeeper.numerics.compiling import in_threads, n_threads, ranges


def test_ranges_cover_everything_once_with_about_the_same_work():
    work = np.random.default_rng(0).integers(0, 100, 1000)
    spans = ranges(work, 7)
    assert [low for low, _ in spans] == [0, *(high for _, high in spans[:-1])]
    assert spans[-1][1] == 1000
    assert len(spans) <= 7
    sums = [work[low:high].sum() for low, high in spans]
    assert max(sums) < 2 * min(sums)


def test_one_heavy_row_and_no_rows():
    assert ranges(np.array([10**9, 1, 1, 1]), 4)[0] == (0, 1)
    assert ranges(np.empty(0, np.int64), 4) == []


def test_every_span_is_worked_and_an_error_comes_out():
    seen = []
    in_threads(lambda low, high: seen.append((low, high)), [(0, 2), (2, 5), (5, 6)])
    assert sorted(seen) == [(0, 2), (2, 5), (5, 6)]

    def fail(low, high):
        raise ValueError(low)

    with pytest.raises(ValueError, match="0"):
        in_threads(fail, [(0, 1), (1, 2)])


def test_threads_are_the_cores_that_this_process_may_use():
    assert 1 <= n_threads() <= (os.cpu_count() or 1)


MODULE = """
    import sys
    from shopkeeper.numerics.compiling import kernel

    @kernel
    def double(x):
        return 2 * x

    if __name__ == "__main__":
        print(double(21))
"""


def run(path: Path, **environment: str) -> str:
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, env={**os.environ, **environment})
    return done.stdout.strip()


def test_kernels_are_kept_on_disk(tmp_path: Path):
    path = tmp_path / "formula.py"
    path.write_text(textwrap.dedent(MODULE))
    kept = tmp_path / "kept"
    assert run(path, NUMBA_CACHE_DIR=str(kept)) == "42"
    assert list(kept.rglob("*.nbi")), "the compiled kernel was kept"


def test_kernels_work_where_nothing_can_be_written(tmp_path: Path):
    """An installation owned by root and a home that does not exist: numba has no place to keep what it compiles."""
    blocker = tmp_path / "file"
    blocker.write_text("")
    folder = tmp_path / "source"
    folder.mkdir()
    path = folder / "formula.py"
    path.write_text(textwrap.dedent(MODULE))
    (folder / "__pycache__").write_text("")  # a file where the folder should go: also root cannot write there
    nowhere = {name: str(blocker / "below") for name in ("HOME", "XDG_CACHE_HOME", "IPYTHONDIR")}
    assert run(path, **nowhere) == "42"
