"""An answer names what the method itself lists: nothing is lost between learning and serving."""

import threading
from datetime import timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.answers import ForCustomer, ForSession, Similar, for_customer, for_session, similar
from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.learning import choosing
from shopkeeper.capabilities.recommend.loaded.model import load_model
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.capabilities.recommend.methods.method import Known, questions_for
from shopkeeper.capabilities.recommend.ranking import choosing as ordering_choice
from shopkeeper.capabilities.recommend.ranking.hybrid import HYBRIDS
from shopkeeper.capabilities.recommend.read import read_interactions, read_products
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.tasks import learn
from shopkeeper.numerics.sparse_rows import build_log

KINDS, SHARES = ("view_item", "add_to_cart", "purchase"), (0.6, 0.15, 0.25)
N_CUSTOMERS, N_PRODUCTS, N_DAYS, N = 400, 90, 200, 10
WORDS = ("mug", "lamp", "bowl", "rug", "vase", "clock")
UNUSUAL = {
    "ease": {"kind_exponent": 2.0, "half_life_days": 30.0},
    "als": {"kind_exponent": 0.5, "half_life_days": 90.0, "recency_decay": 0.5, "n_factors": 16},
    "session_neighbors": {"kind_exponent": 0.0, "visit_pause_minutes": 1440.0},
    "content": {"kind_exponent": 2.0, "recency_decay": 1.5},
}


@pytest.fixture(scope="module")
def world(tastes):
    """Customers of six tastes who look, put into the cart and buy, a few products again and again."""
    random = np.random.default_rng(5)
    rows = []
    for customer in range(N_CUSTOMERS):
        n = int(random.integers(4, 25))
        moments = np.sort(random.choice(N_DAYS * 1440, n, replace=False))
        for minute in moments:
            inside = random.random() < 0.8
            product = random.integers(0, N_PRODUCTS // 6) * 6 + customer % 6 if inside else random.integers(0, N_PRODUCTS)
            rows.append(
                {
                    "actor_id": f"c{customer:03}", "customer_id": f"c{customer:03}", "product_id": f"p{product:02}",
                    "event": str(random.choice(KINDS, p=SHARES)),
                    "at": tastes["interactions"][0]["at"] + timedelta(minutes=int(minute)),
                }
            )  # fmt: skip
    products = [
        {"product_id": f"p{number:02}", "title": f"{WORDS[number % 6]} {number % 7}",
         "brand": f"b{number % 4}", "product_type": f"k{number % 3}", "price": 1.0 + number}
        for number in range(N_PRODUCTS)
    ]  # fmt: skip
    return {"interactions": rows, "products": products}


def served_and_learned(world, view_of, save, folder, monkeypatch, method, given):
    """The loaded model, and the method as it was learned from the same log."""
    monkeypatch.setattr(choosing, "_better", lambda *_: (method, {}, ()))
    parameters = {name: METHODS[name].parameters_from(values) for name, values in given.items()}
    monkeypatch.setattr(choosing, "best_trials", lambda _: parameters)
    ranker = METHODS[method].starts[0].ranker if method in HYBRIDS else "lambda_rank"
    monkeypatch.setattr(ordering_choice, "FEWEST_FOR_A_NETWORK", 60)  # the world is small, so that this test is
    settings = RecommendSettings(order="hybrid" if method in HYBRIDS else method, rankers=ranker, tuning_trials=0)
    result = learn(view_of(world), settings)
    assert result.card["method"] == method
    model = load_model(save(result, folder), view_of(world))
    data = read_interactions(view_of(world))
    log = build_log(data.customer, data.product, data.kind, data.at, len(data.customers), len(data.products))
    known = Known(log, int(log.at.max()) + 1, settings, read_products(view_of(world), data.products), seed=0)
    return model, known, choosing.learned_as(method, known, result.card["given"])


def the_same(model, known, learned, own, **request):
    """Of the places in the lists of 100 customers, the share where the answer has what the method lists."""
    customers = np.arange(0, N_CUSTOMERS, 4)
    lists = learned.lists(questions_for(known, customers, own=own), N).product
    found = np.full(lists.shape, -2)
    for place, customer in enumerate(customers.tolist()):
        answer = for_customer(model, ForCustomer(customer=f"c{customer:03}", n=N, **request))
        named = [each for each in answer.body["products"] if each["rung"] == "customer"]
        found[place, : len(named)] = [model.catalog.find(each["product_id"]) for each in named]
    there = lists >= 0
    assert there.mean() > 0.9
    return float((found == lists)[there].mean())


GIVEN = {"defaults": {}, "unusual": UNUSUAL}
WAYS = [
    pytest.param(method, given, id=f"{method}-{name}")
    for method in ("item_graph", "ease", "als", "session_neighbors", "hybrid")
    for name, given in GIVEN.items()
] + [  # all networks go this way, and are held to what they give in deep/: one with crossed fields, one without
    pytest.param(method, {}, id=method, marks=pytest.mark.skipif(bool(missing()), reason=missing()))
    for method in ("hybrid_wide_deep", "hybrid_ncf")
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "given"), WAYS)
def test_an_answer_names_what_the_method_lists(world, view_of, save, tmp_path, monkeypatch, method, given):
    model, known, learned = served_and_learned(world, view_of, save, tmp_path, monkeypatch, method, given)
    assert (model.order is not None) == (method in HYBRIDS)
    if method in HYBRIDS and method != "hybrid":
        assert model.order.ranker.kind == method.removeprefix("hybrid_")
        assert model.order.ranker.network is not None
    share = the_same(model, known, learned, -1.0, exclude_seen=True)
    print("SHARE", method, share)
    assert share > 0.97
    own = model.parameters.own_weight
    assert own > 0.0
    share = the_same(model, known, learned, own, exclude_bought=False)
    print("SHARE own", method, share)
    assert share > 0.97


