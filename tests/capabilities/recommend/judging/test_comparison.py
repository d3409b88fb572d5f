import numpy as np
import pytest

from shopkeeper.capabilities.recommend.judging.choosing import Chosen
from shopkeeper.capabilities.recommend.judging.comparison import Catalog, Judged, best_of, compared, covered
from shopkeeper.capabilities.recommend.judging.exam import Cases
from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY

N = 60
CASES = Cases(np.arange(40), np.arange(41) * 2, np.tile([1, 3], 40))
CATALOG = Catalog(np.full(N, 1 / 8), np.arange(N) % 2, np.arange(N, dtype=float))


def judged(method, first, value=0.1):
    """Every case gets the same list, which begins with ``first`` and goes on with what is never wanted."""
    order = np.array([*first, *(code for code in range(4, N) if code not in first)][:50], np.int32)
    listed = np.tile(order, (40, 1))
    chosen = Chosen(method, method.starts[0], value=value, value_of_all=-value)
    return Judged(chosen, {"new": listed, "all": listed})


GOOD, NAIVE = judged(ITEM_GRAPH, [1, 3], 0.4), judged(POPULARITY, [0, 1], 0.2)


def test_measures_by_hand():
    found = compared([NAIVE, GOOD], CASES, "new", CATALOG, seed=0)
    value = {name: measure.value for (method, k, name), measure in found.items() if (method, k) == ("item_graph", 5)}
    assert value == pytest.approx(
        {"ndcg": 1.0, "recall": 1.0, "hit_rate": 1.0, "reciprocal_rank": 1.0, "revenue_share": 1.0, "novelty_bits": 3.0,
         "diversity": 6 / 10}  # 1, 3, 5 are odd and 4, 6 even
    )  # fmt: skip
    naive = {name: measure.value for (method, k, name), measure in found.items() if (method, k) == ("popularity", 5)}
    assert naive["recall"] == 0.5
    assert naive["reciprocal_rank"] == 0.5
    assert naive["revenue_share"] == 1 / 4
    assert naive["ndcg"] == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(3)))


def test_the_difference_is_paired():
    measure = compared([NAIVE, GOOD], CASES, "new", CATALOG, seed=0)["item_graph", 10, "recall"]
    assert (measure.difference, measure.verdict) == (0.5, "better")
    assert measure.difference_interval.low == measure.difference_interval.high == 0.5, "it is the same for every customer"


def test_intervals_hold_the_value():
    found = compared([NAIVE, GOOD], CASES, "new", CATALOG, seed=0)
    for measure in found.values():
        assert measure.interval.low <= measure.value <= measure.interval.high
        assert measure.difference_interval.low <= measure.difference <= measure.difference_interval.high


def test_what_is_not_known_is_left_out():
    bare = Catalog(CATALOG.share, np.full(N, -1), np.full(N, np.nan))
    names = {name for _, _, name in compared([NAIVE, GOOD], CASES, "new", bare, seed=0)}
    assert not names & {"revenue_share", "diversity"}
    assert "novelty_bits" in names


def test_a_method_that_was_left_out_has_no_measures():
    out = Judged(Chosen(ITEM_GRAPH, ITEM_GRAPH.starts[0], note="too large"), {})
    assert {method for method, _, _ in compared([NAIVE, out], CASES, "new", CATALOG, seed=0)} == {"popularity"}
    assert covered(out, "new", N) == {}
    assert best_of([NAIVE, out], "new") == "popularity"


def test_coverage_and_the_best_by_validation():
    assert covered(GOOD, "new", N)[5] == 5 / N
    assert best_of([NAIVE, GOOD], "new") == "item_graph"
    assert best_of([NAIVE, GOOD], "all") == "popularity", "what validation says of all purchases"
