"""Choosing while learning: bandits whose every choice has a known probability, and what other choices would have earned."""
