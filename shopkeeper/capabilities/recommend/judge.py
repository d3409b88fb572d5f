"""How good it is: split by time, the naive answers beside ours, parameters chosen on validation, the last period scored once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from shopkeeper.capabilities.recommend.item_graph import (
    CHOICES,
    STARTS,
    Parameters,
    claims,
    customer_rows,
    kind_weights,
    learn_graph,
    recency_table,
    shares,
    source_factor,
)
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.trending import HALF_LIVES_DAYS, ranked, trend
from shopkeeper.core.results import Interval, Score
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.ranking_metrics import hit_rate, hits, ndcg, recall
from shopkeeper.numerics.sparse_rows import Log, Rows, choose_rows, cut, merge

K = 10  # products in a judged list: what a page shows
MINIMUM_CASES = 20
WORTHWHILE = 1.01  # a step of the search must pay by one percent, or it follows the noise of one period
FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Periods:
    """Where the time is cut, in microseconds: history < validation_at <= validation < test_at <= test <= end_at."""

    validation_at: int
    test_at: int
    end_at: int


@dataclass(frozen=True)
class Cases:
    """Customers with history who then chose something: case c wants ``target[starts[c]:starts[c + 1]]``."""

    row: Array
    starts: Array
    target: Array

    @property
    def n_targets(self) -> Array:
        """How many products each case wants."""
        return np.diff(self.starts)


@dataclass
class Period:
    """One cut of the time: what was known before, and what customers chose after it (new to them, and all)."""

    log: Log
    now: int
    new: Cases
    every: Cases
    settings: RecommendSettings
    _rows: dict[tuple[float, float], Rows] = field(default_factory=dict)
    _trends: dict[tuple[float, float], Array] = field(default_factory=dict)
    _graphs: dict[Parameters, Graph] = field(default_factory=dict)

    def rows(self, parameters: Parameters) -> Rows:
        """Each customer's products before the cut."""
        key = (parameters.kind_exponent, parameters.half_life_days)
        if key not in self._rows:
            self._rows[key] = customer_rows(self.log, parameters, self.settings, self.now)
        return self._rows[key]

    def trend(self, parameters: Parameters) -> Array:
        """What was bought of late before the cut."""
        key = (parameters.kind_exponent, parameters.popularity_half_life_days)
        if key not in self._trends:
            weights = kind_weights(self.settings, parameters.kind_exponent)
            self._trends[key] = trend(self.log, weights, self.now, parameters.popularity_half_life_days)
        return self._trends[key]

    def graph(self, parameters: Parameters) -> Graph:
        """The graph learned from before the cut; the last one is kept, since some parameters do not change it."""
        key = parameters.changed("source_exponent", 0.0).changed("recency_decay", 0.0).changed("own_weight", 0.0)
        if key not in self._graphs:
            self._graphs.clear()
            self._graphs[key] = learn_graph(self.rows(parameters), parameters, self.settings, self.trend(parameters))
        return self._graphs[key]


def periods(log: Log, is_known: Array, settings: RecommendSettings) -> Periods | None:
    """The cuts such that the test period and the validation period before it each hold ``test_share`` of the interactions.

    None where the moments do not allow it (all at once).
    """
    known = np.repeat(is_known, np.diff(log.starts))
    at = log.at[known]
    if len(at) < 2:
        return None
    share = settings.test_share
    validation_at, test_at = (int(moment) for moment in np.quantile(at, [1.0 - 2.0 * share, 1.0 - share], method="nearest"))
    end_at = int(at.max())
    if not int(at.min()) < validation_at < test_at <= end_at:
        return None
    return Periods(validation_at, test_at, end_at)


def period(log: Log, is_known: Array, low_at: int, high_at: int, settings: RecommendSettings, seed: int) -> Period:
    """The cut at ``low_at``; what was chosen is looked for in ``[low_at, high_at)``."""
    before = cut(log, np.iinfo(np.int64).min, low_at)
    after = _chosen_products(cut(log, low_at, high_at), settings)
    had = customer_rows(before, Parameters(), settings, low_at)
    eligible = is_known & (had.sizes > 0)
    return Period(
        before,
        low_at,
        _cases(after, eligible, settings.judged_customers, seed, without=had),
        _cases(after, eligible, settings.judged_customers, seed, without=None),
        settings,
    )


