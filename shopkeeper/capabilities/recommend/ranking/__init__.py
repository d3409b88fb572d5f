"""From several retrievers' candidates to one order: features of a moment, and a ranker that learned from what was chosen after it."""
