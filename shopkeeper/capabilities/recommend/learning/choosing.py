"""What answers will be made of: parameters and methods chosen on the validation period, judged once on the last one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shopkeeper.capabilities.recommend.judging import scores as judge
from shopkeeper.capabilities.recommend.judging.exam import MINIMUM_CASES, Exam, K, exam, gains
from shopkeeper.capabilities.recommend.judging.periods import FOREVER, Periods, periods, sample
from shopkeeper.capabilities.recommend.judging.search import WORTHWHILE
from shopkeeper.capabilities.recommend.judging.tuning import best_trials
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters, parameters_from
from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Products
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.capabilities.recommend.read import Interactions
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.progress import Part
from shopkeeper.core.results import Score
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Tell, quiet
from shopkeeper.numerics.sparse_rows import Log

GRAPH, HYBRID = "item_graph", "hybrid"
SERVING = (GRAPH, "ease", "als", "session_neighbors", HYBRID)
"""The methods that can answer in milliseconds and take new events live."""
ENOUGH_CASES = 300  # customers who chose something new in the validation period; with fewer an order learned is an order guessed


@dataclass(frozen=True)
class Choice:
    """What was chosen, how far the search went, and how good it is.

    ``method`` is the name of the one that orders lists; ``given`` are parameters by method. ``reached`` is the validation NDCG
    of the item graph and of the other method that was tried, if one was.
    """

    tuned: judge.Tuned
    method: str = GRAPH
    given: Mapping[str, Any] = field(default_factory=dict)
    reached: Mapping[str, float] = field(default_factory=dict)
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
    other = wanted_method(view, settings)
    if other != GRAPH and is_small_enough(log, settings):
        progress.step(0.4, f"comparing {METHODS[other].title} with the item graph")
        method, reached = _better(validation, tuned.parameters, other, given)
    del validation
    progress.step(0.5, "scoring the last period once")
    made = Choice(tuned, method, given, reached, cuts, on_a_sample=len(some.product) < len(log.product))
    return dataclasses.replace(made, scores=_judged(made, log, data, products, view, settings))


def wanted_method(view: ShopView, settings: RecommendSettings) -> str:
    """The method to try beside the item graph: as the settings say, or as `recommend.evaluate` found best of those that serve.

    Others may take minutes to learn, so that none is tried where nothing speaks for it.
    """
    if settings.order != "auto":
        return settings.order
    compared = view.table("recommend_methods", ("wanted", "k", "method", "validation_ndcg"))
    rows = zip(*(column.to_pylist() for column in compared.columns), strict=True)
    reached = {
        name: value for wanted, k, name, value in rows if wanted == "new" and k == K and name in SERVING and value is not None
    }
    return max(sorted(reached), key=lambda name: reached[name], default=GRAPH)


def is_small_enough(log: Log, settings: RecommendSettings) -> bool:
    """Whether the shop is small enough for another method: the hybrid learns all retrievers twice, each time."""
    return len(log.product) <= settings.hybrid_interactions


def _better(at: Exam, parameters: Parameters, other: str, given: Mapping[str, Any]) -> tuple[str, dict[str, float]]:
    """The other method where it is better than the item graph by a percent and beyond doubt."""
    if len(at.new.row) < ENOUGH_CASES or METHODS[other].against(at.known):
        return GRAPH, {}
    graph = gains(judge.lists(at, parameters, at.new, own=-1.0), at.new)
    questions = at.questions(at.new)
    theirs = gains(at.filled(learned_as(other, at.known, given).lists(questions, K), questions), at.new)
    reached = {GRAPH: float(graph.mean()), other: float(theirs.mean())}
    is_better = reached[other] > WORTHWHILE * reached[GRAPH] and mean_interval(theirs - graph, seed=0)[0] > 0.0
    return (other if is_better else GRAPH), reached


def learned_as(method: str, known: Known, given: Mapping[str, Any], tell: Tell = quiet) -> Any:
    """What ``method`` learns from ``known`` with its parameters in ``given`` (objects or values by name), else its defaults."""
    if method == HYBRID:
        from shopkeeper.capabilities.recommend.ranking.hybrid import learn_hybrid

        return learn_hybrid(known, METHODS[HYBRID].starts[0], tell, given)
    one = METHODS[method]
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
