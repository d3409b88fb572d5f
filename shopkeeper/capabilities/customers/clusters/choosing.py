"""How many clusters, and the sentence that says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Interval, Score
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.clustering.number_of_clusters import STABLE, Choice, Curves, Trial, choose, curves_of
from shopkeeper.numerics.compiling import Tell


@dataclass(frozen=True)
class Chosen:
    """``n_clusters`` as wanted or chosen, with the curves that speak for it and ``why``."""

    n_clusters: int
    curves: Curves
    choice: Choice
    why: str

    @property
    def judged(self) -> int:
        """The number of clusters that scores are told of: the chosen one, or the best split where there is none."""
        return self.n_clusters if self.n_clusters > 1 else 1 + int(np.argmax(self.choice.points))

    def card(self) -> dict[str, Any]:
        """The curves as lists, one number a number of clusters."""
        curves = self.curves
        return {
            "n_clusters": curves.n_clusters.tolist(),
            "inertia": curves.inertia.tolist(),
            "elbow": curves.elbow.tolist(),
            "silhouette": curves.silhouette.tolist(),
            "silhouette_of_noise": curves.noise.max(axis=0).tolist(),
            "stability": curves.stability.mean(axis=0).tolist(),
            "stability_wanted": STABLE,
            "margin_wanted": curves.margin,
            "is_clear": [bool(each) for each in self.choice.is_clear],
            "points": self.choice.points.tolist(),
        }


def choose_number(points: np.ndarray, settings: CustomersSettings, seed: int, tell: Tell, before: int = 0) -> Chosen:
    """The number of clusters of ``points`` float32 [sample, features]; ``before``: the number in service."""
    most = max(settings.most_clusters, settings.clusters)
    curves = curves_of(points, seed=seed, trial=Trial(most=most), tell=tell)
    choice = choose(curves, before=before)
    wanted = min(settings.clusters or choice.n_clusters, max(1, len(points)))
    return Chosen(wanted, curves, choice, _why(curves, choice, settings.clusters))


def _why(curves: Curves, choice: Choice, wanted: int) -> str:
    if len(curves.inertia) < 2:
        return "There are too few customers to tell groups apart."
    stability, elbow = curves.stability.mean(axis=0), 1 + int(np.argmax(curves.elbow))
    if wanted:
        found = (
            f"{choice.n_clusters} would have been chosen" if choice.n_clusters > 1 else "no number of groups stands out by itself"
        )
        return f"The settings ask for {wanted}; {found}."
    if choice.n_clusters == 1:
        best = 1 + int(np.argmax(choice.points))
        return (
            f"No number of groups is both stable and clearer than in noise: the best split, into {best}, has a silhouette of "
            f"{curves.silhouette[best - 1]:.2f} against {curves.noise[:, best - 1].max():.2f} in noise, and a stability of "
            f"{stability[best - 1]:.2f} ({STABLE} is wanted)."
        )
    here = choice.n_clusters - 1
    bend = "the elbow is there" if elbow == choice.n_clusters else f"the elbow is at {elbow}"
    return (
        f"{choice.n_clusters} groups: {bend}, the silhouette is {curves.silhouette[here]:.2f} against "
        f"{curves.noise[:, here].max():.2f} in noise without groups, and other halves of the customers give the same groups "
        f"(adjusted Rand index {stability[here]:.2f})."
    )


def scores_of(chosen: Chosen, seed: int) -> tuple[Score, ...]:
    """Silhouette beside noise, stability beside chance; none where there was nothing to split."""
    curves, here = chosen.curves, chosen.judged - 1
    if here < 1 or here >= len(curves.inertia) or not len(curves.stability):
        return ()
    values, noise, stable = curves.values[here], curves.noise[:, here], curves.stability[:, here]
    low, high = mean_interval(values, seed=seed)
    least, most = mean_interval(stable, seed=seed)
    value, agreed = float(values.mean()), float(stable.mean())
    of = f"{chosen.judged} clusters" if chosen.n_clusters > 1 else f"the best split, into {chosen.judged}"
    return (
        Score(
            f"silhouette of {of}", value, _around(low, value, high), float(noise.mean()), "noise of the same spread",
            _around(low - float(noise.max()), value - float(noise.mean()), high - float(noise.min())), len(values),
        ),
        Score(
            f"stability of {of} (adjusted Rand index between halves)", agreed, _around(least, agreed, most), 0.0, "chance",
            _around(least, agreed, most), len(stable),
        ),
    )  # fmt: skip


def _around(low: float, value: float, high: float) -> Interval:
    """Rounding must not put a mean outside its own interval."""
    return Interval(min(low, value), max(high, value))
