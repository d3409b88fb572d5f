"""Progress: told, clipped, nested and stopped."""

import pytest

from shopkeeper.core.errors import Cancelled
from shopkeeper.core.progress import Part, Silent, Watched


def test_silence():
    assert Silent().step(0.5, "reading") is None


def test_the_watcher_is_told_shares_between_0_and_1():
    told = []
    watched = Watched(lambda share, doing: told.append((share, doing)))
    for share in (-0.1, 0.5, 1.2):
        watched.step(share, "reading")
    assert told == [(0.0, "reading"), (0.5, "reading"), (1.0, "reading")]


def test_stopped_work_ends_before_it_is_told():
    told = []
    watched = Watched(lambda share, doing: told.append(share), should_stop=lambda: True)
    with pytest.raises(Cancelled) as caught:
        watched.step(0.25, "reading")
    assert caught.value.got == "25% done, reading"
    assert told == []


def test_a_part_is_a_slice_of_the_whole():
    told = []
    whole = Watched(lambda share, doing: told.append((share, doing)))
    inner = Part(Part(whole, 0.5, 1.0, "import: "), 0.0, 0.5, "events: ")
    inner.step(0.0, "reading")
    inner.step(1.0, "done")
    assert told == [(0.5, "import: events: reading"), (0.75, "import: events: done")]
