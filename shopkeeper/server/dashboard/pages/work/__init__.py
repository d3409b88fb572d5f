"""Pages about tasks: the plan, one task, one run, one answer, and work while it is done."""
