"""One method in a process of its own: its parameters from a validation cut of train, learned again, looked at once on the test.

`run.py` starts it for each method, so that its peak of memory is its own.
"""

from __future__ import annotations

import argparse
import dataclasses
import gc
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ranking.data import Data, read
from benchmarks.ranking.judging import Judge, unnamed
from benchmarks.ranking.peers import installed
from benchmarks.ranking.protocols import PROTOCOLS, Protocol, Stage
from shopkeeper.capabilities.recommend.judging.choosing import starts_of
from shopkeeper.capabilities.recommend.judging.memory import too_large
from shopkeeper.capabilities.recommend.judging.search import WORTHWHILE, search
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.capabilities.recommend.methods.method import Learned, Lists, Method, Questions
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.core.errors import NotEnoughData, unknown
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.recency import HALF_LIVES_DAYS
from shopkeeper.running import peak_memory

NAIVE = ("popularity", "bought_again")


def method_named(name: str) -> Method[Any]:
    """A method of ours, or a peer that is installed. Raises `UnknownName`."""
    found = {**METHODS, **installed()}
    if name not in found:
        raise unknown("method", name, found)
    return found[name]


class Trying:
    """A stage of a protocol: methods are asked and judged on it."""

    def __init__(self, protocol: Protocol, stage: Stage, popularity: Fading) -> None:
        self.stage, self.protocol = stage, protocol
        self.judge = Judge(protocol, stage, popularity)

    def lists(self, name: str, learned: Learned, own: float) -> tuple[Lists, Questions]:
        """What is named; of the naive answers only what does not come from popularity, whose ties are seen when it fills."""
        questions = self.stage.questions(own)
        lists = learned.lists(questions, self.judge.depth)
        if name in NAIVE:
            lists = unnamed(lists, (lists.score > 1.0) & (name == "bought_again"))
        return lists, questions

    def value(self, name: str, learned: Learned, own: float) -> float:
        """The measure that chooses."""
        measures = self.judge.measures(*self.lists(name, learned, own))
        return float(measures[self.protocol.measures[-1]].mean())


def fading(protocol: Protocol, stage: Stage, has_moments: bool) -> Fading:
    """How fast popularity fades: not at all, unless a shorter memory is better beyond doubt on the validation."""
    if not has_moments:
        return Fading(max(HALF_LIVES_DAYS))
    found: dict[float, Array] = {}
    nothing = Lists(
        np.full((len(stage.n_targets), protocol.k + 1), -1, np.int32),
        np.zeros((len(stage.n_targets), protocol.k + 1), np.float32),
    )
    for days in HALF_LIVES_DAYS:
        judge = Judge(protocol, stage, Fading(days))
        lists = Lists(*(part[:, : judge.depth] for part in nothing))
        found[days] = judge.measures(lists, stage.questions(-1.0))[protocol.measures[-1]]
    forever = found[max(HALF_LIVES_DAYS)]
    sure = [days for days, values in found.items() if mean_interval(values - forever, seed=0)[0] > 0]
    return Fading(max(sure, key=lambda days: float(found[days].mean()), default=max(HALF_LIVES_DAYS)))


@dataclasses.dataclass(frozen=True)
class Choice:
    """What validation chose, and what it took."""

    parameters: Any
    own: float
    popularity: Fading
    value: float
    n_trials: int
    seconds: float


class Reach:
    """What parameters reach on the validation; the best model is kept, so that how to ask it need not be learned again."""

    def __init__(self, trying: Trying, method: Method[Any], own: float, tell: Tell) -> None:
        self.own, self.best, self._value = own, None, -1.0
        self._trying, self._method, self._tell = trying, method, tell

    def __call__(self, parameters: Any) -> float:
        """Learn, ask, judge."""
        learned = self._method.learn(self._trying.stage.known, parameters, self._tell)
        value = self._trying.value(self._method.name, learned, self.own)
        if self.best is None or value > self._value * WORTHWHILE:
            self.best, self._value = learned, value
        return value


