"""What answers will be made of: parameters and methods chosen on the validation period, judged once on the last one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.judging import scores as judge
from shopkeeper.capabilities.recommend.judging.choosing import wanted_hybrids
from shopkeeper.capabilities.recommend.judging.exam import MINIMUM_CASES, Exam, K, exam, gains
from shopkeeper.capabilities.recommend.judging.periods import FOREVER, Periods, periods, sample
from shopkeeper.capabilities.recommend.judging.search import WORTHWHILE
from shopkeeper.capabilities.recommend.judging.tuning import best_trials
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters, parameters_from
from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Products, Questions
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.capabilities.recommend.ranking.hybrid import HYBRIDS, SLOWEST_MS, LearnedHybrid, learn_hybrid
from shopkeeper.capabilities.recommend.read import Interactions
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.progress import Part
from shopkeeper.core.results import Score
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Tell, quiet
from shopkeeper.numerics.sparse_rows import Log

GRAPH, HYBRID = "item_graph", "hybrid"
SERVING = (GRAPH, "ease", "als", "session_neighbors", *HYBRIDS)
"""The methods that can answer in milliseconds and take new events live."""
NETWORKS = tuple(name for name in HYBRIDS if name != HYBRID)
"""Those whose candidates a network orders."""
ENOUGH_CASES = 300  # customers who chose something new in the validation period; with fewer an order learned is an order guessed


@dataclass(frozen=True)
class Choice:
    """What was chosen, how far the search went, and how good it is.

    ``method`` is the name of the one that orders lists; ``given`` are parameters by method. ``reached`` is the validation NDCG
    of the item graph and of the other method that was tried, if one was; ``notes`` say what was better and is not served all the
    same.
    """

    tuned: judge.Tuned
    method: str = GRAPH
    given: Mapping[str, Any] = field(default_factory=dict)
    reached: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cuts: Periods | None = None
    scores: tuple[Score, ...] = ()
    on_a_sample: bool = False


def chosen(log: Log, data: Interactions, products: Products, view: ShopView, settings: RecommendSettings) -> Choice:
    """Parameters and method from the validation period, scores from the last one; a large shop's from a sample of customers."""
    progress = view.progress
    cuts = periods(log, data.is_known, settings)
    if cuts is None:
        return Choice(judge.Tuned(Parameters(), 0, 0, 0.0, 0.0))
    progress.step(0.12, "choosing parameters on the validation period")
    some, rows = sample(log, settings, view.seed)
    validation = exam(some, data.is_known[rows], cuts.validation_at, cuts.test_at, settings, view.seed, products)
    given = dict(best_trials(view))
    tell = teller(Part(progress, 0.12, 0.4), "choosing parameters")
    tuned = judge.tune(validation, settings.tuning_trials, tell, earlier=given.get("item_graph"))
    given["item_graph"] = tuned.parameters
    method, reached = GRAPH, dict[str, float]()
    other, notes = wanted_method(view, settings)
    if other != GRAPH and is_small_enough(log, settings):
        progress.step(0.4, f"comparing {METHODS[other].title} with the item graph")
        method, reached, more = _better(validation, tuned.parameters, other, given)
        notes += more
    del validation
    progress.step(0.5, "scoring the last period once")
    made = Choice(tuned, method, given, reached, notes, cuts, on_a_sample=len(some.product) < len(log.product))
    return dataclasses.replace(made, scores=_judged(made, log, data, products, view, settings))


def wanted_method(view: ShopView, settings: RecommendSettings) -> tuple[str, tuple[str, ...]]:
    """The method to try beside the item graph: as the settings say, or as `recommend.evaluate` found; and why not another one.

    Others may take minutes to learn, so that with `auto` none is tried where no comparison speaks for it. Which ranker orders
    the hybrid's candidates the comparison says too: a network where it is better than all others by a percent.
    """
    if settings.order not in ("auto", HYBRID):
        return settings.order, ()
    hybrids = [method.name for method in wanted_hybrids(settings)]
    others = [name for name in SERVING if name not in HYBRIDS] if settings.order == "auto" else []
    reached, slow = _compared(view, (*others, *hybrids))
    absent = missing() if any(name in NETWORKS for name in hybrids) else ""
    plain = {name: value for name, value in reached.items() if name not in NETWORKS}
    networks = {} if absent else {name: value for name, value in reached.items() if name in NETWORKS}
    first = GRAPH if settings.order == "auto" else next((name for name in hybrids if not absent or name == HYBRID), HYBRID)
    best = max(sorted(plain), key=lambda name: plain[name], default="" if networks else first)
    network = max(sorted(networks), key=lambda name: networks[name], default="")
    if network and networks[network] > WORTHWHILE * plain.get(best, 0.0):
        best = network
    is_asked_for = settings.order == HYBRID or any(name in NETWORKS for name in reached)
    notes = [f"No network was tried as a ranker: {absent}"] if absent and is_asked_for else []
    notes += [note for value, note in slow if value > reached.get(best, 0.0)]
    return best, tuple(notes)


