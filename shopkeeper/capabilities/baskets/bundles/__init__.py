"""Which products could be offered together for one price, and what that would earn."""
