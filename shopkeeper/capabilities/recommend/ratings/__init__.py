"""What customers would rate products, where a shop has ratings: several methods, compared by cross-validation."""
