"""A run survives the way to JSON and back."""

import json
from datetime import UTC, datetime

from shopkeeper.core.results import Interval, Score
from shopkeeper.core.runs import Provenance, Run, run_from_dict

SCORE = Score(
    "ndcg", 0.3, Interval(0.2, 0.4), 0.25, "popularity", Interval(0.01, 0.09, 0.9), 100,
    decides=True, in_service=0.28, difference_in_service=Interval(-0.01, 0.05),
)  # fmt: skip
PROVENANCE = Provenance(
    as_of=datetime(2025, 6, 1, 12, 30, 0, 123456, tzinfo=UTC),
    settings_hash="abc",
    changes={"horizon_days": (7, "shop.toml")},
    snapshot={"events": {"segments": ["a"], "last": 10}},
    code_version="0.1.0",
    seed=3,
)
RUN = Run(
    "r1", "demand.forecast", "done", datetime(2025, 6, 2, tzinfo=UTC), 1.5, 1000, PROVENANCE, "demand_forecast",
    n_rows=5, headline="More of all.", scores=(SCORE,), model_version="v1", promoted=True, promotion_reason="better",
)  # fmt: skip


def test_round_trip_through_json():
    assert run_from_dict(json.loads(json.dumps(RUN.as_dict()))) == RUN


def test_a_refused_run_keeps_its_problem():
    refused = Run(
        "r2",
        "demand.forecast",
        "refused",
        RUN.started_at,
        0.0,
        0,
        PROVENANCE,
        "demand_forecast",
        problem={"title": "Too little."},
    )
    assert run_from_dict(json.loads(json.dumps(refused.as_dict()))) == refused


def test_the_verdict_is_written_for_readers():
    assert RUN.as_dict()["scores"][0]["verdict"] == "better"


def test_moments_are_iso_texts():
    shown = RUN.as_dict()
    assert shown["started_at"] == "2025-06-02T00:00:00+00:00"
    assert shown["provenance"]["as_of"] == "2025-06-01T12:30:00.123456+00:00"
