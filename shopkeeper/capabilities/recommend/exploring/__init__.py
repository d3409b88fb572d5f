"""A share of the slots for products that may be better than we know: chosen by a bandit, logged with its probability."""
