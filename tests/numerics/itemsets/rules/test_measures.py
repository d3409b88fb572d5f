import numpy as np
import pytest

from shopkeeper.numerics.itemsets.rules.measures import measures


def test_tea_and_coffee_by_hand():
    """Brin et al.'s tea and coffee (1997): of 100 people 25 drink tea, 90 coffee and 20 both."""
    found = measures(np.array([20]), np.array([25]), np.array([90]), 100)
    assert found.support[0] == pytest.approx(0.2)
    assert found.confidence[0] == pytest.approx(0.8)
    assert found.lift[0] == pytest.approx(0.8 / 0.9)
    assert found.leverage[0] == pytest.approx(0.2 - 0.225)
    assert found.conviction[0] == pytest.approx(0.1 / 0.2)
    assert found.zhang[0] == pytest.approx((0.2 - 0.225) / max(0.2 * 0.75, 0.25 * 0.7))


def test_a_rule_without_exception_one_that_says_nothing_and_a_consequent_that_is_never_alone():
    found = measures(np.array([10, 25, 10]), np.array([10, 50, 20]), np.array([20, 50, 10]), 100)
    assert found.conviction[:2].tolist() == [np.inf, 1.0]
    assert found.zhang == pytest.approx([1 - 10 / 90, 0.0, 1.0])


def test_what_never_meets_is_at_minus_one():
    assert measures(np.array([0]), np.array([10]), np.array([20]), 100).zhang.tolist() == [-1.0]


def test_nothing_has_no_measures():
    assert len(measures(*[np.empty(0, np.int64)] * 3, 0).lift) == 0


def test_mlxtend_has_the_same_numbers():
    library = pytest.importorskip("mlxtend.frequent_patterns", reason="mlxtend is not installed")
    import pandas

    sets = pandas.DataFrame({"support": [0.25, 0.9, 0.2], "itemsets": [frozenset("t"), frozenset("c"), frozenset("tc")]})
    theirs = library.association_rules(sets, metric="support", min_threshold=0.0).iloc[0]
    ours = measures(np.array([20]), np.array([25]), np.array([90]), 100)
    row = theirs if "t" in theirs["antecedents"] else library.association_rules(sets, metric="support", min_threshold=0.0).iloc[1]
    for mine, their in (("lift", "lift"), ("leverage", "leverage"), ("conviction", "conviction"), ("zhang", "zhangs_metric")):
        assert getattr(ours, mine)[0] == pytest.approx(row[their])
