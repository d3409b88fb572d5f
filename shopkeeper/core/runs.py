"""What happened when a task was run: its outcome, how good it was, and from what it was made (provenance)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from shopkeeper.core.results import Interval, Score

State = Literal["done", "unchanged", "refused", "failed", "cancelled"]


@dataclass(frozen=True)
class Provenance:
    """From what a result was made: with the same five things it can be made again.

    ``snapshot`` names the data (segments and sequence numbers, as JSON-able); ``changes`` are the settings that differ
    from the defaults, as name -> [value, origin].
    """

    as_of: datetime
    settings_hash: str
    changes: Mapping[str, tuple[Any, str]]
    snapshot: Mapping[str, Any]
    code_version: str
    seed: int


@dataclass(frozen=True)
class Run:
    """One run of one task. ``problem`` holds the error's four parts when it was refused or failed."""

    run_id: str
    task: str
    state: State
    started_at: datetime
    seconds: float
    peak_memory_bytes: int
    provenance: Provenance
    writes: str
    n_rows: int = 0
    headline: str = ""
    scores: tuple[Score, ...] = ()
    model_version: str | None = None
    promoted: bool = False
    promotion_reason: str = ""
    problem: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; moments become ISO texts."""
        raw = dataclasses.asdict(self)
        raw["started_at"] = self.started_at.isoformat()
        raw["provenance"]["as_of"] = self.provenance.as_of.isoformat()
        for score, shown in zip(self.scores, raw["scores"], strict=True):
            shown["verdict"] = score.verdict
        return raw


def run_from_dict(raw: Mapping[str, Any]) -> Run:
    """The inverse of `Run.as_dict`."""
    provenance = dict(raw["provenance"])
    provenance["as_of"] = datetime.fromisoformat(provenance["as_of"])
    provenance["changes"] = {name: (value, origin) for name, (value, origin) in provenance["changes"].items()}
    rest = {key: value for key, value in raw.items() if key not in {"provenance", "started_at", "scores"}}
    return Run(
        **rest,
        started_at=datetime.fromisoformat(raw["started_at"]),
        provenance=Provenance(**provenance),
        scores=tuple(_score(score) for score in raw["scores"]),
    )


def _score(raw: Mapping[str, Any]) -> Score:
    fields = {key: value for key, value in raw.items() if key != "verdict"}
    for name in ("interval", "difference", "difference_in_service"):
        if fields[name] is not None:
            fields[name] = Interval(**fields[name])
    return Score(**fields)
