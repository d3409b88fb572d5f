"""What is derived from facts and entities, one SQL text a view; and what keeps a view up while answers are given."""