def _compared(view: ShopView, allowed: Sequence[str]) -> tuple[dict[str, float], list[tuple[float, str]]]:
    """(validation NDCG by method, NDCG and a sentence of each that would be too slow) of the last comparison, if there is one."""
    reached: dict[str, float] = {}
    slow: list[tuple[float, str]] = []
    for row in view.table("recommend_methods").to_pylist():
        name, value = row["method"], row["validation_ndcg"]
        if row["wanted"] == "new" and row["k"] == K and name in allowed and value is not None:
            note = too_slow(name, row.get("order_p99_ms") or 0.0)  # a comparison of an older version has no such column
            if note:
                slow.append((value, note))
            else:
                reached[name] = value
    return reached, slow


def too_slow(name: str, order_p99_ms: float) -> str:
    """Why a ranker is not served, in one sentence; "" where it may be."""
    if order_p99_ms <= SLOWEST_MS:
        return ""
    return (
        f"{METHODS[name].title} is not served: its ranker takes {order_p99_ms:.1f} ms (99th percentile) to order the candidates "
        f"of one answer, and {SLOWEST_MS:g} are allowed."
    )


def is_small_enough(log: Log, settings: RecommendSettings) -> bool:
    """Whether the shop is small enough for another method: the hybrid learns all retrievers twice, each time."""
    return len(log.product) <= settings.hybrid_interactions


def _better(
    at: Exam, parameters: Parameters, other: str, given: Mapping[str, Any]
) -> tuple[str, dict[str, float], tuple[str, ...]]:
    """The other method where it is better than the item graph by a percent and beyond doubt; what both reached, and why not."""
    if len(at.new.row) < ENOUGH_CASES:
        return GRAPH, {}, ()
    why = METHODS[other].against(at.known)
    if why:
        return GRAPH, {}, (f"{METHODS[other].title} was not tried: {why}",)
    graph = gains(judge.lists(at, parameters, at.new, own=-1.0), at.new)
    questions = at.questions(at.new)
    learned = learned_as(other, at.known, given)
    why = _unfit(other, learned, questions)
    if why:
        return GRAPH, {}, (why,)
    theirs = gains(at.filled(learned.lists(questions, K), questions), at.new)
    reached = {GRAPH: float(graph.mean()), other: float(theirs.mean())}
    is_better = reached[other] > WORTHWHILE * reached[GRAPH] and mean_interval(theirs - graph, seed=0)[0] > 0.0
    return (other if is_better else GRAPH), reached, ()


def _unfit(other: str, learned: Learned, questions: Questions) -> str:
    """Why what was learned must not be served under this name, in one sentence; "" where it may."""
    if not isinstance(learned, LearnedHybrid):
        return ""
    if other in NETWORKS and learned.ranker.network is None:
        return f"{METHODS[other].title} was not tried: too few came back on the validation period for a network."
    return too_slow(other, learned.order_p99_ms(questions))


def learned_as(method: str, known: Known, given: Mapping[str, Any], tell: Tell = quiet) -> Any:
    """What ``method`` learns from ``known`` with its parameters in ``given`` (objects or values by name), else its defaults."""
    one = METHODS[method]
    if method in HYBRIDS:
        return learn_hybrid(known, one.starts[0], tell, given)
    parameters = given.get(method, one.starts[0])
    return one.learn(known, one.parameters_from(parameters) if isinstance(parameters, Mapping) else parameters, tell)


def _judged(
    made: Choice, log: Log, data: Interactions, products: Products, view: ShopView, settings: RecommendSettings
) -> tuple[Score, ...]:
    """The scores of the last period: ours, the naive answers', and those of what is in service, learned on the same cut."""
    if made.cuts is None:
        return ()
    # As many interactions as for tuning, twice over: enough for the intervals, and not a second full learn on a large shop.
    more = dataclasses.replace(settings, tuning_interactions=2 * settings.tuning_interactions)
    some, rows = sample(log, more, view.seed)
    at = exam(some, data.is_known[rows], made.cuts.test_at, FOREVER, settings, view.seed, products)
    if len(at.new.row) < MINIMUM_CASES:
        return ()
    parameters = made.tuned.parameters
    at.popularity = Fading(parameters.popularity_half_life_days)
    old = _in_service(at, view, settings, log)
    ours = learned_as(made.method, at.known, made.given)
    return judge.scores(at, ours, parameters, old, view.seed)


def _in_service(at: Exam, view: ShopView, settings: RecommendSettings, log: Log) -> Learned | None:
    card = view.in_service()
    if not card or not card.get("parameters"):
        return None
    method = str(card.get("method"))
    if method in SERVING and method != GRAPH and is_small_enough(log, settings):
        found: Learned = learned_as(method, at.known, dict(card.get("given", {})))
        return found
    return learned_as(GRAPH, at.known, {GRAPH: parameters_from(card)})  # type: ignore[no-any-return]


def teller(progress: Any, doing: str) -> Tell:
    """Tells the share done with these words."""
    return lambda share: progress.step(share, doing)
