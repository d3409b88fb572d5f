"""Which method is tried beside the item graph, and which ranker orders the hybrid's candidates."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.judging.material import material
from shopkeeper.capabilities.recommend.learning import choosing
from shopkeeper.capabilities.recommend.learning.choosing import SERVING, too_slow, wanted_method
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters
from shopkeeper.capabilities.recommend.methods.method import Lists
from shopkeeper.capabilities.recommend.ranking import hybrid
from shopkeeper.capabilities.recommend.ranking.hybrid import LearnedHybrid
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.progress import Silent
from shopkeeper.shop import Shop

NOTHING = ("item_graph", ())
INSTALLED = pytest.mark.skipif(bool(missing()), reason=missing())


def compared(view_of, slow=(), **reached):
    """A view of a comparison: NDCG on the validation period by method."""
    rows = [
        {
            "wanted": wanted, "k": k, "method": name, "title": name, "is_best": False, "validation_ndcg": value if k == 10 else 1.0,
            "order_p99_ms": 7.25 if name in slow else 0.5 if name.startswith("hybrid") else None,
        }
        for name, value in reached.items()
        for wanted, k in (("new", 10), ("new", 20), ("all", 20))
    ]  # fmt: skip
    return view_of({"recommend_methods": rows})


def wanted(view, **settings):
    return wanted_method(view, RecommendSettings(**settings))


@pytest.fixture
def installed(monkeypatch):
    monkeypatch.setattr(choosing, "missing", str)


def test_without_a_comparison_nothing_speaks_for_another(view_of):
    assert wanted(view_of({})) == NOTHING
    assert wanted(view_of({}), order="ease") == ("ease", ())
    assert wanted(view_of({}), order="hybrid") == ("hybrid", ())


def test_a_network_that_is_asked_for_is_tried(view_of, installed):
    assert wanted(view_of({}), order="hybrid", rankers="ncf, lambda_rank") == ("hybrid_ncf", ())


def test_the_comparison_says_which_ranker(view_of, installed):
    view = compared(view_of, ease=0.3, hybrid=0.2, hybrid_fm=0.25, hybrid_ncf=0.22)
    assert wanted(view) == ("ease", ())
    assert wanted(view, order="hybrid") == ("hybrid_fm", ())
    assert wanted(view, order="hybrid", rankers="ncf, lambda_rank") == ("hybrid_ncf", ())
    assert wanted(view, order="hybrid", rankers="lambda_rank") == ("hybrid", ())
    best = compared(view_of, ease=0.2, hybrid=0.2, hybrid_fm=0.25, sasrec=0.9)
    assert wanted(best) == ("hybrid_fm", ())
    assert wanted(best, rankers="lambda_rank") == ("ease", ())


def test_a_network_must_be_better_by_a_percent(view_of, installed):
    view = compared(view_of, item_graph=0.1, hybrid=0.2, hybrid_fm=0.201)
    assert wanted(view) == ("hybrid", ())
    assert wanted(view, order="hybrid") == ("hybrid", ())


def test_what_is_too_slow_is_not_served_and_said(view_of, installed):
    view = compared(view_of, slow=("hybrid_fm",), item_graph=0.1, hybrid_ncf=0.15, hybrid_fm=0.25)
    sentence = (
        "hybrid ordered by a factorization machine is not served: its ranker takes 7.2 ms (99th percentile) to order the "
        "candidates of one answer, and 5 are allowed."
    )
    assert wanted(view) == ("hybrid_ncf", (sentence,))
    assert wanted(compared(view_of, slow=("hybrid_fm",), ease=0.3, hybrid_fm=0.2)) == ("ease", ()), "it lost anyway"
    assert too_slow("hybrid_fm", 5.0) == ""


def test_without_the_extra_the_trees_are_tried_and_why_is_said(view_of, monkeypatch):
    monkeypatch.setattr(choosing, "missing", lambda: "torch is not installed: pip install 'shopkeeper[deep]'")
    view = compared(view_of, hybrid=0.2, hybrid_fm=0.25)
    told = ("No network was tried as a ranker: torch is not installed: pip install 'shopkeeper[deep]'",)
    assert wanted(view) == ("hybrid", told)
    assert wanted(view_of({}), order="hybrid", rankers="fm") == ("hybrid", told)
    assert wanted(view_of({})) == NOTHING, "nobody asked for one"


def test_every_hybrid_can_serve():
    assert set(hybrid.HYBRIDS) < set(SERVING)


@dataclass(frozen=True)
class Slow(LearnedHybrid):
    """Names the right products, and takes long."""

    ms: float = 6.0

    def order_p99_ms(self, questions):
        return self.ms

    def lists(self, questions, n, tell=None):
        return Lists(np.tile(np.arange(n, dtype=np.int32), (len(questions), 1)), np.ones((len(questions), n), np.float32))


def test_what_turns_out_too_slow_when_it_is_learned_is_not_taken(tastes, view_of, monkeypatch):
    at = material(view_of(tastes), RecommendSettings(), Silent()).validation()
    monkeypatch.setattr(choosing, "ENOUGH_CASES", 10)
    monkeypatch.setattr(choosing, "learned_as", lambda *_: Slow({}, None, None, None, hybrid.Parameters()))
    method, reached, notes = choosing._better(at, Parameters(), "hybrid", {})
    assert (method, reached) == ("item_graph", {})
    assert "takes 6.0 ms" in notes[0]
    monkeypatch.setattr(choosing, "learned_as", lambda *_: Slow({}, None, None, None, hybrid.Parameters(), ms=1.0))
    assert set(choosing._better(at, Parameters(), "hybrid", {})[1]) == {"item_graph", "hybrid"}
    small = "A network learns its order from 200 customers or more"
    assert choosing._better(at, Parameters(), "hybrid_ncf", {})[2][0].startswith(
        f"{hybrid.HYBRID_NCF.title} was not tried: {small}"
    )


def launches(n_customers, n_products=300, n_days=100, n_each=10):
    """Customers choose what was launched of late, of their taste and near their price level: what no retriever says alone."""
    random, start = np.random.default_rng(0), datetime(2024, 1, 1)
    launched = np.arange(n_products) * n_days / n_products - 5
    taste, price = random.integers(0, 3, n_products), np.exp(random.normal(3, 1, n_products))
    events = []
    for customer in range(n_customers):
        level = random.normal(3, 1)
        for day in np.sort(random.uniform(0, n_days, n_each)):
            likes = 3.0 * (taste == customer % 3) - 1.5 * (np.log(price) - level) ** 2
            fit = np.where(launched < day, (launched - day) / 4.0 + likes, -np.inf)
            chance = np.exp(fit - fit.max())
            events.append({
                "event_id": f"e{len(events)}", "event": "purchase", "customer_id": f"c{customer:03}",
                "product_id": f"p{random.choice(n_products, p=chance / chance.sum()):03}", "at": start + timedelta(days=float(day)),
            })  # fmt: skip
    products = [
        {"product_id": f"p{code:03}", "title": f"product {code}", "product_type": f"k{taste[code]}",
         "price": round(float(price[code]), 2), "created_at": start + timedelta(days=float(launched[code]))}
        for code in range(n_products)
    ]  # fmt: skip
    return {"products": products, "events": events}


SERVE = """
import json, sys, time
from pathlib import Path
from shopkeeper.shop import Shop
with Shop.open(Path(sys.argv[1])) as shop:
    listed = {}
    for row in shop.table("recommendations").to_pylist():
        listed.setdefault(row["customer_id"], []).append(row["product_id"])
    same, seconds = [], []
    for customer, wanted in list(listed.items())[::4]:
        started = time.thread_time()
        body = shop.ask("recommend.for_customer", customer=customer, n=10, exclude_seen=True)
        seconds.append(time.thread_time() - started)
        same += [one == each["product_id"] for one, each in zip(wanted, body["products"], strict=False)]
    seconds.sort()
    print(json.dumps({
        "rung": body["rung"], "n": len(same), "same": sum(same) / len(same), "p99_ms": 1e3 * seconds[int(0.99 * len(seconds))],
        "imported": [name for name in ("torch", "onnx", "onnxruntime", "lightgbm") if name in sys.modules],
    }))
