"""What tasks and people leave in a shop: runs, models, jobs."""
