"""Files from outside: what they are, how their bytes become text, and how DuckDB reads them as rows."""
