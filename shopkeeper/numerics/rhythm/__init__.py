"""How regularly somebody comes back: each one's own time between orders, drawn towards everybody's, and stages by it."""
