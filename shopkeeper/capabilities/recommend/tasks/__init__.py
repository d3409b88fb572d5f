"""The verbs of recommendation, one file each; importing this declares them."""

from shopkeeper.capabilities.recommend.tasks.evaluate import METHODS_COMPARED, evaluate
from shopkeeper.capabilities.recommend.tasks.learning import RECOMMENDATIONS, learn
from shopkeeper.capabilities.recommend.tasks.off_policy import POLICY_VALUES, off_policy
from shopkeeper.capabilities.recommend.tasks.ratings import RATING_METHODS, ratings
from shopkeeper.capabilities.recommend.tasks.tune import TRIALS, tune

__all__ = [
    "METHODS_COMPARED",
    "POLICY_VALUES",
    "RATING_METHODS",
    "RECOMMENDATIONS",
    "TRIALS",
    "evaluate",
    "learn",
    "off_policy",
    "ratings",
    "tune",
]
