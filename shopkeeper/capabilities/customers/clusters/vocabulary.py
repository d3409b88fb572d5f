"""The features that clusters are made from: how each is scaled, which of them tell the same story, and words for high and low."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Form = Literal["log", "plain"]


@dataclass(frozen=True)
class Feature:
    """A column of customer_features.

    ``theme``: features of one theme tell much the same story; together they weigh as much as any other theme. ``form``: counts,
    days and money are taken as logarithms (twice as much is one step, whether 2 or 200), shares as they are. ``high`` and
    ``low`` name a cluster that has much or little of it; no word where little is nothing special. ``telling``: how readily it
    is told beside the others of its theme, where both differ alike.
    """

    name: str
    theme: str
    form: Form
    high: str
    low: str
    telling: float = 1.0

    def formed(self, values: np.ndarray) -> np.ndarray:
        """The values on the scale on which they are compared."""
        return np.log1p(np.maximum(values, 0.0)) if self.form == "log" else np.asarray(values)


VOCABULARY: tuple[Feature, ...] = (
    Feature("n_orders", "orders", "log", "many orders", "few orders"),
    Feature("repeat_share", "orders", "plain", "the same products again", "new products each time", 0.7),
    Feature("value", "money", "log", "high value", "low value"),
    Feature("order_value_mean", "money", "log", "large orders", "small orders", 0.8),
    Feature("recency_days", "time", "log", "long ago", "bought lately"),
    Feature("tenure_days", "time", "log", "customers for long", "new customers", 0.9),
    Feature("basket_size_mean", "baskets", "log", "big baskets", "small baskets"),
    Feature("basket_units_mean", "baskets", "log", "many pieces", "few pieces", 0.8),
    Feature("discount_share", "prices", "plain", "bargains", "full price"),
    Feature("price_level", "prices", "plain", "dear products", "cheap products"),
    Feature("return_share", "returns", "plain", "many returns", ""),
    Feature("n_categories", "variety", "log", "many categories", "few categories"),
    Feature("category_share", "variety", "plain", "one favorite category", "mixed categories", 0.8),
    Feature("weekend_share", "habits", "plain", "weekend shoppers", "weekday shoppers"),
    Feature("n_visits", "visits", "log", "visit often", "visit rarely"),
    Feature("funnel_depth", "visits", "plain", "visit to buy", "visit to look", 0.9),
)
"""The features of one theme stand together, the most telling first."""

DESCRIBING: tuple[Feature, ...] = (
    Feature("value_12m", "money", "log", "", ""),
    Feature("gap_mean_days", "time", "log", "", ""),
    Feature("n_products", "variety", "log", "", ""),
    Feature("n_searches", "visits", "log", "", ""),
)
"""More that a profile of a cluster shows; clusters are not made from it."""
