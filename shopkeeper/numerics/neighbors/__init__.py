"""Neighbors: which products, customers and visits are alike, and what their likeness says."""