def choose(data: Data, protocol: Protocol, method: Method[Any], given: argparse.Namespace) -> Choice:
    """Parameters, and whether what the past holds may be named, from the validation cut. Raises `NotEnoughData`."""
    stage = protocol.validation(data, given.cases, given.seed)
    popularity = fading(protocol, stage, data.has_moments)
    trying, budget = Trying(protocol, stage, popularity), int(given.memory_gb * 1e9)
    starts = (popularity,) if method.name in NAIVE else starts_of(method, popularity.popularity_half_life_days)
    why = method.against(stage.known) or too_large(min(method.n_bytes(stage.known, start) for start in starts), budget)
    if why:
        raise NotEnoughData(why, got=method.title, wanted="a method that fits", next="try another one")
    began = time.monotonic()
    reach = Reach(trying, method, -1.0, quiet)
    fits = next(start for start in starts if method.n_bytes(stage.known, start) <= budget)
    if len(protocol.owns) > 1:  # before the search: where sessions go back and forth, lists without the own are worth little
        learned = method.learn(stage.known, fits, quiet)
        reach.own = max(protocol.owns, key=lambda own: trying.value(method.name, learned, own))
        del learned
    found = search(
        reach, starts, {} if method.name in NAIVE else method.choices, n_trials=given.trials, seconds=60.0 * given.minutes,
        allowed=lambda candidate: method.n_bytes(stage.known, candidate) <= budget,
        tell=lambda share: print(f"{share:.0%}", end=" ", flush=True) if given.verbose else None,
    )  # fmt: skip
    values = {reach.own: found.value}
    if len(protocol.owns) > 1 and reach.best is not None:
        values |= {own: trying.value(method.name, reach.best, own) for own in protocol.owns if own != reach.own}
    own = max(values, key=lambda each: (values[each], each == reach.own))
    return Choice(found.parameters, own, popularity, values[own], len(found.trials), time.monotonic() - began)


def look_once(
    data: Data, protocol: Protocol, method: Method[Any], choice: Choice, given: argparse.Namespace
) -> tuple[dict[str, Any], dict[str, Array]]:
    """(facts, each question's measures) on the test: the method is learned from all of train, with its parameters."""
    stage = protocol.test(data, given.seed)
    trying = Trying(protocol, stage, choice.popularity)
    gc.collect()
    with peak_memory() as before:
        pass
    with peak_memory() as peak:
        started, processor = time.perf_counter(), time.process_time()
        learned = method.learn(stage.known, choice.parameters, quiet)
        learn_seconds, processor = time.perf_counter() - started, time.process_time() - processor
        started = time.perf_counter()
        lists, questions = trying.lists(method.name, learned, choice.own)
        answer_seconds = time.perf_counter() - started
    facts = {
        "learn_seconds": learn_seconds, "learn_processor_seconds": processor,
        "answer_ms": 1e3 * answer_seconds / max(1, len(questions)), "peak_mb": peak[0] / 1e6, "before_mb": before[0] / 1e6,
        "n_questions": len(questions),
    }  # fmt: skip
    return facts, dict(trying.judge.measures(lists, questions))


def run(given: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Array]]:
    """(facts, measures) of one method; a note says why it has none."""
    protocol, method = PROTOCOLS[given.protocol], method_named(given.method)
    facts: dict[str, Any] = {"name": method.name, "title": method.title}
    data = read(given.data, by_session=given.protocol == "sessions", seed=given.seed)
    try:
        choice = choose(data, protocol, method, given)
        found, measures = look_once(data, protocol, method, choice, given)
    except NotEnoughData as refused:
        return {**facts, "note": refused.what}, {}
    return {
        **facts, **found, "parameters": dataclasses.asdict(choice.parameters), "own": choice.own,
        "popularity_half_life_days": choice.popularity.popularity_half_life_days, "validation": choice.value,
        "n_trials": choice.n_trials, "tune_seconds": choice.seconds,
    }, measures  # fmt: skip


def options() -> argparse.ArgumentParser:
    """What both commands take."""
    found = argparse.ArgumentParser(add_help=False)
    found.add_argument("--data", type=Path, required=True, help="folder with train.parquet and test.parquet")
    found.add_argument("--protocol", choices=tuple(PROTOCOLS), required=True)
    found.add_argument("--minutes", type=float, default=2.0, help="how long parameters are searched for, each method (default 2)")
    found.add_argument("--trials", type=int, default=80, help="how many sets of parameters at most, each method (default 80)")
    found.add_argument("--cases", type=int, default=10_000, help="questions of the validation cut at most (default 10,000)")
    found.add_argument(
        "--memory-gb", type=float, default=0.0, help="methods of ours that need more are left out (default: half of what is free)"
    )
    found.add_argument("--seed", type=int, default=0)
    found.add_argument("--verbose", action="store_true", help="show each trial")
    return found


def main() -> None:
    """Write FILE.json and FILE.npz."""
    parser = argparse.ArgumentParser(description=__doc__, parents=[options()])
    parser.add_argument("--method", required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    facts, measures = run(given)
    np.savez(given.out.with_suffix(".npz"), **measures)
    given.out.with_suffix(".json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
