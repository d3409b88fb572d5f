"""What answers ask: the learned arrays, the catalog's facts, and what happened since learning."""
