"""Linear item-to-item models: products' weights for other products by ridge regression, signed."""
