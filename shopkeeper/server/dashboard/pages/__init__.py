"""The pages: thin rendering of what the models give."""
