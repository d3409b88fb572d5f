"""What a terminal shows: bars, tables, problems."""
