from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.core.errors import ShopExists, ShopNotFound, UnknownName
from shopkeeper.store.store import Store


def ids(store: Store, name: str = "events") -> list[str]:
    with store.view() as view:
        return sorted(view.table(name, (f"{name[:-1]}_id",)).column(0).to_pylist())


def test_a_new_shop_is_empty_and_there_only_once(tmp_path):
    with Store.create(tmp_path / "shop") as store:
        assert store.count("events") == 0
        assert store.freshness("events") is None
    with pytest.raises(ShopExists, match="There is a shop in"):
        Store.create(tmp_path / "shop")
    with pytest.raises(ShopNotFound, match="shopkeeper init"):
        Store.open(tmp_path)


def test_rows_come_back_as_they_were_appended(store, events):
    found = store.append("events", events(4))
    assert (found.n_new, found.n_known, found.rejected) == (4, 0, ())
    with store.view() as view:
        table = view.table("events")
        assert table.column("event_id").to_pylist() == ["e0", "e1", "e2", "e3"]
        assert table.column("at").to_pylist()[3] == datetime(2024, 3, 1, 0, 3)
        assert view.table("events", ("product_id", "at")).column_names == ["product_id", "at"]
        assert view.as_of == datetime(2024, 3, 1, 0, 3, tzinfo=UTC)
    assert store.count("events") == 4
    assert store.freshness("events") == datetime(2024, 3, 1, 0, 3, tzinfo=UTC)


def test_a_shop_opened_again_holds_everything(store, events, tmp_path):
    store.append("events", events(3))
    store.upsert("products", [{"product_id": "p1", "title": "Lamp"}])
    with Store.open(tmp_path / "shop") as again:
        assert ids(again) == ["e0", "e1", "e2"]
        assert again.count("products") == 1


@pytest.mark.parametrize("where", ["tail", "sealed", "imported"])
def test_the_same_ids_again_change_nothing(store, events, imported, where):
    if where == "imported":
        imported("events", events(5))
    else:
        store.append("events", events(5))
    if where == "sealed":
        store.seal(minimum_rows=1)
    found = store.append("events", [*events(7), *events(2)])
    assert (found.n_new, found.n_known) == (2, 7)
    assert ids(store) == [f"e{k}" for k in range(7)]


def test_ids_are_known_to_a_process_that_opens_the_shop_later(store, events, imported, tmp_path):
    imported("events", events(4, "i"))
    store.append("events", events(4, "s"))
    store.seal(minimum_rows=1)
    store.append("events", events(4, "t"))
    with Store.open(tmp_path / "shop") as other:
        found = other.append("events", [*events(4, "i"), *events(4, "s"), *events(4, "t"), *events(1, "new")])
        assert (found.n_new, found.n_known) == (1, 12)


def test_ids_that_another_process_wrote_meanwhile_are_known(store, events, tmp_path):
    store.append("events", events(2))
    with Store.open(tmp_path / "shop") as other:
        other.append("events", events(5))
        other.seal(minimum_rows=1)
        other.append("events", events(3, "x"))
        assert store.append("events", [*events(6), *events(3, "x")]).n_new == 1


def test_rows_without_an_id_are_new_each_time(store):
    for _ in range(2):
        assert store.append("events", [{"event": "page_view"}, {"event": "page_view"}]).n_new == 2
    assert len(set(ids(store))) == 4


def test_a_row_without_a_moment_happened_now(store):
    before = datetime.now(UTC)
    store.append("events", [{"event_id": "x", "event": "page_view"}])
    assert before <= store.last("events", "event_id", "x")[0]["at"] <= datetime.now(UTC)


def test_bad_rows_are_told_and_kept(store, events):
    rows = [*events(1), {"event": "jump"}, *events(1, "f"), {"event": "search", "position": 0}]
    found = store.append("events", rows, source="till")
    assert found.n_new == 2
    assert [(one.index, one.rule) for one in found.rejected] == [(1, "choice"), (3, "range")]
    with store.view() as view:
        kept = view.table("rejected").to_pylist()
    assert [(row["source"], row["table"], row["rule"]) for row in kept] == [
        ("till", "events", "choice"),
        ("till", "events", "range"),
    ]
    assert kept[0]["raw"] == '{"event": "jump"}'


def test_unknown_tables_are_named(store):
    with pytest.raises(UnknownName, match="did you mean 'events'"):
        store.append("evnts", [])
    with pytest.raises(UnknownName, match="upsert"):
        store.append("products", [])
    with pytest.raises(UnknownName, match="append"):
        store.upsert("events", [])
    with pytest.raises(UnknownName, match="lookup column"):
        store.last("events", "product_id", "p1")


def test_many_threads_use_one_store(store, events):
    faults = []

    def work(name: str) -> None:
        try:
            for round_ in range(8):
                store.append("events", events(20, f"{name}-{round_}-"))
                with store.view() as view:
                    assert view.count("events") >= 20 * (round_ + 1)
                assert len(store.last("events", "customer_id", "c1", 5)) == 5
                store.changes(["events"], {"events": 0}, limit=10)
                if round_ % 4 == 3:
                    store.seal(minimum_rows=1)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(f"t{k}",)) for k in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(ids(store)) == len(set(ids(store))) == 5 * 8 * 20


def test_what_waits_is_committed_when_the_store_is_closed(tmp_path, events):
    store = Store.create(tmp_path / "s")
    futures = [store.append_later("events", events(10, f"b{k}-")) for k in range(20)]
    store.close()
    assert all(future.result(timeout=0).n_new == 10 for future in futures)
    with Store.open(tmp_path / "s") as again:
        assert again.count("events") == 200


def test_the_background_sealer_seals(tmp_path, events):
    from shopkeeper.store.settings import StoreSettings

    with Store.create(tmp_path / "s", settings=StoreSettings(seal_rows=100, seal_check_seconds=0.02)) as store:
        store.start_sealer()
        store.append("events", events(150))
        deadline = datetime.now(UTC) + timedelta(seconds=10)
        while not list(store.folder.facts("events").glob("*.parquet")) and datetime.now(UTC) < deadline:
            threading.Event().wait(0.02)
        with store.view() as view:
            assert view.count("events") == 150
        assert len(list(store.folder.facts("events").glob("*.parquet"))) == 1
