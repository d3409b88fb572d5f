"""`recommend.learn`, step by step: choose on validation, judge once, learn from everything, list, pack."""
