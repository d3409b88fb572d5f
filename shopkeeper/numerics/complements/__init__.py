"""What goes with what: how often products share a basket, how often they would by chance, and how sure the difference is."""
