"""Recommend: what would this person like?"""
