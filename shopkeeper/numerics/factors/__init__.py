"""Customers and products as short vectors whose products say how well they go together."""
