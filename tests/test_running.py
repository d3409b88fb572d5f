from __future__ import annotations

from datetime import UTC, datetime

import counting
import pyarrow as pa
import pytest

from shopkeeper.core.errors import Cancelled, TaskFault
from shopkeeper.core.progress import Watched
from shopkeeper.core.results import Result
from shopkeeper.core.runs import run_from_dict
from shopkeeper.core.tasks import ShopView, task
from shopkeeper.running import peak_memory
from shopkeeper.shop import Shop

EVENTS = [{"event_id": f"e{n}", "at": f"2026-01-0{n}T10:00:00Z", "event": "view_item", "customer_id": "anna", "product_id": p}
          for n, p in enumerate("AABAC", 1)]  # fmt: skip


@pytest.fixture
def counting_shop(shop: Shop, declared: list[str]) -> Shop:
    counting.declare(declared)
    shop.append("events", EVENTS)
    return shop


def test_the_same_inputs_are_not_run_again(counting_shop: Shop):
    first = counting_shop.run("counting.count")
    again = counting_shop.run("counting.count")
    assert (first.state, again.state, again.run_id) == ("done", "unchanged", first.run_id)
    assert counting_shop.run("counting.count", force=True).run_id != first.run_id
    assert counting_shop.run("counting.count", {"least": 2}).state == "done"
    counting_shop.append("events", [EVENTS[0] | {"event_id": "new"}])
    assert counting_shop.run("counting.count").state == "done"


def test_a_task_that_reads_only_results_has_the_clock_of_what_they_come_from(counting_shop: Shop):
    counting_shop.run("counting.count")
    first = counting_shop.run("counting.summarize")
    assert first.provenance.as_of == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert counting_shop.run("counting.summarize").state == "unchanged"


def test_tables_that_do_not_move_a_task_are_read_but_no_reason_to_run_again(counting_shop: Shop, declared: list[str]):
    def notes(shop: ShopView, settings: counting.CountingSettings) -> Result:
        """How many notes and events are there?"""
        del settings
        return Result(pa.table({"n_events": [shop.count("reviews") + shop.count("events")]}))

    table = counting.Table("notes", "result", "x", counting.SUMMARY.columns)
    task("counting.notes", reads=("events",), optional=("reviews", "products"), unmoved_by=("reviews",), writes=table)(notes)
    counting_shop.upsert("products", [{"product_id": "A", "title": "changed after the newest event"}])
    declared.append("counting.notes")
    assert counting_shop.run("counting.notes").table.to_pylist() == [{"n_events": 5}]
    counting_shop.append("reviews", [{"review_id": "r", "at": "2026-02-01T00:00:00Z", "text": "nice"}])
    assert counting_shop.run("counting.notes").state == "unchanged"
    assert counting_shop.run("counting.notes", force=True).table.to_pylist() == [{"n_events": 6}]


def test_an_earlier_as_of_sees_only_what_was_known_then(counting_shop: Shop):
    run = counting_shop.run("counting.count", as_of=datetime(2026, 1, 2, 12, tzinfo=UTC))
    assert run.table.to_pylist() == [{"product_id": "A", "n_events": 2}]
    assert run.provenance.as_of == datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_the_clock_of_a_task_is_the_newest_fact_that_it_reads(counting_shop: Shop):
    counting_shop.append("reviews", [{"review_id": "r", "at": "2026-02-01T00:00:00Z", "text": "nice"}])
    assert counting_shop.run("counting.count").provenance.as_of == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_a_catalog_that_is_brought_in_later_does_not_move_the_clock(shop: Shop):
    from shopkeeper.core.registry import REGISTRY
    from shopkeeper.running import newest_moment

    at = datetime(2011, 12, 9, 12, tzinfo=UTC)
    shop.append("order_lines", [{"line_id": "l", "order_id": "o", "product_id": "p", "quantity": 1.0, "price": 2.0, "at": at}])
    for price in (1.0, 2.0):
        shop.upsert("products", [{"product_id": "p", "price": price}])
    assert shop.store.freshness("prices") > at
    assert newest_moment(shop.store, REGISTRY, REGISTRY.task("baskets.bundles")) == at


