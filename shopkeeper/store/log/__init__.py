"""The log of facts: appended to SQLite, sealed into Parquet, read by everybody exactly once."""
