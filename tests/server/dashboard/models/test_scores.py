"""Scores as rows, and over the runs of a task."""

from __future__ import annotations

import counting
import pytest

from shopkeeper.core.results import Interval, Score
from shopkeeper.server.dashboard.models import scores

EVENT = {"event_id": "e", "at": "2026-01-01", "event": "view_item", "product_id": "p"}


def row(value, baseline, low, high):
    score = Score("hits", value, Interval(value, value), baseline, "popularity", Interval(low, high), 10)
    return scores._row(score)


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.01, 0.2, "score.better"), (-0.2, -0.01, "score.worse"), (-0.1, 0.1, "score.no_evidence")]
)
def test_the_sentence_follows_the_interval_of_the_difference(low, high, words):
    assert row(0.3, 0.1, low, high).words == words


def test_the_naive_answer_beside_itself_is_no_comparison():
    assert row(0.85, 0.85, 0.0, 0.0).words == "score.itself"
    assert row(0.85, 0.85, -0.1, 0.1).words == "score.no_evidence", "another that happened to do as well"
    assert row(0.0, 0.0, 0.0, 0.0).words == "score.no_evidence", "nothing was hit by either"


def test_times_is_only_told_of_positive_numbers():
    assert row(0.3, 0.1, 0, 1).times == pytest.approx(3.0)
    assert row(0.3, 0.0, 0, 1).times is None
    assert row(-0.3, 0.1, 0, 1).times is None


def test_scores_of_run_after_run_oldest_first(declared, shop):
    counting.declare(declared)
    shop.append("events", [EVENT])
    for value in (0.6, 0.7, 0.8):
        shop.run("counting.count", {"value": value})
    (course,) = scores.courses(shop.runs("counting.count"))
    assert (course.values, course.baselines) == ((0.6, 0.7, 0.8), (0.5, 0.5, 0.5))
    assert list(course.moments) == sorted(course.moments)
    assert scores.rows(shop.runs("counting.count")[0])[0].decides


def test_without_scores_there_is_no_course(declared, shop):
    assert scores.courses([]) == ()
