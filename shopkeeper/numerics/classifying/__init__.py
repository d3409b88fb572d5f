"""Yes or no with a probability: how good one is, how true it is, how sure that is, and pruned trees as arrays."""
