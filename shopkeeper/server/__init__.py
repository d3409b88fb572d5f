"""The shop's server: one process that holds the HTTP API (`api/`) and the dashboard (`dashboard/`)."""
