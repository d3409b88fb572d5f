"""How good it is: split by time, every method on the same customers, settings chosen on validation, the test looked at once."""
