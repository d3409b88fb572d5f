"""The borders of the named segments."""

import itertools

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.rfm_segments import ADVICE, MEANING, NAMES, SEGMENTS, segment_places


def test_every_pair_of_scores_belongs_to_exactly_one():
    for recency, frequency in itertools.product(range(1, 6), repeat=2):
        of = [
            segment.name
            for segment in SEGMENTS
            if segment.recency[0] <= recency <= segment.recency[1] and segment.frequency[0] <= frequency <= segment.frequency[1]
        ]
        assert len(of) == 1, (recency, frequency, of)
        assert NAMES[segment_places(np.array([recency]), np.array([frequency]))[0]] == of[0]


@pytest.mark.parametrize(
    ("recency", "frequency", "name"),
    [(5, 5, "champions"), (4, 5, "loyal"), (5, 1, "new"), (1, 5, "cannot_lose"), (1, 1, "lost"), (2, 3, "at_risk")],
)
def test_what_the_field_calls_them(recency, frequency, name):
    assert NAMES[segment_places(np.array([recency]), np.array([frequency]))[0]] == name


def test_each_says_what_to_do():
    assert len(NAMES) == len(set(NAMES)) == 11
    assert all(text.endswith(".") for text in (*ADVICE.values(), *MEANING.values()))
