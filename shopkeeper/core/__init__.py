"""Words and rules: schema, errors, settings, tasks, results. Standard library and numpy only."""
