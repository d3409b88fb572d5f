"""Pages about the shop's tables: what there is, a table's rows, what was rejected, and bringing a file in."""
