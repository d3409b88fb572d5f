import numpy as np
import pytest

from shopkeeper.capabilities.customers.classifying.exam import prepare
from shopkeeper.capabilities.customers.classifying.judge import candidate, compare, scores, sit
from shopkeeper.capabilities.customers.classifying.methods.baselines import PREVALENCE, given
from shopkeeper.capabilities.customers.classifying.methods.logistic import LOGISTIC

GIVEN = given("given", "one feature", "signal")


@pytest.fixture(scope="module")
def compared(world):
    train, validation, test = world(500, 1), world(400, 2), world(600, 3)
    return compare([sit(prepare(method, train, validation, 0), test) for method in (PREVALENCE, GIVEN, LOGISTIC)], seed=0)


def test_both_scores_stand_beside_the_baseline(compared):
    by_auc, by_brier = scores(compared, "logistic", "given", "an order", 0, decides=True)
    assert (by_auc.verdict, by_brier.verdict) == ("better", "better")
    assert by_auc.decides
    assert not by_brier.decides
    assert by_auc.baseline_name == "one feature"
    assert by_auc.interval.low < by_auc.value < by_auc.interval.high
    assert by_auc.value == compared.sat[2].numbers()["auc"]


def test_against_itself_there_is_no_evidence(compared):
    same, _ = scores(compared, "given", "given", "an order", 0, decides=True)
    assert same.verdict == "no evidence"
    assert (same.difference.low, same.difference.high) == (0.0, 0.0)
    assert not compared.beats("given", "logistic")


def test_the_candidate_is_a_classifier_and_never_a_baseline():
    assert candidate({"prevalence": 0.1, "given": 0.2, "logistic": 0.5}, (PREVALENCE, GIVEN, LOGISTIC)) == "logistic"


def test_the_line_of_calibration_is_unknown_where_all_are_told_the_same(compared):
    assert np.isnan(compared.sat[0].numbers()["calibration_slope"])
    assert len(compared.sat[2].curve().told) == 10
