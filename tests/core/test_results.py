"""Verdicts and promotion: better only beyond doubt, worse only beyond doubt, no evidence otherwise."""

import pytest

from shopkeeper.core.results import Interval, Score, judge


def score(low, high, *, up=True, decides=True, service=None, name="ndcg"):
    return Score(
        name=name,
        value=0.3,
        interval=Interval(0.2, 0.4),
        baseline=0.25,
        baseline_name="popularity",
        difference=Interval(low, high),
        n_cases=100,
        higher_is_better=up,
        decides=decides,
        in_service=None if service is None else 0.28,
        difference_in_service=None if service is None else Interval(*service),
    )


@pytest.mark.parametrize(
    ("low", "high", "up", "verdict"),
    [
        (0.01, 0.05, True, "better"), (-0.05, -0.01, True, "worse"), (-0.01, 0.05, True, "no evidence"),
        (0.0, 0.05, True, "no evidence"), (-0.05, 0.0, True, "no evidence"),
        (0.01, 0.05, False, "worse"), (-0.05, -0.01, False, "better"), (0.0, 0.0, False, "no evidence"),
        (float("nan"), float("nan"), True, "no evidence"),
    ],
)  # fmt: skip
def test_verdict(low, high, up, verdict):
    assert score(low, high, up=up).verdict == verdict


@pytest.mark.parametrize(
    ("service", "up", "worse"),
    [(None, True, False), ((-0.1, -0.01), True, True), ((-0.1, 0.01), True, False), ((0.01, 0.1), False, True)],
)
def test_worse_than_in_service(service, up, worse):
    assert score(0.1, 0.2, up=up, service=service).is_worse_than_in_service is worse


def test_better_is_promoted_and_says_why():
    promotion = judge((score(0.01, 0.05),))
    assert promotion.promoted
    assert promotion.why == "ndcg 0.3000 against 0.2500 of popularity: better"


def test_no_evidence_is_promoted_because_it_is_not_worse():
    assert judge((score(-0.01, 0.05),)).promoted


def test_worse_than_the_baseline_is_not_promoted():
    promotion = judge((score(-0.05, -0.01),))
    assert not promotion.promoted
    assert promotion.why == "ndcg 0.3000 is worse than popularity (0.2500)"


def test_worse_than_in_service_is_not_promoted():
    promotion = judge((score(0.01, 0.05, service=(-0.1, -0.05)),))
    assert not promotion.promoted
    assert "the model in service (0.2800)" in promotion.why


def test_only_deciding_scores_decide():
    assert judge((score(0.01, 0.05), score(-0.05, -0.01, decides=False, name="coverage"))).promoted
    assert not judge((score(0.01, 0.05), score(-0.05, -0.01, name="coverage"))).promoted


def test_without_deciding_scores_everything_is_promoted():
    assert judge(()) == judge((score(-0.05, -0.01, decides=False),))
    assert judge(()).promoted
