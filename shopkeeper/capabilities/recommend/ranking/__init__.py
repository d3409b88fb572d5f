"""From the candidates of several retrievers to one order: features of a moment, and what was chosen after it."""
