"""Values of a file made into ours: numbers, moments, yes or no, words of a list, text."""
