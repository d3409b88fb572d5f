"""The language of segments: from what is typed to a tree and back, every word of it, and what may come next."""
