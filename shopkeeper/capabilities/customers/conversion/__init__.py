"""Which visits will end in an order, told from how they began: learned from the shop's own events."""