"""


@pytest.mark.slow
@INSTALLED
def test_from_the_comparison_to_answers_without_torch(tmp_path):
    """The ranker that the comparison's validation prefers is learned, saved and served, and answers as it lists."""
    with Shop.create(tmp_path / "shop", currency="EUR", time_zone="UTC") as shop:
        for table, rows in launches(900).items():
            (shop.upsert if table == "products" else shop.append)(table, rows)
        shop.run("recommend.evaluate", {"evaluated_methods": "item_graph,hybrid_fm,hybrid_ncf", "evaluate_trials": 1})
        rows = shop.sql("SELECT * FROM recommend_methods WHERE wanted = 'new' AND k = 10").to_pylist()
        validated = {row["method"]: row["validation_ndcg"] for row in rows}
        shop.run("recommend.learn", {"tuning_trials": 4})
        card = shop.store.models.current("recommend.learn").card
    assert {row["method"] for row in rows if row["is_best"]} == {card["method"]} <= {"hybrid_fm", "hybrid_ncf"}, validated
    assert card["serving"]["ranker"]["kind"] == card["method"].removeprefix("hybrid_")
    reached = card["tuning"]["ndcg_of_methods"]
    assert reached[card["method"]] > 1.5 * reached["item_graph"]
    assert card["tuning"]["notes"] == []
    done = subprocess.run([sys.executable, "-c", SERVE, str(tmp_path / "shop")], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    print(told, validated)
    assert told["imported"] == ["onnxruntime"]
    assert (told["rung"], told["n"]) == ("customer", 2250)
    assert told["same"] > 0.97
    assert told["p99_ms"] < 5.0
