"""The verb that searches long: better parameters for every method of recommending."""

from __future__ import annotations

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.columns import Table, boolean, integer, json, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

TRIALS = Table(
    "recommend_trials",
    "result",
    "What `recommend.tune` tried: each method's parameters and what they reached on the validation period.",
    (
        text("method", "the method", required=True),
        text("title", "its name in words", required=True),
        integer("trial", "number of the trial, from 1, in the order in which they are made", required=True, low=1),
        json("parameters", "the parameters that were tried", required=True),
        number("value", "NDCG@10 of products new to the customer, on the validation period", required=True, low=0, high=1),
        boolean("is_best", "whether these are the method's best", required=True),
    ),
    key=("method", "trial"),
)


@task("recommend.tune", reads=("interactions",), optional=("products",), writes=TRIALS, on_request=True)
def tune(view: ShopView, settings: RecommendSettings) -> Result:
    """Which parameters are best for each method of recommending in this shop?

    Tries parameters on the validation period for as long as `tune_minutes` allows; the methods take turns. When it is
    stopped (Ctrl-C, or the job is canceled) it keeps what it tried, and the next run goes on from there, as long as the data
    are the same; on new data it begins at what was best before. Refused when fewer than 20 customers with a history chose
    something new in the validation period.
    """
    from shopkeeper.capabilities.recommend.judging.tuning import tune_methods

    return tune_methods(view, settings, TRIALS.columns)
