"""The verb that compares: every method of recommending on the shop's own past."""

from __future__ import annotations

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.columns import Column, Table, boolean, integer, json, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task


def _with_interval(name: str, meaning: str, *, unit: str = "", high: float | None = 1) -> tuple[Column, ...]:
    return (
        number(name, meaning, unit=unit, low=0, high=high),
        number(f"{name}_low", "low end of its 95 % interval over customers", unit=unit, low=0, high=high),
        number(f"{name}_high", "high end of its 95 % interval over customers", unit=unit, low=0, high=high),
    )


METHODS_COMPARED = Table(
    "recommend_methods",
    "result",
    "Every method of recommending on the same customers of the last period, beside popularity: how good, how fast, how large.",
    (
        text("wanted", "what is right: products new to the customer, or all of them", required=True, choices=("new", "all")),
        integer("k", "how many products of each list are judged", required=True, low=1),
        text("method", "the method", required=True),
        text("title", "its name in words", required=True),
        boolean("is_best", "whether the validation period prefers it", required=True),
        *_with_interval("ndcg", "hits, worth more the earlier they stand, over the best list possible"),
        number("ndcg_difference", "NDCG less that of the naive answer (popularity; for all: bought again)", low=-1, high=1),
        number("ndcg_difference_low", "low end of its 95 % interval", low=-1, high=1),
        number("ndcg_difference_high", "high end of its 95 % interval", low=-1, high=1),
        text("verdict", "that difference in words", choices=("better", "worse", "no evidence")),
        *_with_interval("recall", "share of what a customer chose that the list held"),
        *_with_interval("hit_rate", "share of customers whose list held anything that they chose"),
        *_with_interval("reciprocal_rank", "one over the place of the first hit"),
        *_with_interval("revenue_share", "share of the worth of what was chosen that the lists held, by the catalog's prices"),
        *_with_interval("novelty_bits", "how seldom what is listed is chosen: -log2 of its share", unit="bits", high=None),
        *_with_interval("diversity", "share of pairs in a list that are of different categories"),
        number("coverage", "share of the catalog that anybody is shown", low=0, high=1),
        integer("n_cases", "how many customers were judged", unit="customers", low=0),
        number("validation_ndcg", "what it reached where its parameters were chosen, NDCG@10", low=0, high=1),
        integer("n_trials", "how many sets of parameters were tried", low=0),
        json("parameters", "its parameters"),
        number("own_weight", "how loudly what the customer has asks to be shown again; below 0: it is not shown"),
        number("learn_seconds", "how long learning took", unit="seconds", low=0, measured=True),
        number("answer_ms", "how long a list takes, asked many at once", unit="ms", low=0, measured=True),
        number(
            "order_p99_ms", "how long the processor orders one answer's candidates, 99th percentile; above 5 it is not served",
            unit="ms", low=0, measured=True,
        ),
        number("model_mb", "how large what it learned is", unit="MB", low=0),
        number("learn_memory_mb", "how much memory learning takes, as estimated before", unit="MB", low=0),
        text("note", "why it was left out"),
    ),
    key=("wanted", "k", "method"),
)  # fmt: skip


@task(
    "recommend.evaluate",
    reads=("interactions",),
    optional=("products", "recommend_trials"),
    writes=METHODS_COMPARED,
    on_request=True,
)
def evaluate(view: ShopView, settings: RecommendSettings) -> Result:
    """Which way of recommending is best in this shop, and what does each cost?

    Every method gets its parameters on a validation period within a budget of trials and time (the best that
    `recommend.tune` found come first), is learned again from everything before the last period, and is looked at once on
    that. The hybrid is there once for each ranker that the setting `rankers` names. A method that would take more memory or time
    than it may, or for which the shop is too small, is left out with a sentence. Refused when fewer than 20 customers
    with a history chose something new in either period.
    """
    from shopkeeper.capabilities.recommend.judging.evaluation import evaluate_methods

    return evaluate_methods(view, settings, METHODS_COMPARED.columns)
