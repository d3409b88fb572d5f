"""Shares and what can be said of them: intervals, and which of many are smaller than the rest beyond doubt."""