def _chosen_products(after: Log, settings: RecommendSettings) -> Rows:
    """What counts as chosen: purchases; in a shop without any, whatever says liking."""
    weights = kind_weights(settings, 1.0)
    purchase = EVENT_KINDS.index("purchase")
    if (after.kind == purchase).any():
        only = np.zeros(len(weights))
        only[purchase] = 1.0
        weights = only
    return merge(after, weights, 0, np.inf)


def _cases(after: Rows, eligible: Array, limit: int, seed: int, *, without: Rows | None) -> Cases:
    row_of = np.repeat(np.arange(after.n_rows, dtype=np.int64), after.sizes)
    kept = eligible[row_of]
    if without is not None:
        had_row = np.repeat(np.arange(without.n_rows, dtype=np.int64), without.sizes)
        had = had_row * after.n_products + without.product
        kept = kept & ~np.isin(row_of * after.n_products + after.product, had)
    row_of, product = row_of[kept], after.product[kept]
    rows = np.unique(row_of)
    if len(rows) > limit:
        rows = np.sort(np.random.default_rng(seed).choice(rows, limit, replace=False))
        inside = np.isin(row_of, rows)
        row_of, product = row_of[inside], product[inside]
    starts = np.searchsorted(row_of, np.append(rows, FOREVER)).astype(np.int64)
    return Cases(rows, starts, product)


def lists(at: Period, parameters: Parameters, cases: Cases, *, own: float) -> Array:
    """int32 [cases, K]: what we would have shown each case's customer at the cut."""
    rows = at.rows(parameters)
    share = shares(rows, source_factor(rows, parameters), recency_table(parameters))
    return best_of_rows(
        rows, share, at.graph(parameters), chosen=cases.row, n=K, history=at.settings.history, own=own,
        row_claim=claims(rows.count, rows.step), fallback=ranked(at.trend(parameters)),
    )[0]  # fmt: skip


def popular(at: Period, parameters: Parameters, cases: Cases) -> Array:
    """int32 [cases, K]: the naive answer: what is bought most of late, without what the customer has."""
    return _without_graph(at, parameters, cases, own=-1.0)


def bought_again(at: Period, parameters: Parameters, cases: Cases) -> Array:
    """int32 [cases, K]: the other naive answer: what the customer bought most often, then what is popular."""
    return _without_graph(at, parameters, cases, own=1.0)


