"""A list put in another order: matching of rules, choosing with diversity and caps, and when things are bought again."""
