"""A new, empty store in a temporary folder, and rows to put into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shopkeeper.store.settings import StoreSettings
from shopkeeper.store.store import Store

START = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "shop", settings=StoreSettings(busy_seconds=10)) as opened:
        yield opened


@pytest.fixture
def events():
    """``events(3, "a")``: three events a0, a1, a2, one a minute from 2024-03-01."""

    def make(n: int, prefix: str = "e", **columns: Any) -> list[dict[str, Any]]:
        return [
            {"event_id": f"{prefix}{k}", "at": START + timedelta(minutes=k), "event": "view_item", "customer_id": f"c{k % 3}",
             "product_id": f"p{k % 5}", **columns}
            for k in range(n)
        ]  # fmt: skip

    return make


@pytest.fixture
def imported(store: Store):
    """``imported("events", rows)``: the rows enter as a segment of an import does, as Parquet without ``_seq``."""
    import pyarrow.parquet as pq

    from shopkeeper.core.schema import table
    from shopkeeper.store.arrow_types import conform
    from shopkeeper.store.log.rows import RowReader

    def bring(name: str, rows: list[dict[str, Any]], digest: str = "", row_group_size: int = 100):
        import pyarrow as pa

        aside = store.folder.incoming(name)
        data = conform(pa.Table.from_batches([RowReader(table(name)).read(rows).batch]), table(name))
        pq.write_table(data, aside / "part.parquet", row_group_size=row_group_size)
        return store.add_segments(name, [aside / "part.parquet"], source="file.csv", digest=digest, report={"n_rows": len(rows)})

    return bring
