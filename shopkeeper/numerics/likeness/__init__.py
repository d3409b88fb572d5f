"""What is like what: by given vectors, by words, by price; and where something new stands among it."""
