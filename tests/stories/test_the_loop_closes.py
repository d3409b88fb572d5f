"""What happens now changes the next answer; what was decided can be read, answered by outcomes, and made again."""

import json
import time
from contextlib import closing
from datetime import UTC, timedelta

import pytest

from shopkeeper.core.schema import TABLES
from shopkeeper.shop import Shop
from shopkeeper.store.arrow_types import arrow_schema
from shopkeeper.store.snapshot import Snapshot

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def late(told):
    """A moment just after the world's end."""
    return told.world.end + timedelta(hours=1)


def shown(body):
    return [row["product_id"] for row in body["products"]]


def test_a_visit_changes_the_next_answer(told, late):
    group_of = told.world.group_of
    wanted = 3
    products = [product for product, group in group_of.items() if group == wanted]

    def share(body):
        return sum(group_of[product] == wanted for product in shown(body)) / len(body["products"])

    before = told.shop.ask("recommend.for_session", session="visit-1", n=8)
    rows = [
        {
            "event_id": f"visit-1-{n}",
            "at": late + timedelta(seconds=n),
            "event": "view_item",
            "session_id": "visit-1",
            "product_id": product,
        }
        for n, product in enumerate(products[:3])
    ]
    told.shop.append("events", rows)
    after = told.shop.ask("recommend.for_session", session="visit-1", n=8)
    assert share(after) > max(share(before), 0.6), (before["rung"], after["rung"])
    assert before["rung"] != after["rung"]


def test_a_started_shop_hears_within_a_moment(told, late):
    with Shop.open(told.shop.folder) as serving:
        serving.answers.start()
        before = shown(serving.ask("recommend.for_session", session="visit-2", n=8))
        product = next(product for product, group in told.world.group_of.items() if group == 5)
        told.shop.append(
            "events",
            [{"event_id": "visit-2-0", "at": late, "event": "add_to_cart", "session_id": "visit-2", "product_id": product}],
        )
        end = time.monotonic() + 2
        while shown(serving.ask("recommend.for_session", session="visit-2", n=8)) == before and time.monotonic() < end:
            time.sleep(0.01)
        assert shown(serving.ask("recommend.for_session", session="visit-2", n=8)) != before


def test_decisions_meet_their_outcomes(told):
    body = told.shop.ask("recommend.for_customer", customer="c000010", n=5, place="home")
    told.shop.answers.flush()
    bought = shown(body)[0]
    told.shop.append(
        "outcomes", [{"decision_id": body["decision_id"], "outcome": "purchase", "product_id": bought, "value": 9.5}]
    )
    found = told.shop.sql(
        "select d.answer, d.place, d.customer_id, d.chosen, d.model_version, d.probability, o.outcome, o.value "
        "from decisions d join outcomes o using (decision_id) where decision_id = $id",
        {"id": body["decision_id"]},
    ).to_pylist()
    assert len(found) == 1
    (row,) = found
    assert json.loads(row["chosen"]) == shown(body)
    assert (row["answer"], row["place"], row["customer_id"]) == ("recommend.for_customer", "home", "c000010")
    assert (row["outcome"], row["value"], row["model_version"]) == ("purchase", 9.5, body["model_version"])
    assert 0 < row["probability"] <= 1


def without_decision(body):
    return {name: value for name, value in body.items() if name != "decision_id"}


def test_a_restart_gives_the_same_answers(told):
    customers = [f"c{n:06d}" for n in range(0, 400, 40)]
    before = [without_decision(told.shop.ask("recommend.for_customer", customer=customer)) for customer in customers]
    with Shop.open(told.shop.folder) as again:
        assert [without_decision(again.ask("recommend.for_customer", customer=customer)) for customer in customers] == before


def test_a_result_is_made_again_from_its_snapshot(told):
    import pyarrow.parquet

    run = told.shop.runs("recommend.learn")[0]
    told.shop.append(
        "events",
        [{"event_id": "even-later", "at": told.world.end + timedelta(hours=2), "event": "view_item", "product_id": "p000000"}],
    )
    told.shop.store.seal(minimum_rows=1)
    task = told.shop.registry.task("recommend.learn")
    snapshot = Snapshot.from_dict(json.loads(json.dumps(run.provenance.snapshot)))
    results = {
        table.name: arrow_schema(table).empty_table() for table in (each.writes for each in told.shop.registry.tasks.values())
    }
    moment = {"as_of": run.provenance.as_of, "snapshot": snapshot, "seed": run.provenance.seed}
    with closing(told.shop.store.view(**moment, results=results)) as view:
        again = task.function(view, told.shop.settings("recommend").values)
    kept = pyarrow.parquet.read_table(told.shop.store.folder.result(run.writes, run.run_id))
    assert again.table.cast(kept.schema).equals(kept)
    assert [score.value for score in again.scores] == [score.value for score in run.scores]


def test_the_previous_model_can_be_restored(told):
    first = told.shop.store.models.current("recommend.learn").version
    answer = without_decision(told.shop.ask("recommend.for_customer", customer="c000020"))
    told.shop.learn(["recommend.learn"], force=True)
    second = told.shop.store.models.current("recommend.learn").version
    assert second != first
    assert told.shop.ask("recommend.for_customer", customer="c000020")["model_version"] == second
    assert told.shop.restore_previous("recommend.learn") == first
    again = without_decision(told.shop.ask("recommend.for_customer", customer="c000020"))
    assert again == answer


def test_a_backup_is_the_shop(told, tmp_path):
    told.shop.answers.flush()
    told.shop.store.backup(tmp_path / "copy")
    with Shop.open(tmp_path / "copy") as copy:
        for name, table in TABLES.items():
            if table.kind in ("fact", "entity"):
                assert copy.store.count(name) == told.shop.store.count(name), name
        newest = copy.sql("select max(at) newest from events")["newest"][0].as_py()
        assert newest.replace(tzinfo=UTC) == told.shop.store.freshness("events")
