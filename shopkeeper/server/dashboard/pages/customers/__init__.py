"""The pages of Customers."""
