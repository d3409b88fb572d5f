"""A product graph that grows while it is read: changes of its weights, neighbors that came later, and answers from both."""
