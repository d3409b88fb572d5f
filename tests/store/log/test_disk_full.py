"""A full disk: that write is refused in words, nothing acknowledged is lost, and with room the store works again."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from shopkeeper.core.errors import DiskFull
from shopkeeper.store.store import Store


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB, mounted for the test."""
    place = tmp_path / "small"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a small disk can only be mounted by root on Linux")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], check=False, capture_output=True
    ).returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(store: Store) -> list[str]:
    """Append until the disk is full; the acknowledged ids."""
    known = []
    for number in range(2000):
        rows = [
            {"event_id": f"{number}-{k}", "at": number, "event": "search", "search_term": f"{number}-{k}" * 20} for k in range(50)
        ]
        try:
            store.append("events", rows)
        except DiskFull as full:
            assert "room" in full.sentence
            assert full.http_status == 507
            return known
        known += [row["event_id"] for row in rows]
    raise AssertionError("the disk was never full")


def ids(store: Store) -> list[str]:
    with store.view() as view:
        return sorted(view.table("events", ("event_id",)).column(0).to_pylist())


def test_a_full_disk_loses_nothing_and_heals(small_disk):
    with Store.create(small_disk / "shop") as store:
        ballast = small_disk / "ballast"
        ballast.write_bytes(b"x" * 4_500_000)
        known = fill(store)
        assert len(known) > 500
        assert ids(store) == sorted(known)
        with pytest.raises(DiskFull):
            store.upsert("products", [{"product_id": f"p{k}", "title": "x" * 1000} for k in range(3000)])
        assert store.count("products") == 0
        with pytest.raises(DiskFull):  # sealing needs room as well; the tail stays as it was
            for _ in range(100):
                store.seal(minimum_rows=1)
                known += fill(store)
        known = ids(store)
        ballast.unlink()
        assert store.append("events", [{"event_id": "after", "event": "login"}]).n_new == 1
        assert store.append("events", [{"event_id": known[0], "event": "login"}]).n_known == 1
        store.seal(minimum_rows=1)
        assert ids(store) == sorted([*known, "after"])
    with Store.open(small_disk / "shop") as again:
        assert ids(again) == sorted([*known, "after"])
        assert again.check(deep=True) == []
        assert not list((small_disk / "shop").glob("facts/*/incoming-*"))
