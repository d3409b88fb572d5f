"""Databases of earlier versions are brought to what the schema declares."""

from __future__ import annotations

from shopkeeper.store.store import Store


def test_a_shop_whose_list_of_files_was_still_called_segments_is_brought_over(tmp_path, events):
    with Store.create(tmp_path / "shop") as store:
        store.append("events", events(3))
        store.seal(minimum_rows=1)
        connection = store.connect()
        for table in ("segments", "versions_segments"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("ALTER TABLE manifest DROP COLUMN stands_in")
        connection.execute("ALTER TABLE manifest RENAME TO segments")
        connection.execute("DROP INDEX manifest_by_table")
        connection.execute("CREATE INDEX segments_by_table ON segments (table_name, segment_id)")
        connection.execute("PRAGMA user_version = 1")
    with Store.open(tmp_path / "shop") as store:
        assert store.count("events") == 3
        with store.view() as view:
            assert view.count("events") == 3
        store.upsert("segments", [{"segment_id": "s", "expression": "n_orders > 1"}])
        assert store.check() == []
