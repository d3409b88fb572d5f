from __future__ import annotations

import multiprocessing
import os

import pyarrow.parquet as pq
import pytest

from shopkeeper.core.errors import DiskFull, StoreBusy, StoreDamaged
from shopkeeper.store.log.locks import locked
from shopkeeper.store.sealed import seal as sealing
from shopkeeper.store.store import Store


def n_tail(store: Store) -> int:
    return store.connect().execute("SELECT n_tail FROM positions WHERE table_name = 'events'").fetchone()[0]


def n_batches(store: Store) -> int:
    return store.connect().execute("SELECT count(*) FROM tail_events").fetchone()[0]


def count(store: Store) -> int:
    with store.view() as view:
        return view.count("events")


def test_sealing_moves_rows_into_one_file_with_their_numbers(store, events):
    store.append("events", events(5, "a"))
    store.append("events", events(5, "b"))
    found = store.seal(minimum_rows=10)
    assert [(one.table, one.first_seq, one.last_seq, one.n_rows) for one in found] == [("events", 1, 10, 10)]
    rows = pq.read_table(store.folder.root / found[0].file, partitioning=None)
    assert rows.column("_seq").to_pylist() == list(range(1, 11))
    assert (n_tail(store), n_batches(store), count(store)) == (0, 0, 10)
    assert store.seal(minimum_rows=1) == []


def test_fewer_rows_than_asked_stay(store, events):
    store.append("events", events(9))
    assert store.seal(minimum_rows=10) == []
    assert store.seal() == []
    assert n_tail(store) == 9


def test_rows_between_imported_ones_keep_their_numbers(store, events, imported):
    store.append("events", events(3, "a"))
    imported("events", events(4, "i"))
    store.append("events", events(3, "b"))
    middle = store.snapshot()
    store.append("events", events(1, "c"))
    (segment,) = store.seal(minimum_rows=1)
    assert (segment.first_seq, segment.last_seq, segment.n_rows) == (1, 11, 7)
    with store.view(snapshot=middle) as view:
        assert sorted(view.table("events", ("event_id",)).column(0).to_pylist()) == [
            "a0",
            "a1",
            "a2",
            "b0",
            "b1",
            "b2",
            "i0",
            "i1",
            "i2",
            "i3",
        ]


def test_a_seal_that_fails_before_its_commit_changes_nothing(store, events, monkeypatch):
    store.append("events", events(20))

    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "enter", no_room)
        with pytest.raises(DiskFull):
            store.seal(minimum_rows=1)
    assert not list(store.folder.facts("events").glob("*.parquet"))
    assert not list(store.folder.facts("events").glob("incoming-*"))
    assert (n_tail(store), count(store)) == (20, 20)
    assert len(store.seal(minimum_rows=1)) == 1
    assert count(store) == 20


def test_between_commit_and_deletion_every_row_is_seen_once(store, events, monkeypatch):
    store.append("events", events(20))
    with monkeypatch.context() as patch:
        patch.setattr(sealing.Sealer, "_delete_sealed", lambda *_: None)
        store.seal(minimum_rows=1)
    assert n_batches(store) == 1
    assert count(store) == 20
    assert store.append("events", [*events(20), *events(1, "new")]).n_new == 1
    assert len(store.last("events", "customer_id", "c1", 50)) == 7
    rows, _ = store.changes(["events"], {"events": 0})
    assert len(rows["events"]) == 21
    store.seal(minimum_rows=100)
    assert n_batches(store) == 1  # the new row's


def test_many_small_batches_become_one(store, events):
    for k in range(200):
        store.append("events", events(1, f"{k}-"))
    assert n_batches(store) < 64 + 4
    assert count(store) == 200
    rows, _ = store.changes(["events"], {"events": 0})
    assert [row["event_id"] for row in rows["events"]] == [f"{k}-0" for k in range(200)]
    assert store.append("events", [one for k in range(200) for one in events(1, f"{k}-")]).n_known == 200


def test_a_missing_segment_is_told(store, events):
    store.append("events", events(5))
    (segment,) = store.seal(minimum_rows=1)
    (store.folder.root / segment.file).unlink()
    assert [(one.file, one.problem) for one in store.check()] == [(segment.file, "is missing")]
    with store.view() as view, pytest.raises(StoreDamaged, match="doctor"):
        view.table("events")


def test_a_changed_byte_is_found_by_a_deep_check(store, events):
    store.append("events", events(5))
    (segment,) = store.seal(minimum_rows=1)
    path = store.folder.root / segment.file
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)
    assert store.check() == []
    assert [one.problem for one in store.check(deep=True)] == ["does not hold what was written"]


def hold(path, ready, done) -> None:
    with locked(path):
        ready.set()
        done.wait(30)


def test_who_waits_too_long_is_told(tmp_path, events):
    from shopkeeper.store.settings import StoreSettings

    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    with Store.create(tmp_path / "s", settings=StoreSettings(busy_seconds=0.2)) as store:
        other = context.Process(target=hold, args=(store.folder.write_lock, ready, done))
        other.start()
        ready.wait(60)
        with pytest.raises(StoreBusy, match="busy_seconds"):
            store.upsert("products", [{"product_id": "p"}])
        with pytest.raises(StoreBusy, match=r"write\.lock"):
            store.append("events", events(1))
        done.set()
        other.join()
        assert store.append("events", events(1)).n_new == 1


def test_what_dead_processes_left_is_collected_and_what_living_ones_have_is_not(tmp_path, events):
    with Store.create(tmp_path / "s") as store:
        store.append("events", events(5))
        store.seal(minimum_rows=1)
        place = store.folder.facts("events")
        (place / "1-9-dead.parquet").write_bytes(b"half")
        (place / "sidecars" / "1-9-dead").mkdir()
        (place / "incoming-99999999-aa").mkdir()
        mine = store.folder.incoming("events")
        (mine / "x.parquet").write_bytes(b"mine")
        assert mine.name.startswith(f"incoming-{os.getpid()}-")
        with locked(store.folder.seal_lock):  # somebody is moving files: his are not in the manifest yet
            Store.open(tmp_path / "s").close()
            assert (place / "1-9-dead.parquet").exists()
        Store.open(tmp_path / "s").close()
        assert sorted(path.name for path in place.iterdir() if path.name != "sidecars" and path != mine) == [
            row[0].split("/")[-1] for row in store.connect().execute("SELECT file FROM manifest")
        ]
        assert (mine / "x.parquet").exists()
        assert not (place / "sidecars" / "1-9-dead").exists()
        assert count(store) == 5
