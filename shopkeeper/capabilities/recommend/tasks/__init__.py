"""The verbs of recommendation, one file each; importing this declares them."""

from shopkeeper.capabilities.recommend.tasks.learning import RECOMMENDATIONS, learn

__all__ = ["RECOMMENDATIONS", "learn"]
