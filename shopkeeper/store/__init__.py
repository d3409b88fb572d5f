"""Where a shop's data lives: the log of facts, the entities, the query engine, the views, and what tasks leave behind."""
