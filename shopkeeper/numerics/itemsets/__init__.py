"""Which items are often in the same basket: three methods that find the same sets, and rules with honest p-values."""
