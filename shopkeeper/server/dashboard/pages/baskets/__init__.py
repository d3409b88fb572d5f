"""The pages of Baskets."""
