"""The command line: a thin door over `Shop`. Commands for tasks and answers are made from the registry."""