def _without_graph(at: Period, parameters: Parameters, cases: Cases, own: float) -> Array:
    rows = at.rows(parameters)
    share = claims(rows.count, rows.step)
    empty = Graph(np.zeros(rows.n_products + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    fallback = ranked(at.trend(parameters))
    return best_of_rows(rows, share, empty, chosen=cases.row, n=K, history=1, own=own, fallback=fallback)[0]


def gains(listed: Array, cases: Cases) -> Array:
    """float64 [cases]: NDCG of each list."""
    return ndcg(hits(listed, cases.starts, cases.target), cases.n_targets)


@dataclass(frozen=True)
class Tuned:
    """What the search found and how far it went."""

    parameters: Parameters
    n_trials: int
    n_cases: int
    before: float
    after: float


def sample(log: Log, settings: RecommendSettings, seed: int) -> tuple[Log, Array]:
    """(log of a sample of customers with about ``tuning_interactions`` interactions, which rows they are); all if it is small."""
    n_interactions = len(log.product)
    if n_interactions <= settings.tuning_interactions:
        return log, np.arange(log.n_rows)
    n_rows = max(1, int(log.n_rows * settings.tuning_interactions / n_interactions))
    chosen = np.sort(np.random.default_rng(seed).choice(log.n_rows, n_rows, replace=False))
    return choose_rows(log, chosen), chosen


def tune(at: Period, n_trials: int, tell: Tell = quiet) -> Tuned:
    """Parameters chosen on ``at``'s cases in at most ``n_trials`` trials: the best start, then one parameter after the other.

    Deterministic: the same input and number of trials give the same parameters.
    """
    if len(at.new.row) < MINIMUM_CASES or n_trials == 0:
        return Tuned(Parameters(), 0, len(at.new.row), 0.0, 0.0)
    half_life = _half_life(at)
    search = _Search(at, n_trials, tell)
    for start in STARTS:
        search.better(_with_half_life(start, half_life))
    n_before = 0
    while search.n_trials > n_before:
        n_before = search.n_trials
        for name, choices in CHOICES.items():
            search.along(name, choices)
    return Tuned(_own_weight(at, search.best), search.n_trials, len(at.new.row), search.first, search.value)


def _half_life(at: Period) -> float:
    """How fast popularity fades, in days: as the whole history says, unless a shorter memory is better beyond doubt.

    The naive answer must not be made weak by chance: then noise would look like knowledge beside it.
    """
    reached = [gains(popular(at, _with_half_life(Parameters(), days), at.new), at.new) for days in HALF_LIVES_DAYS]
    forever = int(np.argmax(HALF_LIVES_DAYS))
    sure = [place for place, gain in enumerate(reached) if mean_interval(gain - reached[forever], seed=0)[0] > 0.0]
    return HALF_LIVES_DAYS[max(sure, key=lambda place: float(reached[place].mean()), default=forever)]


class _Search:
    """The best parameters so far; a trial that was made is not made again."""

    def __init__(self, at: Period, limit: int, tell: Tell) -> None:
        self.best, self.value, self.first = Parameters(), -1.0, 0.0
        self._at, self._limit, self._tell = at, limit, tell
        self._tried: set[Parameters] = set()

    @property
    def n_trials(self) -> int:
        """How many trials were made."""
        return len(self._tried)

    def better(self, candidate: Parameters) -> bool:
        """Whether ``candidate`` is better than the best so far, which it then becomes; False without a trial at the limit."""
        if candidate in self._tried or self.n_trials >= self._limit:
            return False
        self._tried.add(candidate)
        reached = float(gains(lists(self._at, candidate, self._at.new, own=-1.0), self._at.new).mean())
        self._tell(self.n_trials / self._limit)
        if self.n_trials == 1:
            self.first = reached
        if reached <= self.value * WORTHWHILE:
            return False
        self.best, self.value = candidate, reached
        return True

    def along(self, name: str, choices: tuple[float, ...]) -> None:
        """Go up or down the choices of one parameter for as long as that helps."""
        for direction in (1, -1):
            moved = False
            while True:
                place = choices.index(getattr(self.best, name)) + direction
                if not 0 <= place < len(choices) or not self.better(self.best.changed(name, choices[place])):
                    break
                moved = True
            if moved:
                return


def _with_half_life(parameters: Parameters, days: float) -> Parameters:
    return parameters.changed("popularity_half_life_days", days)


def _own_weight(at: Period, best: Parameters) -> Parameters:
    """How much what a customer has counts where repeats are allowed: chosen on all purchases of the validation period."""
    choices = (0.0, 0.5, 1.0, 2.0, 5.0, 20.0)
    reached = [float(gains(lists(at, best, at.every, own=choice), at.every).mean()) for choice in choices]
    return best.changed("own_weight", choices[int(np.argmax(reached))])


def scores(at: Period, parameters: Parameters, in_service: Parameters | None, seed: int) -> tuple[Score, ...]:
    """The last period, looked at once: new products beside popularity, all purchases beside 'bought again'."""
    if len(at.new.row) < MINIMUM_CASES:
        return ()
    old = None if in_service is None else hits(lists(at, in_service, at.new, own=-1.0), at.new.starts, at.new.target)
    ours = hits(lists(at, parameters, at.new, own=-1.0), at.new.starts, at.new.target)
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
        _score(label, measure(ours), measure(naive), name, None if old is None else measure(old), number == 0, seed)
        for number, (label, measure) in enumerate(measures)
    ]
    if len(at.every.row) >= MINIMUM_CASES:
        again = gains(bought_again(at, parameters, at.every), at.every)
        mixed = gains(lists(at, parameters, at.every, own=parameters.own_weight), at.every)
        found.append(_score(f"NDCG@{K} of all purchases", mixed, again, "bought again", None, False, seed))
    return tuple(found)


def _score(label: str, ours: Array, naive: Array, name: str, old: Array | None, decides: bool, seed: int) -> Score:
    return Score(
        name=label,
        value=float(ours.mean()),
        interval=Interval(*mean_interval(ours, seed=seed)),
        baseline=float(naive.mean()),
        baseline_name=name,
        difference=Interval(*mean_interval(ours - naive, seed=seed)),
        n_cases=len(ours),
        decides=decides,
        in_service=None if old is None else float(old.mean()),
        difference_in_service=None if old is None else Interval(*mean_interval(ours - old, seed=seed)),
    )
