import threading
from datetime import datetime

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.answers import ForCustomer, for_customer
from shopkeeper.capabilities.recommend.loaded.model import load_model
from shopkeeper.core.errors import StoreDamaged

NOW = datetime(2024, 8, 1)


def test_what_is_known_of_a_customer(model, tastes):
    past = model.past("c007", "")
    mine = sorted((row["at"], row["product_id"]) for row in tastes["interactions"] if row["customer_id"] == "c007")
    newest = list(dict.fromkeys(product for _, product in reversed(mine)))
    assert [model.catalog.describe(code).product_id for code in past.source.tolist()] == newest
    assert set(past.bought.tolist()) == set(past.seen.tolist()) == set(past.source.tolist())
    assert past.n_visit == 0
    assert (past.weight > 0).all()


def test_live_products_come_first_and_shift_the_others(model):
    before = model.past("c007", "")
    event = {"event_id": "1", "event": "view_item", "product_id": "p04", "customer_id": "c007", "session_id": "s", "at": NOW}
    model.observe("events", [event])
    after = model.past("c007", "s")
    assert after.source[0] == model.catalog.find("p04")
    assert after.n_visit == 1
    rest = [code for code in before.source.tolist() if code != after.source[0]]
    assert after.source[1:].tolist() == rest
    assert len(after.weight) == len(after.claim) == len(after.source)
    assert after.source[0] not in after.bought or after.source[0] in before.bought
    assert after.source[0] in after.seen


def test_history_is_bounded(model):
    rows = [
        {"event_id": str(n), "event": "view_item", "product_id": f"p{n % 60:02}", "customer_id": "c007", "at": NOW}
        for n in range(300)
    ]
    model.observe("events", rows)
    past = model.past("c007", "")
    assert len(past.source) == model.history == 50
    assert past.source[0] == model.catalog.find("p59")


def test_events_with_unknown_products_are_no_error(model):
    event = {"event_id": "1", "event": "view_item", "product_id": "unheard-of", "customer_id": "x", "at": NOW}
    model.observe("events", [event, {**event, "event_id": "2", "product_id": None}])
    assert for_customer(model, ForCustomer(customer="x")).body["products"]
    assert model.catalog.find("unheard-of") >= 0
    model.observe("reviews", [{"review_id": "1"}])


def test_loading_twice_gives_the_same_answers(folder, tastes, view_of):
    one, other = (load_model(folder, view_of(tastes)) for _ in range(2))
    for customer in ("c000", "c123", "nobody"):
        request = ForCustomer(customer=customer)
        assert for_customer(one, request) == for_customer(other, request)


def test_the_saved_arrays_are_only_mapped_and_never_written(folder, model):
    before = {path.name: path.read_bytes() for path in folder.glob("*.npy")}
    for customer in ("c000", "c123"):
        for_customer(model, ForCustomer(customer=customer, exclude_bought=False))
    assert {path.name: path.read_bytes() for path in folder.glob("*.npy")} == before


@pytest.mark.parametrize("damage", ["missing", "short", "card"])
def test_a_damaged_model_says_so(learned, save, tmp_path, tastes, view_of, damage):
    save(learned, tmp_path)
    path = tmp_path / ("card.json" if damage == "card" else "graph_weight.npy")
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(StoreDamaged, match="cannot be read"):
        load_model(tmp_path, view_of(tastes))


def test_many_threads_ask_while_rows_arrive(model):
    """Every answer is whole: ten different products that the customer does not have, with scores that fall."""
    own = {n: set(model.past(f"c{n:03}", "").seen.tolist()) for n in range(100, 140)}
    wrong, stop = [], threading.Event()

    def ask():
        random = np.random.default_rng(threading.get_ident() % 1000)
        while not stop.is_set():
            n = int(random.integers(100, 140))
            shown = for_customer(model, ForCustomer(customer=f"c{n:03}", exclude_bought=True)).body["products"]
            codes = {model.catalog.find(product["product_id"]) for product in shown}
            scores = [product["score"] for product in shown if product["rung"] == "customer"]
            if len(codes) != 10 or codes & own[n] or scores != sorted(scores, reverse=True):
                wrong.append((n, shown))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(300):
        event = {
            "event_id": str(number),
            "event": "view_item",
            "product_id": f"p{number % 60:02}",
            "customer_id": "busy",
            "at": NOW,
        }
        model.observe("events", [event])
        model.observe("products", [{"product_id": f"extra{number}", "title": "x"}])
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
