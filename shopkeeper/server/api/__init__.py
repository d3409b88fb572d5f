"""The HTTP API under ``/api``: events, entities, answers, tasks, tables and health, made from the registry."""
