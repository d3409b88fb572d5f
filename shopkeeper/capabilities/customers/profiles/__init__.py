"""Everything about one customer in one row: what is joined, how it is kept for answers, what a reply says."""
