"""What other ways of choosing would have earned: off-policy evaluation from `decisions` and `outcomes`."""

from __future__ import annotations

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.columns import Table, integer, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

POLICY_VALUES = Table(
    "policy_values",
    "result",
    "What each way of choosing would have earned a list shown, judged from slots in which chance had a say.",
    (
        text("policy", "the way of choosing: as logged, no exploring, popularity, thompson, lin_ucb", required=True),
        text(
            "estimator",
            "how that is known: logged (it happened), IPS, SNIPS, DM (direct method), DR (doubly robust)",
            required=True,
            choices=("logged", "IPS", "SNIPS", "DM", "DR"),
        ),
        number("value", "rewards a list, in all its slots together", required=True),
        number("low", "lower end of the 95 % interval", required=True),
        number("high", "upper end of the 95 % interval", required=True),
        number("effective_n", "how many lists' worth of evidence the weights leave", low=0),
        number("largest_weight", "how much the slot counts that counts most", low=0),
        integer("n_decisions", "from how many lists", required=True, low=1),
        text("reward", "what is counted: click, add_to_cart, purchase or value"),
    ),
    key=("policy", "estimator"),
)


@task(
    "recommend.off_policy",
    reads=("decisions", "outcomes"),
    optional=("interactions", "impressions"),
    needs={"decisions": 0, "outcomes": 0},  # it refuses by itself, and says how to explore
    writes=POLICY_VALUES,
)
def off_policy(view: ShopView, settings: RecommendSettings) -> Result:
    """What would other ways of choosing have earned?

    Reads the lists in which some slots were left to the bandit. Policies learn from the older half of them and are judged on
    the newer: without exploring, by popularity, Thompson sampling and LinUCB in every slot; by inverse propensity scores,
    the same self-normalized, a reward model, and doubly robust. Refused with fewer than 100 such lists, or 10 that earned.
    """
    from shopkeeper.capabilities.recommend.exploring.comparing import compare

    return compare(view, settings)
