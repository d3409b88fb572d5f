"""Candidates of several retrievers: brought together, described by numbers of one moment, mixed and cut."""
