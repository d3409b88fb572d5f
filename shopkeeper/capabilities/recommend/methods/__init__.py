"""One file a method: each learns from what was known at a moment and names products for customers' pasts."""
