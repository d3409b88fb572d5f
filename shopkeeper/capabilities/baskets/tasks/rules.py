"""The verbs of baskets: rules."""

from __future__ import annotations

from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.capabilities.baskets.tasks.itemsets import LEVELS
from shopkeeper.core.columns import Table, boolean, integer, json, moment, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

BASKET_RULES = Table(
    "basket_rules",
    "result",
    "Who buys this also buys that: rules that chance does not explain, those with most baskets beyond chance first.",
    (
        text("level", "what the items are", required=True, choices=LEVELS),
        json("antecedent", "if these are in the basket", required=True),
        json("consequent", "then this one is", required=True),
        integer("n_baskets", "baskets with all of them", required=True, low=1),
        number("support", "share of the baskets", required=True, low=0, high=1),
        number("confidence", "share of the baskets with the antecedent that have the consequent", required=True, low=0, high=1),
        number("lift", "confidence over the consequent's share of all baskets", low=0),
        number("leverage", "support less what independence would make", low=-1, high=1),
        number("conviction", "how much rarer exceptions are than independence would make; empty where there is none", low=0),
        number("zhang", "Zhang's metric: 1 never without the antecedent, 0 independent, -1 never together", low=-1, high=1),
        number("n_expected", "baskets with all of them that chance makes, given the sizes of those with the antecedent", low=0),
        number("size_lift", "baskets over those that chance makes in baskets of these sizes and of this time", low=0),
        number("p_value", "chance of so many in baskets of these sizes, of the rule's weakest part", low=0, high=1),
        number("p_corrected", "the same, corrected for all rules that were tried", low=0, high=1),
        number("p_fisher", "Fisher's exact test, to compare: too small where baskets differ in size", low=0, high=1),
        boolean("is_new", "beyond chance in the newest days and not before, and the change is beyond chance"),
        boolean("has_faded", "beyond chance before the newest days and not in them, and the change is beyond chance"),
        moment("first_at", "the first basket with all of them"),
        number("recent_lift", "lift in the newest days; empty where one side was not sold", low=0),
    ),
    key=("level", "antecedent", "consequent"),
)  # fmt: skip


@task("baskets.rules", reads=("order_lines",), optional=("sold_lines", "products"), writes=BASKET_RULES)
def rules(view: ShopView, settings: BasketsSettings) -> Result:
    """Who buys this also buys what, beyond chance?

    Rules between products, between categories and between brands. Large baskets make everything go together, so a rule is
    tested against what chance puts into baskets of the same sizes of the same time, and corrected for every rule that was
    tried: a shop of noise has none. Rules with more items than needed are left out. The score judges rules of the earlier
    baskets on the newest ones.
    """
    from shopkeeper.capabilities.baskets.rules.telling import tell_rules

    return tell_rules(view, settings)