def test_a_worse_model_is_kept_but_not_put_into_service(counting_shop: Shop):
    good = counting_shop.run("counting.count", {"value": 1.0})
    bad = counting_shop.run("counting.count", {"value": 0.0, "least": 2})
    assert (good.promoted, bad.promoted) == (True, False)
    assert bad.promotion_reason == "share 0.0000 is worse than a coin (0.5000)"
    assert counting_shop.store.models.current("counting.count").version == good.model_version
    assert counting_shop.table("product_counts").num_rows == 3


def test_the_previous_model_and_its_result_can_be_restored(counting_shop: Shop):
    counting_shop.run("counting.count")
    counting_shop.run("counting.count", {"least": 2})
    assert counting_shop.table("product_counts").num_rows == 1
    counting_shop.restore_previous("counting.count")
    assert counting_shop.table("product_counts").num_rows == 3
    assert counting_shop.ask("counting.how_many", product="C")["n_events"] == 1


def test_a_result_can_be_made_again_from_its_snapshot(counting_shop: Shop):
    from shopkeeper.store.snapshot import Snapshot

    run = counting_shop.run("counting.count")
    counting_shop.append("events", [EVENTS[0] | {"event_id": "later", "at": "2026-01-01T11:00:00Z"}])
    counting_shop.store.seal(minimum_rows=1)
    snapshot = Snapshot.from_dict(run.provenance.snapshot)
    view = counting_shop.store.view(snapshot=snapshot, as_of=run.provenance.as_of)
    assert view.count("events") == 5
    view.close()


def declare_faulty(names: list[str], function) -> None:
    names.append("faulty.work")
    task("faulty.work", reads=("events",), writes=counting.Table("faulty", "result", "x", counting.SUMMARY.columns))(function)


def crash(shop: counting.ShopView, settings: counting.CountingSettings) -> Result:
    """Does it crash?"""
    raise ZeroDivisionError("by nought")


def wrong_columns(shop: counting.ShopView, settings: counting.CountingSettings) -> Result:
    """Are the columns wrong?"""
    return Result(pa.table({"n_evnts": [1]}))


def wrong_types(shop: counting.ShopView, settings: counting.CountingSettings) -> Result:
    """Are the types wrong?"""
    return Result(pa.table({"n_events": ["many"]}))


@pytest.mark.parametrize(
    ("function", "words"), [(crash, "ZeroDivisionError: by nought"), (wrong_columns, "n_evnts"), (wrong_types, "wrong types")]
)
def test_a_task_that_breaks_its_promise_is_named(counting_shop: Shop, declared: list[str], function, words: str):
    declare_faulty(declared, function)
    with pytest.raises(TaskFault, match=words):
        counting_shop.run("faulty.work")
    run = counting_shop.runs("faulty.work")[0]
    assert run.state == "failed" and words in str(run.problem)


def test_what_is_partial_is_kept_and_run_again(counting_shop: Shop, declared: list[str]):
    def partial(shop: counting.ShopView, settings: counting.CountingSettings) -> Result:
        """How much of it is done?"""
        return Result(pa.table({"n_events": [1]}), headline="half of it", is_partial=True)

    declare_faulty(declared, partial)
    name = declared[-1]
    first, again = counting_shop.run(name), counting_shop.run(name)
    assert (first.state, again.state, first.headline) == ("done", "done", "half of it")
    assert first.run_id != again.run_id
    assert counting_shop.table(again.run.writes).to_pylist() == [{"n_events": 1}]


def test_a_stopped_task_keeps_nothing(counting_shop: Shop):
    with pytest.raises(Cancelled):
        counting_shop.run("counting.count", progress=Watched(lambda share, doing: None, lambda: True))
    assert counting_shop.runs()[0].state == "cancelled"
    assert counting_shop.store.models.current("counting.count") is None


def test_a_run_survives_being_written_and_read(counting_shop: Shop):
    run = counting_shop.run("counting.count").run
    assert run_from_dict(run.as_dict()) == run
    assert counting_shop.runs("counting.count") == [run]
    assert run.peak_memory_bytes > 10_000_000 and run.seconds > 0


def test_peak_memory_is_that_of_the_block():
    with peak_memory() as small:
        pass
    with peak_memory() as large:
        held = b"x" * 300_000_000
    assert len(held) == 300_000_000
    assert large[0] - small[0] > 200_000_000
