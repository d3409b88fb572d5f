from __future__ import annotations

import threading

import numpy as np
import pytest

from shopkeeper.core.errors import ShopExists, ShopNotFound, StoreDamaged
from shopkeeper.store.store import Store


def ids(store: Store) -> list[str]:
    with store.view() as view:
        return view.table("events", ("event_id",)).column(0).to_pylist()


def test_a_backup_holds_everything_and_can_be_restored(store, events, tmp_path):
    store.folder.toml.write_text("name = 'x'")
    store.append("events", events(5, "s"))
    store.seal(minimum_rows=1)
    store.append("events", events(5, "t"))
    store.upsert("products", [{"product_id": "p1", "title": "Lamp"}])
    store.models.promote("a.b", store.models.save("a.b", {"w": np.ones(3)}, {}))
    report = store.backup(tmp_path / "copy")
    assert report.n_files == 1 + 1 + 1 + 2
    store.append("events", events(5, "later"))
    Store.restore(tmp_path / "copy", tmp_path / "back")
    with Store.open(tmp_path / "back") as back:
        assert sorted(ids(back)) == sorted(f"{kind}{k}" for kind in "st" for k in range(5))
        assert back.models.current("a.b").array("w").tolist() == [1, 1, 1]
        assert back.folder.toml.read_text() == "name = 'x'"
        assert back.append("events", events(5, "s")).n_known == 5
        assert back.check(deep=True) == []


def test_a_backup_made_while_others_write_is_one_state(store, events, tmp_path):
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            store.append("events", events(10, f"{number}-"))
            store.append("orders", [{"order_id": f"o{number}", "at": number}])
            number += 1
            if number % 5 == 0:
                store.seal(minimum_rows=30)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for k in range(4):
            store.backup(tmp_path / f"copy{k}")
    finally:
        stop.set()
        writer.join()
    for k in range(4):
        with Store.open(tmp_path / f"copy{k}") as copy:
            found = ids(copy)
            batches = {one.split("-")[0] for one in found}
            assert len(found) == len(set(found)) == 10 * len(batches)
            assert len(batches) - copy.count("orders") in (0, 1)
            assert copy.check(deep=True) == []


def test_nothing_is_written_over(store, events, tmp_path):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "letter.txt").write_text("dear")
    with pytest.raises(ShopExists, match="something at"):
        store.backup(tmp_path / "copy")
    store.backup(tmp_path / "good")
    with pytest.raises(ShopExists):
        Store.restore(tmp_path / "good", tmp_path / "shop")
    with pytest.raises(ShopNotFound, match="no backup"):
        Store.restore(tmp_path / "copy", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_backup_is_not_restored(store, events, tmp_path):
    store.append("events", events(5))
    (segment,) = store.seal(minimum_rows=1)
    store.backup(tmp_path / "copy")
    (tmp_path / "copy" / segment.file).write_bytes(b"x" * segment.bytes)
    with pytest.raises(StoreDamaged, match="does not hold what was written"):
        Store.restore(tmp_path / "copy", tmp_path / "back")
    assert not (tmp_path / "back").exists()
