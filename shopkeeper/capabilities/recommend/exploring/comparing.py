"""The result of `recommend.off_policy`: each policy's value by each estimator, with intervals, beside what was earned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.recommend.exploring.policies import ESTIMATORS, POLICIES, evaluate, halves, logged, policies, rewards
from shopkeeper.capabilities.recommend.exploring.read import Slates, read_popularity, read_slates
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.results import Interval, Result, Score
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.bandits.off_policy import Estimate, interval

MINIMUM_DECISIONS = 100
MINIMUM_REWARDED = 10
MINIMUM_EFFECTIVE = 20.0
"""Decisions' worth of what was shown that a policy must have in common with the log, to be spoken of in the headline."""
NAMES = {"click": "clicks", "add_to_cart": "products put in the cart", "purchase": "purchases", "value": "of sales"}


@dataclass(frozen=True)
class Value:
    """What a policy would have earned a decision by one estimator."""

    policy: str
    estimator: str
    estimate: Estimate
    interval: Interval


def compare(view: ShopView, settings: RecommendSettings) -> Result:
    """The result of the task. Raises `NotEnoughData` where too little was explored, or too little came of it."""
    progress = view.progress
    progress.step(0.0, "reading decisions and outcomes")
    slates = read_slates(view, reward=settings.explore_reward, limit=settings.policy_decisions, explored=True)
    _refuse_too_little(slates, settings)
    older, newer = halves(slates)
    progress.step(0.3, "learning what products earned")
    popularity = read_popularity(view, slates.products, int(newer.at[0]))
    by = rewards(newer)
    real = logged(newer)
    values = [Value("as logged", "logged", real, _interval(real.influence, view.seed))]
    for number, policy in enumerate(policies(older, newer, settings, popularity)):
        progress.step(0.4 + 0.6 * number / len(POLICIES), f"what {policy.name} would have earned")
        found = evaluate(newer, policy, by, weight_limit=settings.policy_weight_limit, seed=view.seed)
        values += [Value(policy.name, name, found[name], _interval(found[name].influence, view.seed)) for name in ESTIMATORS]
    progress.step(1.0, "comparing")
    scores = tuple(_score(value, values[0], settings, view.seed) for value in values if value.estimator == "DR")
    return Result(_table(values, newer, settings), scores, headline=_headline(values, scores, newer, settings))


def _refuse_too_little(slates: Slates, settings: RecommendSettings) -> None:
    n_rewarded = len(np.unique(slates.decision[slates.reward > 0]))
    if slates.n_decisions >= MINIMUM_DECISIONS and n_rewarded >= MINIMUM_REWARDED:
        return
    earned = f"with a {settings.explore_reward}"
    raise NotEnoughData(
        "'recommend.off_policy' needs lists in which chance had a say, to tell what other ways of choosing would have earned.",
        got=f"{slates.n_decisions} decisions with slots left to the bandit, {n_rewarded} of them {earned}",
        wanted=f"at least {MINIMUM_DECISIONS} of them, {MINIMUM_REWARDED} {earned}",
        next="leave the bandit a share of the slots (`explore_share = 0.1` under [recommend] in shop.toml) and send what comes "
        "of decisions to `outcomes`",
        table="decisions" if slates.n_decisions < MINIMUM_DECISIONS else "outcomes",
        n_decisions=slates.n_decisions,
        n_rewarded=n_rewarded,
    )


def _interval(influence: Any, seed: int) -> Interval:
    return Interval(*interval(influence, seed=seed))


def _score(value: Value, real: Value, settings: RecommendSettings, seed: int) -> Score:
    difference = value.estimate.influence - real.estimate.influence
    return Score(
        name=f"{NAMES[settings.explore_reward]} a list, {value.policy} (DR)",
        value=value.estimate.value,
        interval=value.interval,
        baseline=real.estimate.value,
        baseline_name="as logged",
        difference=_interval(difference, seed),
        n_cases=len(difference),
    )


def _table(values: list[Value], slates: Slates, settings: RecommendSettings) -> pa.Table:
    return pa.table({
        "policy": pa.array([value.policy for value in values], pa.string()),
        "estimator": pa.array([value.estimator for value in values], pa.string()),
        "value": pa.array([value.estimate.value for value in values], pa.float64()),
        "low": pa.array([value.interval.low for value in values], pa.float64()),
        "high": pa.array([value.interval.high for value in values], pa.float64()),
        "effective_n": pa.array([value.estimate.effective_n for value in values], pa.float64()),
        "largest_weight": pa.array([value.estimate.largest_weight for value in values], pa.float64()),
        "n_decisions": pa.array([slates.n_decisions] * len(values), pa.int64()),
        "reward": pa.array([settings.explore_reward] * len(values), pa.string()),
    })  # fmt: skip


def _headline(values: list[Value], scores: tuple[Score, ...], slates: Slates, settings: RecommendSettings) -> str:
    real = values[0].estimate.value
    shown = f"{slates.n_decisions:,} lists earned {real:.3f} {NAMES[settings.explore_reward]} each"
    judged = [value for value in values if value.estimator == "DR"]
    sure = [
        (value, score)
        for value, score in zip(judged, scores, strict=True)
        if value.estimate.effective_n >= MINIMUM_EFFECTIVE and score.verdict == "better"
    ]
    if sure:
        best, score = max(sure, key=lambda pair: pair[1].difference.low)
        return (
            f"{shown}; {best.policy} would have earned {best.estimate.value:.3f}, "
            f"{score.difference.low:+.3f} to {score.difference.high:+.3f} beside that (doubly robust)."
        )
    own = scores[0]
    cost = "cost nothing that can be seen" if own.verdict != "better" else "cost something"
    return f"{shown}; no other way of choosing would have earned more beyond doubt, and exploring {cost} (doubly robust)."
