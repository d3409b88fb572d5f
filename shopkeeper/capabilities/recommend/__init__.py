"""Recommend: what this person would like."""
