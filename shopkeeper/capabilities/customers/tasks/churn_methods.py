"""The verbs of customers: which method says best who will buy and who is lost."""

from __future__ import annotations

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.columns import Table, boolean, integer, json, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

TARGETS = ("buys_within", "will_not_return")
CHURN_METHODS = Table(
    "churn_methods",
    "result",
    "How well each method says who will buy within a horizon and who will not come back, by cross-validation over time.",
    (
        text("target", "the question: an order within the horizon, or none", required=True, choices=TARGETS),
        text("method", "the method", required=True),
        text("title", "the method in words", required=True),
        number("precision", "share of those said yes to who did, at the threshold of the validation period", low=0, high=1),
        number("recall", "share of those who did who were said yes to", low=0, high=1),
        number("f1", "harmonic mean of both", low=0, high=1),
        number("auc", "how often one who did got a higher probability than one who did not; mean over the cuts", low=0, high=1),
        number("brier", "mean squared error of the probability; mean over the cuts", low=0),
        number("log_loss", "mean of -ln(probability given to what happened); mean over the cuts", unit="nats", low=0),
        number("calibration_slope", "log odds of what happened over log odds told: 1 is true, less is too sure"),
        number("calibration_intercept", "the same line where told log odds are 0: 0 is true, more is told too low"),
        integer("n_cases", "customers asked about, over all cuts", low=0),
        integer("n_cuts", "cuts that it was judged at", low=0),
        integer("horizon_days", "how far ahead of each cut", unit="days", low=1),
        number("newest_auc", "the AUC at the newest cut", low=0, high=1),
        number("auc_low", "lower end of its interval", low=0, high=1),
        number("auc_high", "upper end of its interval", low=0, high=1),
        number("ahead_low", "AUC at the newest cut less BG/NBD's: lower end of the interval, on the same customers"),
        number("ahead_high", "upper end"),
        number("share", "share of those who did, at the newest cut", low=0, high=1),
        boolean("is_baseline", "whether it is there to be beaten"),
        boolean("is_chosen", "whether it is used for today's customers"),
        json("settings", "what was chosen for it on the validation period"),
        json("reliability", "what it told and what was seen at the newest cut, by bins: [{told, seen, n_cases}]"),
        json("learned", "the chosen method as it was learned for today, with its calibration and scores; empty for the others"),
    ),
    key=("target", "method"),
)


@task(
    "customers.churn_methods",
    reads=("order_lines",),
    optional=("customer_state", "customer_orders"),
    writes=CHURN_METHODS,
)
def churn_methods(view: ShopView, settings: CustomersSettings) -> Result:
    """Which method says best who will buy soon and who will not come back?

    The past is looked at as of several moments (cuts). What is learned at the older ones is asked about a later one; settings
    and calibration come from a cut between, and no horizon reaches into a later cut. Logistic regression, a pruned decision tree,
    support vectors and LightGBM stand beside the share of all, a rule on recency, and BG/NBD. A classifier is used only where its
    AUC is above each of theirs beyond doubt at the newest cut, and above BG/NBD's at the cut before. "Will not come back" is no
    order within the time in which 95 % of returns happen. Learned from at most `churn_sample` customers a cut. Refused where the
    past has fewer than three cuts with enough customers.
    """
    from shopkeeper.capabilities.customers.churn.compare import compare_methods

    return compare_methods(view, settings)
