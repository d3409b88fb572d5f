from __future__ import annotations

import threading
import time

import counting
import pytest

from shopkeeper.core.errors import NotLearned, SettingError, UnknownName
from shopkeeper.shop import Shop

EVENTS = [{"event_id": f"e{n}", "at": f"2026-01-0{n}T10:00:00Z", "event": "view_item", "customer_id": "anna", "product_id": p}
          for n, p in enumerate("AABAC", 1)]  # fmt: skip


@pytest.fixture
def counting_shop(shop: Shop, declared: list[str]) -> Shop:
    counting.declare(declared)
    shop.append("events", EVENTS)
    return shop


def eventually(true, seconds: float = 3.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


def test_before_learning_the_answer_says_what_to_do(counting_shop: Shop):
    with pytest.raises(NotLearned, match=r"shopkeeper learn counting\.count"):
        counting_shop.ask("counting.how_many", product="A")
    assert counting_shop.answers.ready()["counting.how_many"] is None


def test_without_a_server_each_answer_looks_for_news_first(counting_shop: Shop):
    counting_shop.run("counting.count")
    assert counting_shop.ask("counting.how_many", product="A")["n_events"] == 3
    counting_shop.append("events", [EVENTS[0] | {"event_id": "new"}])
    assert counting_shop.ask("counting.how_many", product="A")["n_events"] == 4


def test_rows_that_came_between_learning_and_loading_are_not_missed(counting_shop: Shop):
    counting_shop.run("counting.count")
    counting_shop.append("events", [EVENTS[0] | {"event_id": "new"}])
    counting_shop.store.seal(minimum_rows=1)
    with Shop.open(counting_shop.folder) as other:
        assert other.ask("counting.how_many", product="A")["n_events"] == 4


def test_a_started_shop_hears_of_rows_that_another_process_appends(counting_shop: Shop):
    counting_shop.run("counting.count")
    counting_shop.answers.start()
    assert counting_shop.ask("counting.how_many", product="A")["n_events"] == 3
    with Shop.open(counting_shop.folder) as other:
        other.append("events", [EVENTS[0] | {"event_id": "new"}])
    assert eventually(lambda: counting_shop.ask("counting.how_many", product="A")["n_events"] == 4)


def test_a_new_model_is_swapped_in_while_requests_go_on(counting_shop: Shop):
    first = counting_shop.run("counting.count").model_version
    counting_shop.answers.start()
    faults: list[BaseException] = []
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            try:
                counting_shop.ask("counting.how_many")
            except BaseException as fault:
                faults.append(fault)

    thread = threading.Thread(target=keep_asking)
    thread.start()
    second = counting_shop.run("counting.count", {"least": 2}).model_version
    assert eventually(lambda: counting_shop.answers.ready()["counting.how_many"] == second)
    stop.set()
    thread.join()
    assert first != second and faults == []


def test_a_decision_is_written_down_with_its_reason(counting_shop: Shop):
    counting_shop.run("counting.count")
    body = counting_shop.ask("counting.how_many", product="A", n="2")
    rows = counting_shop.sql("select * from decisions").to_pylist()
    assert [(row["decision_id"], row["chosen"], row["reason"], row["request"]) for row in rows] == [
        (body["decision_id"], '["A"]', '{"because":"counted"}', '{"product":"A","n":2}')]  # fmt: skip
    assert rows[0]["answer"] == "counting.how_many" and rows[0]["probability"] == 1.0 and rows[0]["customer_id"] == "anna"
    assert rows[0]["model_version"] == body["model_version"]


def test_no_decision_of_a_started_shop_is_lost_at_closing(counting_shop: Shop):
    counting_shop.run("counting.count")
    counting_shop.answers.start()
    ids = [counting_shop.ask("counting.how_many", product="A")["decision_id"] for _ in range(500)]
    counting_shop.answers.close()
    found = counting_shop.sql("select decision_id from decisions")["decision_id"].to_pylist()
    assert sorted(found) == sorted(ids) and len(set(ids)) == 500


def test_a_wrong_request_names_the_right_word(counting_shop: Shop):
    counting_shop.run("counting.count")
    with pytest.raises(SettingError, match="did you mean 'product'"):
        counting_shop.ask("counting.how_many", produkt="A")
    with pytest.raises(SettingError, match="1 to 10"):
        counting_shop.ask("counting.how_many", n=11)
    with pytest.raises(UnknownName, match=r"did you mean 'counting\.how_many'"):
        counting_shop.ask("counting.howmany")