@pytest.mark.slow
@pytest.mark.parametrize("method", ["ease", "als", "session_neighbors", "hybrid"])
def test_products_that_come_while_many_ask_do_no_harm(world, view_of, save, tmp_path, monkeypatch, method):
    """More come than the arrays have room for; visits of new products alone, of old and new ones, and beside each."""
    model = served_and_learned(world, view_of, save, tmp_path, monkeypatch, method, {})[0]
    at, before = world["interactions"][0]["at"] + timedelta(days=N_DAYS + 1), model.catalog.capacity
    wrong, stop = [], threading.Event()

    def ask():
        for number in range(0, 10**6, 7):
            if stop.is_set():
                return
            new = f"new{number % 1500}"
            replies = (
                for_session(model, ForSession(session="new")),
                for_session(model, ForSession(products=(new, "p03", "nobody"))),
                for_customer(model, ForCustomer(customer="c007", session="both", price_high=50.0)),
                for_customer(model, ForCustomer(customer="c008", exclude_seen=True, explain=True)),
                similar(model, Similar(product=new)),
            )
            lists = [[each["product_id"] for each in reply.body["products"]] for reply in replies]
            wrong.extend(named for named in lists if len(named) != 10 or len(set(named)) != 10)

    def safely():
        try:
            ask()
        except Exception as error:  # told by the test
            wrong.append(repr(error))

    threads = [threading.Thread(target=safely) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(0, 1500, 10):
        some = range(number, number + 10)
        model.observe("products", [{"product_id": f"new{n}", "title": f"{WORDS[n % 6]} {n % 7}", "price": 5.0} for n in some])
        event = {"event": "view_item", "at": at + timedelta(seconds=number)}
        rows = [{**event, "event_id": f"a{n}", "product_id": f"new{n}", "session_id": "new"} for n in some]
        rows += [{**event, "event_id": f"b{n}", "product_id": f"p{n % 90:02}", "session_id": "both"} for n in some[:3]]
        rows += [
            {**event, "event_id": f"c{n}", "product_id": f"new{n}", "session_id": "both", "customer_id": "c007"} for n in some
        ]
        model.observe("events", rows)
    stop.set()
    for thread in threads:
        thread.join()
    assert model.catalog.capacity > before
    assert wrong == []
