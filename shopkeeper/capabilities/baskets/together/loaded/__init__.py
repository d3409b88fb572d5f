"""The learned complements in memory: lists, and the shelf as it is now."""
