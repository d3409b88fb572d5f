"""How good the item graph is beside the naive answers, with its parameters chosen on a validation period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.judging.exam import MINIMUM_CASES, Cases, Exam, K, gains
from shopkeeper.capabilities.recommend.judging.search import search
from shopkeeper.capabilities.recommend.methods.item_graph import CHOICES, STARTS, Parameters, learn
from shopkeeper.capabilities.recommend.methods.method import Learned
from shopkeeper.capabilities.recommend.methods.popularity import BOUGHT_AGAIN, POPULARITY
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.core.results import Score
from shopkeeper.numerics.bootstrap import mean_interval, paired_score
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.ranking_metrics import hit_rate, hits, ndcg, recall
from shopkeeper.numerics.recency import HALF_LIVES_DAYS


def lists(at: Exam, parameters: Parameters, cases: Cases, *, own: float) -> Array:
    """int32 [cases, K]: what we would have shown each case's customer at the cut."""
    at.popularity = Fading(parameters.popularity_half_life_days)
    questions = at.questions(cases, own)
    return at.filled(learn(at.known, parameters).lists(questions, K), questions)


def popular(at: Exam, parameters: Parameters, cases: Cases) -> Array:
    """int32 [cases, K]: the naive answer: what is bought most of late, without what the customer has."""
    fading = Fading(parameters.popularity_half_life_days)
    return POPULARITY.learn(at.known, fading, quiet).lists(at.questions(cases), K).product


def bought_again(at: Exam, parameters: Parameters, cases: Cases) -> Array:
    """int32 [cases, K]: the other naive answer: what the customer bought most often, then what is popular."""
    fading = Fading(parameters.popularity_half_life_days)
    return BOUGHT_AGAIN.learn(at.known, fading, quiet).lists(at.questions(cases, 1.0), K).product


@dataclass(frozen=True)
class Tuned:
    """What the search found and how far it went."""

    parameters: Parameters
    n_trials: int
    n_cases: int
    before: float
    after: float


def tune(at: Exam, n_trials: int, tell: Tell = quiet, earlier: Parameters | None = None) -> Tuned:
    """Parameters chosen on ``at``'s cases in at most ``n_trials`` trials: the best start, then one parameter after the other.

    ``earlier`` is where a longer search ended: the first start. Deterministic: the same input and number of trials give the
    same parameters.
    """
    if len(at.new.row) < MINIMUM_CASES or n_trials == 0:
        return Tuned(Parameters(), 0, len(at.new.row), 0.0, 0.0)
    half_life = popularity_half_life(at)
    starts = STARTS if earlier is None else (earlier, *STARTS)
    found = search(
        lambda candidate: float(gains(lists(at, candidate, at.new, own=-1.0), at.new).mean()),
        tuple(start.changed("popularity_half_life_days", half_life) for start in starts),
        CHOICES, n_trials=n_trials, tell=tell,
    )  # fmt: skip
    best = _own_weight(at, found.parameters)
    return Tuned(best, len(found.trials), len(at.new.row), found.trials[0].value, found.value)


def popularity_half_life(at: Exam) -> float:
    """How fast popularity fades, in days: as the whole history says, unless a shorter memory is better beyond doubt.

    The naive answer must not be made weak by chance: then noise would look like knowledge beside it.
    """
    reached = [gains(popular(at, Parameters(popularity_half_life_days=days), at.new), at.new) for days in HALF_LIVES_DAYS]
    forever = int(np.argmax(HALF_LIVES_DAYS))
    sure = [place for place, gain in enumerate(reached) if mean_interval(gain - reached[forever], seed=0)[0] > 0.0]
    return HALF_LIVES_DAYS[max(sure, key=lambda place: float(reached[place].mean()), default=forever)]


def _own_weight(at: Exam, best: Parameters) -> Parameters:
    """How much what a customer has counts where repeats are allowed: chosen on all purchases of the validation period."""
    choices = (0.0, 0.5, 1.0, 2.0, 5.0, 20.0)
    reached = [float(gains(lists(at, best, at.every, own=choice), at.every).mean()) for choice in choices]
    return best.changed("own_weight", choices[int(np.argmax(reached))])


def scores(at: Exam, ours: Learned, parameters: Parameters, in_service: Learned | None, seed: int) -> tuple[Score, ...]:
    """The last period, looked at once: new products beside popularity, all purchases beside 'bought again'.

    ``ours`` and ``in_service`` were learned from what was known before it; ``parameters`` say how popularity fades and how
    loudly what a customer has speaks for itself.
    """
    if len(at.new.row) < MINIMUM_CASES:
        return ()
    old = None if in_service is None else hits(_listed(at, in_service, at.new, -1.0), at.new.starts, at.new.target)
    mine = hits(_listed(at, ours, at.new, -1.0), at.new.starts, at.new.target)
    naive = hits(popular(at, parameters, at.new), at.new.starts, at.new.target)
    n_targets = at.new.n_targets
    life = parameters.popularity_half_life_days
    name = "popularity" if life >= 1e5 else f"popularity (half-life {life:g} days)"
    measures: tuple[tuple[str, Callable[[Array], Array]], ...] = (
        (f"NDCG@{K} of products new to the customer", lambda hit: ndcg(hit, n_targets)),
        (f"recall@{K} of products new to the customer", lambda hit: recall(hit, n_targets)),
        (f"hit rate@{K} of products new to the customer", hit_rate),
    )
    found = [
        paired_score(
            label,
            measure(mine),
            measure(naive),
            name,
            in_service=None if old is None else measure(old),
            decides=number == 0,
            seed=seed,
        )
        for number, (label, measure) in enumerate(measures)
    ]
    if len(at.every.row) >= MINIMUM_CASES:
        again = gains(bought_again(at, parameters, at.every), at.every)
        mixed = gains(_listed(at, ours, at.every, parameters.own_weight), at.every)
        found.append(paired_score(f"NDCG@{K} of all purchases", mixed, again, "bought again", seed=seed))
    return tuple(found)


def _listed(at: Exam, learned: Learned, cases: Cases, own: float) -> Array:
    questions = at.questions(cases, own)
    return at.filled(learned.lists(questions, K), questions)
