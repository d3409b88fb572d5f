"""Who belongs together: segments in a small language, as SQL, counted, listed, and kept for answers."""
